import Core
import ProcessSupport
import ScheduleSupport
import Scheduling
import Testing

@Suite struct ScheduleMachineTests {
    private let noon = at("2026-05-04T12:00:00Z")

    private func loop(_ text: String, _ policy: TickPolicy = TickPolicy(), exclusions: Exclusions = .none)
        throws -> Loop
    {
        Loop(try schedule(text, policy: policy, exclusions: exclusions), at: noon)
    }

    @Test func ticksStartWhenTheyAreDue() throws {
        var loop = try loop("*/15 * * * *")
        loop.run(for: .seconds(3600))
        #expect(loop.starts == ["12:15", "12:30", "12:45", "13:00"])
        #expect(loop.skipped.isEmpty)
        #expect(loop.started.map(\.id)[0] == "crm@2026-05-04T12:15:00Z")
        #expect(loop.machine.wakeTime() == at("2026-05-04T13:15:00Z"))
    }

    // MARK: Down, asleep, set

    @Test(arguments: [
        (TickPolicy.CatchUp.none, [], ["missed 13:00-18:00 6"]),
        (.latest, ["18:00"], ["missed 13:00-16:00 4", "coalesced 17:00"]),
        (.all(maximum: 10), ["17:00", "18:00"], ["missed 13:00-16:00 4"]),
        (.all(maximum: 1), ["18:00"], ["missed 13:00-16:00 4", "missed 17:00"]),
    ])
    func s1Asleep(catchUp: TickPolicy.CatchUp, starts: [String], skips: [String]) throws {
        for kind in ["asleep", "down"] {
            var loop = try loop("0 * * * *", TickPolicy(catchUp: catchUp, window: 7200))
            let length: Duration = .seconds(6 * 3600 + 1800)
            if kind == "asleep" { loop.suspend(for: length) } else { loop.restart(after: length) }
            #expect(loop.starts == starts)
            #expect(loop.skips == skips)
            // And then as ever.
            loop.run(for: .seconds(3600))
            #expect(loop.starts == starts + ["19:00"])
        }
    }

    @Test func s1CaughtUpTicksRunOneAfterAnother() throws {
        var loop = try loop("0 * * * *", TickPolicy(catchUp: .all(maximum: 3)))
        loop.runLength = .seconds(600)
        loop.suspend(for: .seconds(5 * 3600 + 600))
        #expect(loop.starts == ["15:00"])
        loop.run(for: .seconds(1800))
        #expect(loop.starts == ["15:00", "16:00", "17:00"])
        #expect(Set(loop.started.map(\.cause)) == [.catchUp])
    }

    @Test func s1ATickOfLastMinuteIsOnTime() throws {
        var loop = try loop("0 * * * *", TickPolicy(catchUp: .none))
        loop.run(for: .seconds(3590))
        loop.restart(after: .seconds(30))
        #expect(loop.starts == ["13:00"])
    }

    @Test func s1YearsOfSecondsAreNotCountedOneByOne() throws {
        var loop = try loop("* * * * * *", TickPolicy(catchUp: .latest, window: 60))
        loop.restart(after: .seconds(5 * 365 * 86_400))
        #expect(loop.started.count == 1)
        #expect(loop.skipped.contains { !$0.isCountExact })
        // Every nominal time lies in a range, or ran.
        let ranges = loop.skipped.sorted { $0.first < $1.first }
        #expect(ranges.first?.first == at("2026-05-04T12:00:01Z"))
        for (left, right) in zip(ranges, ranges.dropFirst()) {
            #expect(right.first.since(left.last) == .seconds(1))
        }
    }

    @Test(arguments: [
        // Forward: what lies in between is made up for once at most, and never in a burst.
        ("*/10 * * * *", 300, ["12:10"], []),
        ("*/10 * * * *", 3600, ["13:00"], ["clock_step 12:10-12:50 5"]),
        ("*/10 * * * *", 3900, [], ["clock_step 12:10-13:00 6"]),
        ("30 12 * * *", 3600, ["12:30"], []),
        ("30 12 * * *", 86_400, ["12:30"], []),
        ("*/10 * * * *", 86_400, ["12:00"], ["coalesced 12:10-11:50 143"]),
    ])
    func s2TheClockIsPutForward(text: String, seconds: Int, starts: [String], skips: [String]) throws {
        var loop = try loop(text)
        loop.run(for: .seconds(300))
        loop.set(by: .seconds(seconds - 300))
        loop.set(by: .seconds(300))
        var direct = try self.loop(text)
        direct.set(by: .seconds(seconds))
        if seconds == 300 { direct.run(for: .seconds(300)) }
        #expect(direct.starts == starts)
        #expect(direct.skips == skips)
        // However it comes there: no time twice.
        #expect(Set(loop.started.map(\.id)).count == loop.started.count)
    }

