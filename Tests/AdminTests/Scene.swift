import Core
import JSON
import Scheduling

@testable import Daemon

/// A morning two days before the clocks are put forward, with something of everything.
enum Scene {
    static let start = Instant(seconds: 1_774_606_500)  // 2026-03-27T10:15:00Z

    private struct Plan {
        var id: String
        var account: String
        var when: String
        var zone = "Europe/Berlin"
        var state = ScheduleView.State.idle
        /// How the last runs ended, the newest first.
        var ends: [RunEnd.Status] = Array(repeating: .success, count: 10)
        /// The age of the last of them, and how far apart they are, in minutes.
        var age = 15
        var apart = 60
        var freshWithin: Duration?
        var policy = TickPolicy()
        var exclusions = Exclusions.none
        var retries: ScheduleEntry.Retries?
    }

    private static func plans() throws -> [Plan] {
        let holidays = NamedCalendar("holidays", [.yearly(month: 3, day: 30)])
        return [
            Plan(
                id: "stripe-payments",
                account: "stripe/acme",
                when: "*/15 * * * *",
                age: 2,
                apart: 15,
                freshWithin: .seconds(3600),
                policy: TickPolicy(overlap: .queue, pauseAfterFailures: 5)
            ),
            Plan(
                id: "stripe-nightly",
                account: "stripe/acme",
                when: "30 2 * * *",
                age: 555,
                apart: 1440,
                freshWithin: .seconds(93_600),
                policy: TickPolicy(jitter: 300, startWithin: 3600),
                exclusions: Exclusions(excluded: [holidays]),
                retries: .init(maximum: 3, backoff: .seconds(60))
            ),
            Plan(
                id: "hubspot-contacts",
                account: "hubspot/emea",
                when: "0 * * * *",
                state: .running,
                ends: [.success, .success, .partial] + Array(repeating: .success, count: 7),
                age: 73
            ),
            Plan(
                id: "hubspot-deals",
                account: "hubspot/emea",
                when: "5-59/20 8-18 * * mon-fri",
                state: .waiting,
                age: 30,
                apart: 20
            ),
            Plan(
                id: "zendesk-tickets",
                account: "zendesk/support",
                when: "H/10 * * * *",
                state: .failing,
                ends: [.failed, .failed, .timeout] + Array(repeating: .success, count: 7),
                age: 4,
                apart: 10,
                freshWithin: .seconds(1800)
            ),
            Plan(
                id: "zendesk-satisfaction-ratings-of-the-whole-support-organisation",
                account: "zendesk/support",
                when: "0 6 * * mon",
                zone: "America/New_York",
                age: 5775,
                apart: 10_080
            ),
            Plan(
                id: "hubspot-archive",
                account: "hubspot/apac",
                when: "0 3 1 * *",
                zone: "Asia/Tokyo",
                state: .paused,
                ends: [.success, .cancelled, .success],
                age: 36_600,
                apart: 43_200
            ),
            Plan(
                id: "stripe-disputes",
                account: "stripe/globex",
                when: "0 10 * * *",
                state: .late,
                ends: [.success, .success, .duplicate, .success],
                age: 1515,
                apart: 1440
            ),
            Plan(
                id: "stripe-balance",
                account: "stripe/globex",
                when: "@every 6h",
                zone: "UTC",
                state: .stale,
                ends: [.cancelled, .success, .success, .success],
                age: 360,
                apart: 360,
                freshWithin: .seconds(21_600)
            ),
            Plan(id: "zendesk-users", account: "zendesk/sandbox", when: "0 0 1 1 *", ends: []),
        ]
    }

    static func make(isMoving: Bool = false) throws -> FakeDaemon.State {
        let zones = ZoneDatabase()
        var view = DaemonView(
            at: start,
            revision: 1,
            version: "0.9.0",
            host: "etl-1.example.net",
            started: start.advanced(by: .seconds(-9 * 86_400 - 4000)),
            zoneRelease: "2026a",
            topicPrefix: "retail",
            pools: [
                PoolView(name: "default", slots: 16, used: 1, waiting: 0),
                PoolView(name: "hubspot", slots: 1, used: 1, waiting: 1),
            ],
            faults: [
                .init(
                    path: "schedules/orders.yaml",
                    messages: ["4:7: when: no hour has 75 minutes; write 0 to 59"]
                )
            ]
        )
        var state = FakeDaemon.State(view: view)
        state.isMoving = isMoving
        for plan in try plans() {
            let zone = try zones.zone(plan.zone)
            let entry = ScheduleEntry(
                schedule: Schedule(
                    id: plan.id,
                    timetable: Timetable([try TimeRule(parsing: plan.when, name: plan.id)], zone: zone),
                    exclusions: plan.exclusions,
                    policy: plan.policy
                ),
                account: try AccountName(plan.account),
                pool: plan.account == "hubspot/emea" ? "hubspot" : ScheduleEntry.usualPool,
                priority: plan.id == "stripe-payments" ? 10 : 0,
                timeout: plan.retries == nil ? nil : .seconds(7200),
                retries: plan.retries,
                freshWithin: plan.freshWithin
            )
            state.entries[plan.id] = entry
            view.schedules.append(schedule(plan, entry, &view.runs))
        }
        view.schedules.sort { $0.id < $1.id }
        view.backfills = backfills(of: try AccountName("stripe/globex"))
        for run in view.runs where run.status == nil {
            state.logs[run.start.run] = "10:00:02 run \(run.start.run) of \(run.start.account) began\n"
        }
        for run in view.runs where run.errorCode != nil {
            state.logs[run.start.run] =
                "10:10:08 run began\n10:10:11 GET /api/v2/incremental/tickets: 503, tries it again in 2 s\n"
                + "10:10:59 \(run.errorMessage ?? "")\n"
        }
        view.runs.sort { $0.started > $1.started }
        state.view = view
        return state
    }

