package import Core
package import Runs
package import Scheduling
package import Telemetry

/// What the daemon counts, and what it shows of its view: all names that its scrape has.
///
/// Counted is what happens (orders, ends, events of runs); shown is what `DaemonView` says at the scrape. The labels
/// are names from schedules and definitions, never addresses, records or messages.
package final class DaemonMetrics: Sendable {
    package let registry: MetricRegistry
    /// What the alerts and pings count.
    package let alerts: AlertMetrics

    private let shown: ShownMetrics
    private let ticks: MetricFamily<Counter>
    private let startDelay: MetricFamily<Histogram>
    private let queueWait: MetricFamily<Histogram>
    private let clockJumps: MetricFamily<Counter>
    private let runs: MetricFamily<Counter>
    private let runDuration: MetricFamily<Histogram>
    private let attempts: MetricFamily<Counter>
    private let loopLook: MetricFamily<Gauge>
    private let loopLag: MetricFamily<Gauge>
    private let reloads: MetricFamily<Counter>
    private let reloadSuccess: MetricFamily<Gauge>
    private let streams: StreamMetrics
    private let process: ProcessMetrics

    /// The metrics of a daemon that has just begun.
    package init() {
        let registry = MetricRegistry()
        self.registry = registry
        shown = ShownMetrics(registry)
        ticks = registry.counter(
            "sluice_schedule_ticks_total",
            "Ticks by what became of them: started, or why they did not run.",
            labels: ["schedule", "outcome"]
        )
        startDelay = registry.histogram(
            "sluice_schedule_start_delay_seconds",
            "From when a tick was due to its run's beginning; a tick that is made up for counts from when it was due.",
            bounds: Self.delays
        )
        queueWait = registry.histogram(
            "sluice_queue_wait_seconds",
            "From when a tick was due to its run's beginning, by the pool that the run is in.",
            labels: ["pool"],
            bounds: Self.delays
        )
        clockJumps = registry.counter(
            "sluice_clock_jumps_total",
            "How often somebody set the clock, or the machine slept.",
            labels: ["direction"]
        )
        runs = registry.counter(
            "sluice_runs_total",
            "Runs that are over, by their trigger and result.",
            labels: ["schedule", "trigger", "result"]
        )
        runDuration = registry.histogram(
            "sluice_run_duration_seconds",
            "How long runs took, with all their attempts.",
            labels: ["extractor"],
            bounds: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200]
        )
        attempts = registry.counter(
            "sluice_run_attempts_total",
            "Attempts at runs; more than runs where some are tried again.",
            labels: ["schedule"]
        )
        loopLook = registry.gauge(
            "sluice_scheduler_loop_timestamp_seconds",
            "When the scheduler's loop last looked at its clock."
        )
        loopLag = registry.gauge(
            "sluice_scheduler_loop_lag_seconds",
            "How much later than planned the scheduler's loop last woke."
        )
        reloads = registry.counter(
            "sluice_config_reloads_total",
            "How often the folder of schedules was read, by whether all of it was sound.",
            labels: ["result"]
        )
        reloadSuccess = registry.gauge(
            "sluice_config_last_reload_success_timestamp_seconds",
            "When the folder of schedules was last read and all of it was sound.",
            // Without a series until then: a time of zero would be in 1970.
            labels: ["folder"]
        )
        streams = StreamMetrics(registry)
        alerts = AlertMetrics(registry)
        process = ProcessMetrics(registry)
        for result in ["success", "failure"] { _ = reloads[result] }
        for direction in ["forward", "backward", "suspended"] { _ = clockJumps[direction] }
    }

    /// The scrape, with a view of the same moment.
    package func text(_ view: DaemonView, _ format: MetricFormat = .prometheus) -> [UInt8] {
        show(view)
        return registry.text(format)
    }

    // MARK: What happens

    /// The loop looked at its clock, as it planned to at `planned`; nil where something woke it.
    package func looked(at now: Instant, planned: Instant? = nil) {
        loopLook[].set(now.fractionalSeconds)
        loopLag[].set(planned.map { max(0, now.since($0) / .seconds(1)) } ?? 0)
    }

    /// The folder of schedules was read.
    package func reloaded(at now: Instant, isSound: Bool) {
        reloads[isSound ? "success" : "failure"].add()
        if isSound { reloadSuccess[""].set(now.fractionalSeconds) }
    }

    /// An attempt at a run begins.
    package func ordered(_ order: RunOrder) {
        attempts[order.schedule ?? ""].add()
    }

    /// A run has begun: its first transaction has committed.
    package func began(_ start: RunStart, pool: String, at now: Instant) {
        // What goes on where a dead daemon left it began there, and a later attempt began with the first.
        guard let schedule = start.schedule, start.backfill == nil, !start.isResumed, start.attempt == 1
        else { return }
        ticks[schedule, "started"].add()
        guard let due = start.due else { return }
        startDelay[].observe(now.since(due))
        queueWait[pool].observe(now.since(due))
    }

    /// The clock was set, or the machine slept.
    package func jumped(_ change: ClockChange) {
        if let direction = change.direction { clockJumps[direction].add() }
    }

    /// Ticks did not run.
    package func skipped(_ schedule: String, _ skipped: SkippedTicks) {
        ticks[schedule, skipped.reason.code].add(skipped.count)
    }

    /// A run is over, after its last attempt.
    package func finished(_ start: RunStart, _ status: RunEnd.Status, took duration: Duration) {
        runs[start.schedule ?? "", start.trigger, status.rawValue].add()
        if status != .duplicate { runDuration[start.account.extractor].observe(duration) }
    }

    /// Counts what a run tells; `next` hears all of it as well.
    package func observer(of account: AccountName, next: @escaping RunObserver = { _ in }) -> RunObserver {
        streams.observer(of: account, next: next)
    }

    /// An attempt's transactions, and the requests that belong to no one stream.
    package func attempted(_ account: AccountName, _ outcome: RunOutcome) {
        streams.attempted(account, outcome)
    }

    // MARK: What is shown

    /// The results that a schedule's runs may have; `duplicate` shows that a tick was read twice, and is made when it does.
    private static let results: [RunEnd.Status] = [.success, .partial, .failed, .cancelled, .timeout]
    /// What an alert may be about, of what becomes of ticks; the others are made when they come.
    private static let outcomes = ["started", "overlap", "missed", "start_deadline"]
    /// From what nobody notices to a day.
    private static let delays: [Double] = [
        0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400,
    ]

    private func show(_ view: DaemonView) {
        shown.show(view)
        process.show()
        // A schedule's series are there from the start, so that the first failure is a change that can be seen; what is
        // gone leaves none behind.
        var known = Set(view.schedules.map(\.id))
        for schedule in view.schedules {
            for result in Self.results { _ = runs[schedule.id, "schedule", result.rawValue] }
            for outcome in Self.outcomes { _ = ticks[schedule.id, outcome] }
            _ = attempts[schedule.id]
        }
        for pool in view.pools { _ = queueWait[pool.name] }
        known.insert("")
        known.formUnion(view.runs.compactMap { $0.ended == nil ? $0.start.schedule : nil })
        for family in [runs, ticks, attempts] { family.remove { !known.contains($0[0]) } }
    }
}

extension Instant {
    /// Seconds since the epoch with their fraction, as metrics have them.
    var fractionalSeconds: Double { Double(milliseconds) / 1000 }
}