    @Test(arguments: [300, 3600, 86_400])
    func s2TheClockIsPutBack(seconds: Int) throws {
        var loop = try loop("*/10 * * * *")
        loop.run(for: .seconds(2 * 86_400))
        let before = loop.starts.count
        #expect(before == 288)
        loop.set(by: .seconds(-seconds))
        loop.run(for: .seconds(seconds))
        // Those times have run.
        #expect(loop.starts.count == before)
        loop.run(for: .seconds(3600))
        #expect(loop.starts.count == before + 6)
        #expect(Set(loop.started.map(\.id)).count == loop.started.count)
    }

    @Test func s2AClockThatWasAYearAheadDoesNotStopTheSchedule() throws {
        var loop = try loop("0 * * * *")
        loop.run(for: .seconds(3600))
        loop.set(by: .seconds(365 * 86_400))
        #expect(loop.started.count == 2)
        loop.run(for: .seconds(60))
        loop.set(by: .seconds(-365 * 86_400))
        loop.run(for: .seconds(7200))
        #expect(loop.starts == ["13:00", "13:00", "14:00", "15:00"])
        #expect(Set(loop.started.map(\.id)).count == 4)
    }

    // MARK: The clocks' own jumps, through the loop

    @Test(arguments: [
        ("30 2 * * *", ["01:00"]), ("0 */2 * * *", ["23:00", "02:00"]),
        ("30 0-23/2 * * *", ["23:30", "01:00", "02:30"]),
        ("*/20 2 * * *", []),
    ])
    func s3TheGapPassesThroughTheLoop(text: String, starts: [String]) throws {
        let zone = try zone("Europe/Berlin")
        var loop = Loop(try schedule(text, zone: zone), at: at("2026-03-28T22:30:00Z"))
        loop.run(for: .seconds(4 * 3600 + 1))
        #expect(loop.starts == starts)
        #expect(loop.skipped.isEmpty)
    }

    // MARK: Changes

    @Test func s6AChangeIsNotRetroactive() throws {
        var loop = try loop("0 18 * * *")
        loop.run(for: .seconds(3600))
        loop.send(.edit(try schedule("30 12 * * *")))
        #expect(loop.started.isEmpty)
        loop.run(for: .seconds(86_400))
        #expect(loop.started.map { $0.nominal.rfc3339() } == ["2026-05-05T12:30:00Z"])
        #expect(loop.skipped.isEmpty)
    }

    @Test func s6AChangeBetweenNominalAndJitteredTimeLosesNothing() throws {
        let policy = TickPolicy(jitter: 1800)
        var loop = try loop("0 13 * * *", policy)
        let due = loop.machine.schedule.due(at("2026-05-04T13:00:00Z"))
        #expect(due > at("2026-05-04T13:00:00Z") && due < at("2026-05-04T13:30:00Z"))
        loop.run(for: .seconds(3601))
        #expect(loop.started.isEmpty)
        loop.send(.edit(try schedule("0 20 * * *", policy: policy)))
        loop.run(for: .seconds(1800))
        #expect(loop.starts == ["13:00"])
        // And a restart does not either.
        var other = try self.loop("0 13 * * *", policy)
        other.run(for: .seconds(3590))
        other.restart(after: .seconds(12))
        other.run(for: .seconds(1800))
        #expect(other.starts == ["13:00"])
    }

    @Test func s12AChangedZoneMovesWhatIsToCome() throws {
        let old = try Zone.parse(TZifBuilder(footer: "<+05>-5").bytes, name: "X")
        let new = try Zone.parse(TZifBuilder(footer: "<+06>-6").bytes, name: "X")
        var loop = Loop(try schedule("0 18 * * *", zone: old), at: noon)
        #expect(loop.machine.wakeTime() == at("2026-05-04T13:00:00Z"))
        loop.send(.edit(try schedule("0 18 * * *", zone: new)))
        // 18:00 is at 12:00 UTC now: today's has passed.
        #expect(loop.machine.wakeTime() == at("2026-05-05T12:00:00Z"))
    }

