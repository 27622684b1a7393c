import Core
import Daemon
import Events
import Extraction
import ProcessSupport
import Scheduling
import Testing

struct AlertMachineTests {
    private var machine = AlertMachine(repeatEvery: .seconds(4 * 3600), quotaMargin: 10)

    /// An alert in few words: `run_failed raised run/crm`.
    private func words(_ alerts: [Alert]) -> [String] {
        alerts.map { "\($0.kind.rawValue) \($0.status.rawValue) \($0.key)" }
    }

    private mutating func look(_ seconds: Int, _ schedules: ScheduleView..., faults: [String] = [])
        -> [String]
    {
        let view = DaemonViews.view(
            at: DaemonViews.time(seconds),
            schedules: schedules,
            faults: faults.map { .init(path: $0, messages: ["\($0):1:1: wrong"]) }
        )
        return words(machine.handle(.looked(view), at: DaemonViews.time(seconds)))
    }

    private mutating func finish(_ seconds: Int, _ status: RunEnd.Status, _ reason: String? = nil) -> [Alert]
    {
        machine.handle(
            .finished(
                schedule: "crm",
                account: DaemonViews.account(),
                run: "r\(seconds)",
                RunEnd(status: status, reason: reason)
            ),
            at: DaemonViews.time(seconds)
        )
    }

    @Test mutating func failuresAreSaidOnceThenAgainThenOver() throws {
        #expect(look(0, DaemonViews.schedule()) == [])
        let first = try #require(finish(60, .failed, "the API is away").first)
        #expect(words([first]) == ["run_failed raised run/crm"])
        #expect(first.text == "run r60 of crm failed: the API is away")
        #expect((first.schedule, first.account, first.run) == ("crm", DaemonViews.account(), "r60"))
        #expect(finish(3600, .timeout) == [])
        #expect(machine.wake == DaemonViews.time(60 + 4 * 3600))
        #expect(look(60 + 4 * 3600 - 1, DaemonViews.schedule(failures: 2)) == [])
        #expect(look(60 + 4 * 3600, DaemonViews.schedule(failures: 2)) == ["run_failed repeated run/crm"])
        #expect(machine.current.first?.text == "run r3600 of crm was ended by its timeout")
        #expect(look(60 + 4 * 3600 + 1, DaemonViews.schedule(failures: 2)) == [])
        // Neither of them says that it works.
        #expect(finish(20_000, .cancelled) == [] && finish(20_001, .duplicate) == [])
        let recovered = finish(20_060, .success)
        #expect(words(recovered) == ["run_recovered resolved run/crm"])
        #expect(recovered[0].since == DaemonViews.time(60))
        #expect(finish(20_120, .success) == [] && machine.wake == nil && machine.current == [])
    }

