import Core
import Daemon
import Extraction
import Scheduling

/// Views and what stands in them, for tests of what is made of a view.
enum DaemonViews {
    /// 2026-11-26T12:00:00Z, and so many seconds more.
    static func time(_ seconds: Int = 0) -> Instant { Instant(seconds: 1_795_694_400 + Int64(seconds)) }

    static func account(_ text: String = "stripe/acme") -> AccountName {
        guard let account = try? AccountName(text) else { preconditionFailure("\(text) is no account") }
        return account
    }

    static func view(
        at: Instant = time(),
        trouble: String? = nil,
        schedules: [ScheduleView] = [],
        runs: [RunView] = [],
        pools: [PoolView] = [],
        faults: [DaemonView.FileFault] = [],
        limits: [AccountName: LimitStanding] = [:]
    ) -> DaemonView {
        DaemonView(
            at: at,
            revision: 1,
            version: "1.2.3",
            host: "node-1",
            started: time(-3600),
            zoneRelease: "2026a",
            topicPrefix: "retail",
            trouble: trouble,
            schedules: schedules,
            runs: runs,
            pools: pools,
            faults: faults,
            limits: limits
        )
    }

    static func schedule(
        _ id: String = "crm",
        state: ScheduleView.State = .idle,
        pause: ScheduleMachine.Pause? = nil,
        next: [UpcomingTick] = [],
        waiting: [ScheduleView.Waiting] = [],
        active: String? = nil,
        lastRuns: [RunView] = [],
        lastSuccess: Instant? = nil,
        freshWithin: Duration? = nil,
        failures: Int = 0
    ) -> ScheduleView {
        ScheduleView(
            id: id,
            path: "schedules/\(id).yaml",
            account: account(),
            expression: "H * * * *",
            words: "every hour",
            zone: "UTC",
            state: state,
            pause: pause,
            next: next,
            waiting: waiting,
            active: active,
            lastRuns: lastRuns,
            lastSuccess: lastSuccess,
            freshWithin: freshWithin,
            failures: failures
        )
    }

    static func start(
        _ run: String = "20261126T120000Z-00000001",
        schedule: String? = "crm",
        trigger: String = "schedule",
        due: Instant? = time(),
        attempt: Int = 1,
        isResumed: Bool = false
    ) -> RunStart {
        RunStart(
            run: run,
            account: account(),
            schedule: schedule,
            trigger: trigger,
            nominal: due,
            due: due,
            attempt: attempt,
            isResumed: isResumed
        )
    }

    static func run(
        _ start: RunStart = start(),
        ended: Instant? = nil,
        status: RunEnd.Status? = nil,
        errorMessage: String? = nil
    ) -> RunView {
        RunView(
            start: start,
            started: time(1),
            ended: ended,
            status: status,
            errorMessage: errorMessage
        )
    }
}