    // MARK: Pauses, skips, runs by hand

    @Test func s7NothingOfAPauseIsMadeUpFor() throws {
        var loop = try loop("0 * * * *", TickPolicy(catchUp: .all(maximum: 10)))
        loop.send(.pause(.init(reason: "quota", by: "ann")))
        #expect(loop.machine.wakeTime() == nil)
        loop.run(for: .seconds(3 * 3600 + 60))
        loop.send(.resume)
        #expect(loop.started.isEmpty)
        loop.run(for: .seconds(3600))
        #expect(loop.starts == ["16:00"])
        #expect(loop.skipped.map(\.reason) == Array(repeating: .paused("quota"), count: loop.skipped.count))
        #expect(loop.skipped.reduce(0) { $0 + $1.count } == 3)
    }

    @Test func s7APauseEndsByItself() throws {
        var loop = try loop("0 * * * *")
        loop.send(.pause(.init(reason: "", by: "ann", until: at("2026-05-04T14:00:00Z"))))
        loop.run(for: .seconds(3 * 3600))
        // What is due as it ends is due.
        #expect(loop.starts == ["14:00", "15:00"])
        #expect(loop.others == [.resumed])
        // Also where nobody looked in between.
        var other = try self.loop("0 * * * *")
        other.send(.pause(.init(reason: "", by: "ann", until: at("2026-05-04T14:30:00Z"))))
        other.suspend(for: .seconds(6 * 3600 + 1800))
        #expect(other.starts == ["18:00"])
        #expect(other.skips == ["paused 13:00-14:00 2", "coalesced 15:00-17:00 3"])
    }

    @Test func s7PausedBetweenNominalAndJitteredTime() throws {
        var loop = try loop("0 13 * * *", TickPolicy(jitter: 1800))
        loop.run(for: .seconds(3601))
        loop.send(.pause(.init(reason: "", by: "ann")))
        loop.run(for: .seconds(1800))
        #expect(loop.started.isEmpty)
        #expect(loop.skips == ["paused 13:00"])
        var other = try self.loop("0 13 * * *", TickPolicy(jitter: 1800))
        other.run(for: .seconds(3601))
        other.send(.pause(.init(reason: "", by: "ann")))
        other.send(.resume)
        other.run(for: .seconds(1800))
        #expect(other.starts == ["13:00"])
    }