    @Test mutating func whatWasWrongBeforeIsKnown() {
        let pause = ScheduleMachine.Pause(reason: "5 failed runs in a row", by: "sluice")
        let failing = DaemonViews.schedule(state: .paused, pause: pause, failures: 5)
        #expect(look(0, failing) == [])
        #expect(
            look(4 * 3600, failing) == ["paused repeated paused/crm", "run_failed repeated run/crm"]
        )
        #expect(words(finish(4 * 3600 + 1, .success)) == ["run_recovered resolved run/crm"])
        #expect(look(4 * 3600 + 2, DaemonViews.schedule()) == ["paused resolved paused/crm"])
    }

    @Test mutating func aPauseIsSaid() {
        #expect(look(0, DaemonViews.schedule()) == [])
        let pause = ScheduleMachine.Pause(
            reason: "the API moves",
            by: "ana@node-1",
            until: DaemonViews.time(900)
        )
        #expect(look(60, DaemonViews.schedule(state: .paused, pause: pause)) == ["paused raised paused/crm"])
        #expect(
            machine.current.first?.text
                == "crm is paused by ana@node-1 until 2026-11-26T12:15:00Z: the API moves"
        )
        #expect(look(61, DaemonViews.schedule(state: .paused, pause: pause)) == [])
        #expect(look(900, DaemonViews.schedule()) == ["paused resolved paused/crm"])
    }

    @Test mutating func lateComesAndGoes() {
        let late = DaemonViews.schedule(
            state: .late,
            waiting: [
                .init(
                    nominal: DaemonViews.time(0),
                    since: DaemonViews.time(5),
                    reason: "the pool default is full"
                )
            ]
        )
        #expect(look(65, late) == ["late raised late/crm"])
        #expect(machine.current.first?.since == DaemonViews.time(5))
        #expect(
            machine.current.first?.text
                == "crm is due and has not begun: the run of 2026-11-26T12:00:00Z waits, the pool default is full"
        )
        #expect(look(66, late) == [])
        #expect(look(67, DaemonViews.schedule(state: .running)) == ["late resolved late/crm"])
    }

    @Test mutating func staleIsReckonedFromTheLastSuccess() {
        let promise = Duration.seconds(7200)
        let fresh = DaemonViews.schedule(lastSuccess: DaemonViews.time(0), freshWithin: promise)
        #expect(look(100, fresh) == [])
        #expect(machine.wake == DaemonViews.time(7200))
        #expect(look(7199, fresh) == [])
        #expect(look(7200, fresh) == ["stale raised stale/crm"])
        #expect(
            machine.current.first?.text
                == "crm is older than 2h: the last run that succeeded ended at 2026-11-26T12:00:00Z"
        )
        #expect(
            look(8000, DaemonViews.schedule(lastSuccess: DaemonViews.time(7900), freshWithin: promise)) == [
                "stale resolved stale/crm"
            ]
        )
    }

    /// What never succeeded counts from when it was first seen, not from 1970.
    @Test mutating func staleWithoutASuccess() {
        let never = DaemonViews.schedule(freshWithin: .seconds(7200))
        #expect(look(0, never) == [] && look(7199, never) == [])
        #expect(look(7200, never) == ["stale raised stale/crm"])
    }

    @Test mutating func filesThatCannotBeLoaded() {
        #expect(
            look(0, faults: ["a.yaml", "b.yaml"]) == [
                "reload_failed raised reload/a.yaml", "reload_failed raised reload/b.yaml",
            ]
        )
        #expect(look(1, faults: ["a.yaml", "b.yaml"]) == [])
        #expect(look(2, faults: ["b.yaml"]) == ["reload_failed resolved reload/a.yaml"])
    }

    @Test mutating func aScheduleThatIsGoneIsOver() {
        _ = look(0, DaemonViews.schedule())
        _ = finish(1, .failed)
        let view = DaemonViews.view(at: DaemonViews.time(2))
        let alerts = machine.handle(.looked(view), at: DaemonViews.time(2))
        #expect(words(alerts) == ["run_failed resolved run/crm"])
        #expect(alerts.first?.text == "crm is no schedule any more")
    }

    private mutating func look(_ seconds: Int, left: Int?, resets: Int? = 43_200) -> [String] {
        let quota = left.map {
            QuotaStanding(
                limit: 1000,
                remaining: $0,
                reserve: 100,
                resets: resets.map { DaemonViews.time($0) }
            )
        }
        let view = DaemonViews.view(
            at: DaemonViews.time(seconds),
            schedules: [
                DaemonViews.schedule("a", active: "r"),
                DaemonViews.schedule(
                    "b",
                    waiting: [
                        .init(nominal: DaemonViews.time(), since: DaemonViews.time(5), reason: "the pool")
                    ]
                ),
                DaemonViews.schedule("c", next: Self.nights(2)),
                DaemonViews.schedule("d", next: Self.nights(13)),
            ],
            limits: [DaemonViews.account(): LimitStanding(quota: quota)]
        )
        return words(machine.handle(.looked(view), at: DaemonViews.time(seconds)))
    }

    /// Ticks that are due every day so many hours after noon.
    private static func nights(_ hours: Int) -> [UpcomingTick] {
        guard let every = try? EveryInterval(seconds: 86_400, phase: ((12 + hours) % 24) * 3600) else {
            return []
        }
        let schedule = Schedule(id: "c", timetable: Timetable([.every(every)], zone: .utc))
        return Upcoming(schedule: schedule).ticks(after: DaemonViews.time(), count: 1)
    }

    /// Told once a day, whatever becomes of the count meanwhile; over when the day is.
    @Test mutating func fewRequestsAreLeft() {
        #expect(look(0, left: nil) == [] && look(1, left: 201) == [])
        #expect(look(2, left: 200) == ["quota_near raised quota/stripe/acme"])
        #expect(
            machine.current.first?.text
                == "of the day's 1000 requests of stripe/acme 200 are left, and 100 are kept in reserve for others; they"
                + " are there again at 2026-11-27T00:00:00Z; before, they are needed by a (reads now), b (due since"
                + " 2026-11-26T12:00:05Z), c (due at 2026-11-26T14:00:00Z)"
        )
        #expect(machine.current.first?.account == DaemonViews.account())
        #expect(machine.wake == DaemonViews.time(43_200))
        // Neither said again after the usual time, nor over because somebody counts otherwise.
        #expect(look(4 * 3600 + 2, left: 100) == [])
        #expect(machine.current.first?.text.contains("for others, so that none may go; they") == true)
        #expect(look(20_000, left: 900) == [] && look(20_001, left: nil) == [])
        #expect(look(20_002, left: 150) == [])
        #expect(look(43_199, left: 150) == [])
        #expect(look(43_200, left: nil) == ["quota_near resolved quota/stripe/acme"])
        #expect(look(43_201, left: 150, resets: 129_600) == ["quota_near raised quota/stripe/acme"])
        #expect(look(129_600, left: 180, resets: 216_000) == ["quota_near repeated quota/stripe/acme"])
        #expect(machine.wake == DaemonViews.time(216_000))
    }

    /// Where each request comes back by itself there is no midnight: a day from when it was said.
    @Test mutating func fewRequestsAreLeftOfAWindowThatMoves() {
        #expect(look(0, left: 120, resets: nil) == ["quota_near raised quota/stripe/acme"])
        #expect(look(50_000, left: 500, resets: nil) == [] && look(60_000, left: 150, resets: nil) == [])
        #expect(look(86_400, left: 150, resets: nil) == ["quota_near repeated quota/stripe/acme"])
        #expect(look(172_799, left: 500, resets: nil) == [])
        #expect(look(172_800, left: 500, resets: nil) == ["quota_near resolved quota/stripe/acme"])
    }

    private mutating func read(_ seconds: Int, _ found: [SchemaDrift], new: Int = 0, open: Int) -> [Alert] {
        var row = RunView.StreamRow(name: "charges", status: "success")
        (row.drift, row.newDrift, row.openDrift) = (found, new, open)
        return machine.handle(
            .finished(
                schedule: "crm",
                account: DaemonViews.account(),
                run: "r\(seconds)",
                RunEnd(status: .success),
                streams: [row]
            ),
            at: DaemonViews.time(seconds)
        )
    }

    private mutating func read(_ seconds: Int, dead: Int, status: String = "success") -> [Alert] {
        var row = RunView.StreamRow(name: "charges", status: status)
        row.deadLetters = dead
        return machine.handle(
            .finished(
                schedule: "crm",
                account: DaemonViews.account(),
                run: "r\(seconds)",
                RunEnd(status: .success),
                streams: [row]
            ),
            at: DaemonViews.time(seconds)
        )
    }

    @Test mutating func recordsThatCannotBePublished() throws {
        #expect(look(0, DaemonViews.schedule()) == [] && read(1, dead: 0) == [])
        let first = try #require(read(2, dead: 3).first)
        #expect(words([first]) == ["dead_letters raised dead/stripe/acme/charges"])
        #expect(
            first.text
                == "3 records of charges of stripe/acme could not be published; sluice dead list shows why"
        )
        // While runs meet some it is no news; one that ends early tells nothing, and a view does not end it.
        #expect(read(3, dead: 1) == [] && read(4, dead: 0, status: "cancelled") == [])
        #expect(look(5, DaemonViews.schedule()) == [])
        #expect(
            look(2 + 4 * 3600, DaemonViews.schedule()) == ["dead_letters repeated dead/stripe/acme/charges"]
        )
        #expect(words(read(20_000, dead: 0)) == ["dead_letters resolved dead/stripe/acme/charges"])
        #expect(words(read(20_001, dead: 1)) == ["dead_letters raised dead/stripe/acme/charges"])
        #expect(look(20_002) == ["dead_letters resolved dead/stripe/acme/charges"])
    }

    @Test mutating func recordsThatAreNotAsTheirSchemaSays() throws {
        let field = SchemaDrift(path: "a.b", kind: .newField, found: "string")
        let type = SchemaDrift(path: "n", kind: .type, expected: "integer", found: "string")
        #expect(look(0, DaemonViews.schedule()) == [] && read(1, [], open: 0) == [])
        let first = try #require(read(2, [field], new: 1, open: 1).first)
        #expect(words([first]) == ["schema_drift raised schema/stripe/acme/charges"])
        #expect(
            first.text
                == "records of charges of stripe/acme are not as their schema says: a.b (string) is not in the "
                + "schema; sluice schemas diff shows all"
        )
        // The same again is no news, nor is a run that met none of it; a view does not end it.
        #expect(read(3, [field], open: 1) == [] && read(4, [], open: 1) == [])
        #expect(look(5, DaemonViews.schedule()) == [])
        let second = read(6, [field, type], new: 1, open: 2)
        #expect(words(second) == ["schema_drift repeated schema/stripe/acme/charges"])
        #expect(second[0].since == DaemonViews.time(2))
        #expect(
            look(6 + 4 * 3600, DaemonViews.schedule()) == ["schema_drift repeated schema/stripe/acme/charges"]
        )
        #expect(words(read(20_000, [], open: 0)) == ["schema_drift resolved schema/stripe/acme/charges"])
        // What an earlier daemon told is known, and goes with its schedule.
        #expect(read(20_001, [type], open: 1) == [])
        #expect(look(20_002) == ["schema_drift resolved schema/stripe/acme/charges"])
    }

    /// Over any history: a key is raised, repeated while open and not before its time, resolved once, in that order;
    /// and what is open at the end is what is wrong.
    @Test(arguments: 0..<50)
    func anyHistoryIsInOrder(seed: Int) {
        var dice = SeededGenerator(seed: UInt64(seed))
        var machine = AlertMachine(repeatEvery: .seconds(600), quotaMargin: 10)
        var lastSaid: [String: Instant] = [:]
        var failures: [String: Int] = [:]
        var ids: Set<String> = []
        var seconds = 0
        for _ in 0..<300 {
            seconds += Int.random(in: 1...200, using: &dice)
            let now = DaemonViews.time(seconds)
            let name = "s\(Int.random(in: 0..<3, using: &dice))"
            var alerts: [Alert] = []
            var view: DaemonView?
            if Bool.random(using: &dice) {
                let status = RunEnd.Status.allCases.randomElement(using: &dice) ?? .success
                if status.isFailure { failures[name, default: 0] += 1 }
                if status == .success { failures[name] = 0 }
                alerts = machine.handle(
                    .finished(
                        schedule: name,
                        account: DaemonViews.account(),
                        run: "r\(seconds)",
                        RunEnd(status: status)
                    ),
                    at: now
                )
            } else {
                let shown = DaemonViews.view(
                    at: now,
                    schedules: (0..<3).filter { _ in Int.random(in: 0..<20, using: &dice) > 0 }.map {
                        number in
                        DaemonViews.schedule(
                            "s\(number)",
                            state: Bool.random(using: &dice) ? .late : .idle,
                            pause: Bool.random(using: &dice) ? .init(reason: "", by: "x") : nil,
                            lastSuccess: DaemonViews.time(seconds - Int.random(in: 0...200, using: &dice)),
                            freshWithin: .seconds(100),
                            failures: failures["s\(number)"] ?? 0
                        )
                    },
                    faults: Bool.random(using: &dice) ? [.init(path: "f", messages: [])] : []
                )
                view = shown
                alerts = machine.handle(.looked(shown), at: now)
            }
            for alert in alerts {
                #expect(ids.insert("\(alert.id) \(alert.status)").inserted, "\(alert.id) twice")
                switch alert.status {
                case .raised:
                    #expect(lastSaid[alert.key] == nil, "\(alert.key) raised twice")
                    lastSaid[alert.key] = now
                case .repeated:
                    // What was known from the start was never raised.
                    if let last = lastSaid[alert.key] { #expect(now.since(last) >= .seconds(600)) }
                    lastSaid[alert.key] = now
                case .resolved: lastSaid[alert.key] = nil
                }
            }
            let open = Set(machine.current.map(\.key))
            #expect(Set(lastSaid.keys).isSubset(of: open))
            if let view {
                for schedule in view.schedules {
                    #expect(open.contains("late/\(schedule.id)") == (schedule.state == .late))
                    #expect(open.contains("paused/\(schedule.id)") == (schedule.pause != nil))
                    #expect(open.contains("run/\(schedule.id)") == (schedule.failures > 0))
                }
                #expect(open.contains("reload/f") == !view.faults.isEmpty)
            }
        }
    }
}