    private static func schedule(
        _ plan: Plan,
        _ entry: ScheduleEntry,
        _ runs: inout [RunView]
    ) -> ScheduleView {
        var view = ScheduleView(
            id: plan.id,
            path: "/etc/sluice/schedules/\(plan.id).yaml",
            account: entry.account,
            expression: plan.when,
            words: entry.schedule.timetable.words,
            zone: plan.zone,
            state: plan.state,
            freshWithin: plan.freshWithin,
            failures: plan.ends.prefix { $0.isFailure }.count,
            pool: entry.pool,
            priority: entry.priority,
            skipped: plan.state == .running ? ["overlap": 2, "paused": 14] : [:],
            policies: entry.policies
        )
        for (index, end) in plan.ends.enumerated() {
            let started = start.advanced(by: .seconds(-60 * (plan.age + index * plan.apart)))
            view.lastRuns.append(ended(plan, index, end, at: started))
        }
        view.lastSuccess = view.lastRuns.first { $0.status == .success }?.ended
        runs += view.lastRuns
        switch plan.state {
        case .running:
            let run = freshRun("01JQ5RUNNING", of: view, at: start.advanced(by: .seconds(-898)))
            view.active = run.start.run
            runs.append(run)
        case .waiting:
            view.waiting = [
                .init(
                    nominal: start.advanced(by: .seconds(-600)),
                    since: start.advanced(by: .seconds(-600)),
                    reason: "the pool hubspot is full: hubspot-contacts runs"
                )
            ]
        case .late:
            view.waiting = [
                .init(
                    nominal: start.advanced(by: .seconds(-900)),
                    since: start.advanced(by: .seconds(-900)),
                    reason: "the account stripe/globex is held by etl-2.example.net"
                )
            ]
        case .paused:
            view.pause = .init(
                reason: "the migration of the portal is not over",
                by: "ana",
                until: start.advanced(by: .seconds(4 * 86_400))
            )
        default: break
        }
        return view
    }

    private static func ended(_ plan: Plan, _ index: Int, _ end: RunEnd.Status, at started: Instant)
        -> RunView
    {
        let seconds = 14 + (plan.id.utf8.count * 7 + index * 13) % 90
        let records = end == .success ? 1200 + (plan.id.utf8.count * 97 + index * 311) % 4000 : 31
        var run = RunView(
            start: RunStart(
                run: "01JQ\(plan.id.utf8.count)\(plan.id.prefix(4).uppercased())\(100 + index)",
                account: (try? AccountName(plan.account)) ?? account,
                schedule: plan.id,
                trigger: index == 2 ? "catch_up" : "schedule",
                nominal: started,
                due: started
            ),
            started: started,
            ended: started.advanced(by: .seconds(seconds)),
            status: end,
            transactions: records / 500 + 1
        )
        run.streams = [
            .init(
                name: "main",
                status: end == .success ? "success" : "failed",
                records: records,
                deletes: index,
                pages: records / 100 + 1,
                requests: records / 100 + 2,
                bookmark: ["updated_at": "2026-03-27T10:00:00Z"]
            )
        ]
        if end.isFailure {
            run.errorCode = "extraction.unavailable"
            run.errorMessage =
                "zendesk/support answers 503 to every request since 10:10:11: Zendesk is under maintenance; "
                + "see https://status.zendesk.com, the next tick tries it again"
            run.streams[0].errorCode = run.errorCode
            run.streams[0].errorMessage = run.errorMessage
        }
        return run
    }

    /// A run that has just begun.
    static func freshRun(_ id: String, of schedule: ScheduleView, at now: Instant) -> RunView {
        RunView(
            start: RunStart(
                run: id,
                account: schedule.account,
                schedule: schedule.id,
                trigger: id.contains("MANUAL") ? "manual" : "schedule",
                nominal: now,
                due: now
            ),
            started: now,
            streams: ["contacts", "companies", "deals"].enumerated().map { index, name in
                RunView.StreamRow(
                    name: name,
                    status: index == 0 ? "running" : "waiting",
                    phase: index == 0 ? "list" : nil,
                    warning: index == 1 ? "3 records have no id and were left out" : nil
                )
            }
        )
    }

    static let account: AccountName = {
        guard let account = try? AccountName("stripe/acme") else { preconditionFailure("a name") }
        return account
    }()
}