    @Test func s7TheNextOneIsSkipped() throws {
        var loop = try loop("0 * * * *")
        loop.send(.skipNext(by: "ann"))
        loop.send(.skipNext(by: "bob"))
        #expect(loop.machine.skips.count == 2)
        #expect(
            loop.machine.upcoming(3, after: loop.now).map(\.skip?.text) == [
                "skipped by ann", "skipped by bob", nil,
            ]
        )
        loop.run(for: .seconds(3 * 3600))
        #expect(loop.starts == ["15:00"])
        #expect(loop.skips == ["skip_requested 13:00", "skip_requested 14:00"])
        loop.send(.skipNext(by: "ann"))
        loop.send(.undoSkips)
        loop.run(for: .seconds(3600))
        #expect(loop.starts == ["15:00", "16:00"])
    }

    @Test func s7ASkipThatIsTakenBackAfterItsTimeStays() throws {
        var loop = try loop("0 * * * *")
        loop.send(.skipNext(by: "ann"))
        loop.send(.skipNext(by: "ann"))
        // Nobody has looked at the clock since 13:00 was due.
        loop.now = at("2026-05-04T13:00:05Z")
        loop.send(.undoSkips)
        #expect(loop.skips == ["skip_requested 13:00"])
        #expect(loop.machine.skips.isEmpty)
        loop.run(for: .seconds(3600))
        #expect(loop.starts == ["14:00"])
    }

    @Test func s7ARunByHandDoesNotMoveTheSchedule() throws {
        var loop = try loop("0 * * * *")
        loop.run(for: .seconds(1800))
        loop.send(.trigger(id: "01A", insteadOfNext: false))
        loop.send(.pause(.init(reason: "", by: "ann")))
        loop.send(.trigger(id: "01B", insteadOfNext: false))
        loop.send(.resume)
        loop.run(for: .seconds(1800))
        #expect(loop.started.map(\.id) == ["crm!01A", "crm!01B", "crm@2026-05-04T13:00:00Z"])
        loop.send(.trigger(id: "01C", insteadOfNext: true))
        loop.run(for: .seconds(7200))
        #expect(loop.started.map(\.id).suffix(2) == ["crm!01C", "crm@2026-05-04T15:00:00Z"])
        #expect(loop.skips == ["skip_requested 14:00"])
    }

    // MARK: Runs that take longer

    @Test(arguments: [
        (TickPolicy.Overlap.skip, ["12:10", "12:40"], ["overlap 12:20-12:30 2"], 0),
        (.queue, ["12:10", "12:20"], ["overlap 12:30"], 0),
        (.replace, ["12:10", "12:20", "12:30", "12:40"], [], 3),
    ])
    func s8Overlap(overlap: TickPolicy.Overlap, starts: [String], skips: [String], stops: Int) throws {
        var loop = try loop("*/10 * * * *", TickPolicy(overlap: overlap))
        loop.runLength = .seconds(1500)
        loop.run(for: .seconds(2401))
        #expect(loop.starts == starts)
        #expect(loop.skips == skips)
        #expect(loop.stopped.count == stops)
    }

    @Test func s7ATriggerWhileARunIsActive() throws {
        for (overlap, starts, refused) in [(TickPolicy.Overlap.skip, 1, 1), (.queue, 2, 0), (.replace, 2, 0)]
        {
            var loop = try loop("0 * * * *", TickPolicy(overlap: overlap))
            loop.runLength = .seconds(600)
            loop.run(for: .seconds(3600))
            loop.send(.trigger(id: "01A", insteadOfNext: false))
            loop.run(for: .seconds(900))
            #expect(loop.started.count == starts)
            #expect(loop.others.count == refused)
        }
    }

    @Test func s8AReplacedTickThatWaitsIsRecorded() throws {
        var loop = try loop("*/10 * * * *", TickPolicy(overlap: .replace))
        loop.isPoolFull = true
        loop.run(for: .seconds(1800))
        // None has begun: each takes the place of the one before.
        #expect(loop.starts == ["12:10", "12:20", "12:30"])
        #expect(loop.skips == ["replaced 12:10", "replaced 12:20"])
    }

    @Test func aTickThatCannotStartInTimeIsMissed() throws {
        var loop = try loop("0 * * * *", TickPolicy(startWithin: 600))
        loop.isPoolFull = true
        loop.run(for: .seconds(3600 + 599))
        #expect(loop.skipped.isEmpty)
        loop.run(for: .seconds(1))
        #expect(loop.skips == ["start_deadline 13:00"])
        #expect(loop.others == [.withdraw(loop.started[0])])
        loop.isPoolFull = false
        loop.run(for: .seconds(3600))
        #expect(loop.starts == ["13:00", "14:00"])
        // One that waits for a run, too.
        var other = try self.loop("*/30 * * * *", TickPolicy(overlap: .queue, startWithin: 600))
        other.runLength = .seconds(3000)
        other.run(for: .seconds(5400))
        #expect(other.skips == ["start_deadline 13:00"])
        #expect(other.starts == ["12:30", "13:30"])
    }

    @Test func failuresInARowPauseIt() throws {
        var loop = try loop("0 * * * *", TickPolicy(pauseAfterFailures: 3))
        loop.isFailing = true
        loop.run(for: .seconds(5 * 3600))
        #expect(loop.starts == ["13:00", "14:00", "15:00"])
        #expect(loop.others == [.paused(.init(reason: "3 failed runs in a row", by: "sluice"))])
        loop.isFailing = false
        loop.send(.resume)
        loop.run(for: .seconds(3600))
        #expect(loop.starts.last == "18:00")
        #expect(loop.machine.failures == 0)
    }

    // MARK: Calendars

    @Test func calendarsLeaveOutTicks() throws {
        let night = NamedCalendar(
            "night",
            [.weekly(weekdays: 0x7f, from: 14 * 3600 + 1800, to: 12 * 3600 + 1800)]
        )
        var loop = try loop("0 * * * *", exclusions: Exclusions(excluded: [night]))
        loop.run(for: .seconds(26 * 3600))
        #expect(loop.starts == ["13:00", "14:00", "13:00", "14:00"])
        #expect(loop.skips == ["excluded 15:00-12:00 22"])
        var deferring = try self.loop("0 * * * *", exclusions: Exclusions(excluded: [night], action: .defer))
        deferring.run(for: .seconds(26 * 3600))
        #expect(deferring.starts == ["13:00", "14:00", "12:00", "13:00", "14:00"])
        #expect(deferring.started[2].due == at("2026-05-05T12:30:00Z"))
        #expect(deferring.skipped.reduce(0) { $0 + $1.count } == 21)
    }

    /// The end of a calendar is a time to wake at: a loop that knows no other starts nothing late.
    @Test func theEndOfACalendarWakes() throws {
        let lunch = NamedCalendar("lunch", [.weekly(weekdays: 0x7f, from: 13 * 3600, to: 14 * 3600 + 1800)])
        let exclusions = Exclusions(excluded: [lunch], action: .defer)
        var loop = try loop("20 13,18 * * *", exclusions: exclusions)
        #expect(loop.machine.wakeTime() == at("2026-05-04T14:30:00Z"))
        loop.isTrusting = true
        loop.run(for: .seconds(3 * 3600))
        #expect(loop.starts == ["13:20"])
        #expect(loop.startTimes == [at("2026-05-04T14:30:00Z")])
        #expect(loop.started.first?.cause == .catchUp)
        #expect(loop.machine.wakeTime() == at("2026-05-04T18:20:00Z"))
        // Also where no other tick ever comes.
        let last = Schedule(
            id: "crm",
            timetable: Timetable(
                [try TimeRule(parsing: "20 13 * * *", name: "crm")],
                zone: .utc,
                end: at("2026-05-04T14:00:00Z")
            ),
            exclusions: exclusions
        )
        var other = Loop(last, at: noon)
        other.isTrusting = true
        other.run(for: .seconds(86_400))
        #expect(other.startTimes == [at("2026-05-04T14:30:00Z")])
        #expect(other.machine.wakeTime() == nil)
    }

    /// What a loop does that looks at the clock all the time does one, too, that wakes when it is told to.
    @Test(arguments: 0..<MachineSimulation.seeds)
    func theWakeTimeNamesEverything(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let text = ["*/20 * * * *", "7 * * * *", "30 */5 * * *", "@every 50m"].randomElement(using: &random)
        let from = Int.random(in: 0..<86_400, using: &random)
        let to = Int.random(in: 0..<86_400, using: &random)
        let calendar = NamedCalendar(
            "x",
            [.weekly(weekdays: .random(in: 1...0x7f, using: &random), from: from, to: to)]
        )
        let isInside = Bool.random(using: &random)
        let exclusions = Exclusions(
            excluded: isInside ? [calendar] : [],
            included: isInside ? [] : [calendar],
            action: Exclusions.Action.allCases.randomElement(using: &random) ?? .defer
        )
        let policy = TickPolicy(
            overlap: TickPolicy.Overlap.allCases.randomElement(using: &random) ?? .skip,
            jitter: [0, 600].randomElement(using: &random) ?? 0,
            startWithin: [nil, 900].randomElement(using: &random) ?? nil
        )
        let schedule = try schedule(
            text ?? "* * * * *",
            zone: zone("Europe/Berlin"),
            policy: policy,
            exclusions: exclusions
        )
        var often = Loop(schedule, at: at("2026-03-25T00:00:00Z"))
        often.runLength = .seconds(Int.random(in: 0...3000, using: &random))
        if Bool.random(using: &random) { often.send(.skipNext(by: "x")) }
        var trusting = often
        trusting.isTrusting = true
        for _ in 0..<4 {
            // A pause, too, ends at a time that is named.
            let pause = ScheduleMachine.Pause(
                reason: "x",
                by: "x",
                until: often.now.advanced(by: .seconds(Int.random(in: 60...20_000, using: &random)))
            )
            let length = Duration.seconds(Int.random(in: 60...80_000, using: &random))
            for isPaused in [true, false] {
                if isPaused {
                    often.send(.pause(pause))
                    trusting.send(.pause(pause))
                }
                often.run(for: length)
                trusting.run(for: length)
            }
        }
        #expect(trusting.started == often.started)
        #expect(trusting.startTimes == often.startTimes)
    }

    /// The clocks go back from midnight to 23:00: the hours that are left out from 23:43 on are over, and begin anew.
    @Test(
        "S3 the hours of a calendar are over where the clocks go back before them",
        arguments: Exclusions.Action.allCases
    )
    func s3TheClocksGoBackBeforeACalendarsHours(action: Exclusions.Action) throws {
        let cairo = try zone("Africa/Cairo")
        let night = NamedCalendar("night", [.weekly(weekdays: 0x7f, from: 85_380, to: 38_250)])
        let exclusions = Exclusions(excluded: [night], action: action)
        #expect(exclusions.end(after: at("2026-10-29T20:57:00Z"), in: cairo) == at("2026-10-29T21:00:00Z"))
        #expect(exclusions.end(after: at("2026-10-29T21:57:00Z"), in: cairo) == at("2026-10-30T08:37:30Z"))
        // In spring a border that the clocks skip lies where they go on: 00:00 is 01:00.
        let spring = NamedCalendar("spring", [.weekly(weekdays: 0x7f, from: 82_800, to: 1800)])
        #expect(
            Exclusions(excluded: [spring]).end(after: at("2026-04-23T21:30:00Z"), in: cairo)
                == at("2026-04-23T22:00:00Z")
        )
        let schedule = try schedule("17-59/20 * * * *", zone: cairo, exclusions: exclusions)
        var loop = Loop(schedule, at: at("2026-10-29T20:30:00Z"))
        loop.isTrusting = true
        loop.run(for: .seconds(3 * 3600))
        let deferred = action == .defer ? ["20:57"] : []
        #expect(loop.starts == ["20:37"] + deferred + ["21:17", "21:37"])
    }

    @Test func onlyWhatLiesWithinCounts() throws {
        let office = NamedCalendar("office", [.weekly(weekdays: 0b0111110, from: 9 * 3600, to: 17 * 3600)])
        let holidays = NamedCalendar("holidays", [.yearly(month: 5, day: 5)])
        let exclusions = Exclusions(excluded: [holidays], included: [office])
        var loop = try loop("0 */4 * * *", exclusions: exclusions)
        loop.run(for: .seconds(3 * 86_400))
        #expect(
            loop.started.map { $0.nominal.rfc3339() } == [
                "2026-05-04T16:00:00Z", "2026-05-06T12:00:00Z", "2026-05-06T16:00:00Z",
                "2026-05-07T12:00:00Z",
            ]
        )
        #expect(
            loop.machine.upcoming(2, after: loop.now).map(\.skip?.text) == [nil, "calendar: outside office"]
        )
    }

    @Test("S11 where calendars leave out everything nothing is due, and nothing spins")
    func s11CalendarsThatLeaveNothing() throws {
        let always = NamedCalendar("always", [.weekly(weekdays: 0x7f, from: 0, to: 0)])
        for exclusions in [
            Exclusions(excluded: [always]), Exclusions(included: [NamedCalendar("never", [])]),
        ] {
            let schedule = try schedule("* * * * *", exclusions: exclusions)
            #expect(schedule.nextCounting(after: noon) == nil)
            var loop = Loop(schedule, at: noon)
            #expect(loop.machine.wakeTime() == nil)
            loop.run(for: .seconds(86_400))
            #expect(loop.started.isEmpty)
            #expect(loop.skipped.reduce(0) { $0 + $1.count } == 1440)
        }
    }

    // MARK: Jitter

    @Test func s9JitterIsStableAndBeforeTheNextTick() throws {
        let schedule = try schedule("* * * * *", policy: TickPolicy(jitter: 300))
        var tick = noon
        var delays: Set<Int> = []
        for _ in 0..<200 {
            tick = try #require(schedule.timetable.next(after: tick))
            let due = schedule.due(tick)
            #expect(due == schedule.due(tick))
            #expect(due >= tick && due < tick.advanced(by: .seconds(60)))
            delays.insert(due.milliseconds - tick.milliseconds)
        }
        #expect(delays.count > 150)
    }

    @Test(
        "S16 of one schedule: whatever happens in whatever order, a nominal time runs once or has one reason",
        arguments: 0..<MachineSimulation.seeds
    )
    func s16EveryTickIsAccountedFor(seed: Int) throws {
        try MachineSimulation(seed: UInt64(seed)).run()
    }
}
