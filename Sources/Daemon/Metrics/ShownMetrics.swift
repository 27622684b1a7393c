import Core
import Scheduling
import Telemetry

/// The metrics that are read off a view.
final class ShownMetrics: Sendable {
    private let build: MetricFamily<Gauge>
    private let ready: MetricFamily<Gauge>
    private let draining: MetricFamily<Gauge>
    private let soundFiles: MetricFamily<Gauge>
    private let schedules: MetricFamily<Gauge>
    private let next: MetricFamily<Gauge>
    private let lastRun: MetricFamily<Gauge>
    private let lastSuccess: MetricFamily<Gauge>
    private let overdue: MetricFamily<Gauge>
    private let paused: MetricFamily<Gauge>
    private let failures: MetricFamily<Gauge>
    private let running: MetricFamily<Gauge>
    private let lag: MetricFamily<Gauge>
    private let promise: MetricFamily<Gauge>
    private let waiting: MetricFamily<Gauge>
    private let slots: MetricFamily<Gauge>
    private let used: MetricFamily<Gauge>
    private let backfills: MetricFamily<Gauge>
    private let chunksLeft: MetricFamily<Gauge>
    private let limits: LimitMetrics

    init(_ registry: MetricRegistry) {
        build = registry.gauge(
            "sluice_build_info",
            "1, with the versions of sluice and of the time zones.",
            labels: ["version", "tzdata"]
        )
        ready = registry.gauge("sluice_ready", "Whether runs can begin: 0 while Kafka is away.")
        draining = registry.gauge("sluice_draining", "Whether the daemon is about to end.")
        soundFiles = registry.gauge(
            "sluice_config_last_reload_successful",
            "Whether every file of the folder of schedules is sound."
        )
        schedules = registry.gauge(
            "sluice_schedules",
            "Schedules by their state; invalid are files that cannot be loaded.",
            labels: ["state"]
        )
        next = registry.gauge(
            "sluice_schedule_next_run_timestamp_seconds",
            "When the next run is due.",
            labels: ["schedule"]
        )
        lastRun = registry.gauge(
            "sluice_schedule_last_run_timestamp_seconds",
            "When the last run began.",
            labels: ["schedule"]
        )
        lastSuccess = registry.gauge(
            "sluice_schedule_last_success_timestamp_seconds",
            "When the last run that succeeded ended.",
            labels: ["schedule"]
        )
        overdue = registry.gauge(
            "sluice_schedule_overdue",
            "Whether a tick is due and has not begun after a minute's grace.",
            labels: ["schedule"]
        )
        paused = registry.gauge("sluice_schedule_paused", "Whether it is paused.", labels: ["schedule"])
        failures = registry.gauge(
            "sluice_schedule_failures",
            "Runs that failed in a row.",
            labels: ["schedule"]
        )
        running = registry.gauge("sluice_runs_running", "Runs that go on now.", labels: ["schedule"])
        lag = registry.gauge(
            "sluice_freshness_lag_seconds",
            "How old the last success is.",
            labels: ["schedule"]
        )
        promise = registry.gauge(
            "sluice_freshness_slo_seconds",
            "How old the last success may be.",
            labels: ["schedule"]
        )
        waiting = registry.gauge("sluice_queue_waiting", "Runs that wait for a pool.", labels: ["pool"])
        slots = registry.gauge("sluice_pool_slots", "Runs that a pool lets go on at once.", labels: ["pool"])
        used = registry.gauge("sluice_pool_slots_used", "Runs of a pool that go on now.", labels: ["pool"])
        backfills = registry.gauge(
            "sluice_backfills",
            "Backfills by how they stand: those that go on, and those that ended last.",
            labels: ["schedule", "status"]
        )
        chunksLeft = registry.gauge(
            "sluice_backfill_chunks_left",
            "Chunks that backfills which go on have still to read.",
            labels: ["schedule"]
        )
        limits = LimitMetrics(registry)
    }

    func show(_ view: DaemonView) {
        build.replace([[view.version, view.zoneRelease]: 1])
        ready[].set(view.trouble == nil ? 1 : 0)
        draining[].set(view.isDraining ? 1 : 0)
        soundFiles[].set(view.faults.isEmpty ? 1 : 0)
        let all = view.schedules
        show(all, in: next) { $0.nextDue }
        show(all, in: lastRun) { $0.lastRuns.first?.started.fractionalSeconds }
        show(all, in: lastSuccess) { $0.lastSuccess?.fractionalSeconds }
        show(all, in: overdue) { $0.state == .late ? 1 : 0 }
        show(all, in: paused) { $0.pause == nil ? 0 : 1 }
        show(all, in: failures) { Double($0.failures) }
        show(all, in: lag) { schedule in
            schedule.lastSuccess.map { max(0, view.at.since($0) / .seconds(1)) }
        }
        show(all, in: promise) { $0.freshWithin.map { $0 / .seconds(1) } }
        showStates(view)
        showBackfills(view)
        limits.show(view.limits)
        var active = Dictionary(view.schedules.map { ([$0.id], 0.0) }) { first, _ in first }
        // Those that `sluice sync` handed over belong to no schedule.
        active[[""]] = 0
        for run in view.runs where run.ended == nil { active[[run.start.schedule ?? ""], default: 0] += 1 }
        running.replace(active)
        for (family, count) in [(waiting, \PoolView.waiting), (slots, \.slots), (used, \.used)] {
            let values = view.pools.map { ([$0.name], Double($0[keyPath: count])) }
            family.replace(Dictionary(values) { first, _ in first })
        }
    }

    private func showBackfills(_ view: DaemonView) {
        var counts: [[String]: Double] = [:]
        var left: [[String]: Double] = [:]
        for shown in view.backfills {
            let backfill = shown.note.backfill
            counts[[shown.note.schedule, backfill.status.rawValue], default: 0] += 1
            guard backfill.status == .active else { continue }
            left[[shown.note.schedule], default: 0] += Double(backfill.chunks - backfill.done)
        }
        backfills.replace(counts)
        chunksLeft.replace(left)
    }

    private func showStates(_ view: DaemonView) {
        var states = Dictionary(
            uniqueKeysWithValues: ScheduleView.State.allCases.map { ([$0.rawValue], 0.0) }
        )
        states[["invalid"]] = Double(view.faults.count)
        for schedule in view.schedules { states[[schedule.state.rawValue], default: 0] += 1 }
        schedules.replace(states)
    }

    private func show(
        _ schedules: [ScheduleView],
        in family: MetricFamily<Gauge>,
        _ value: (ScheduleView) -> Double?
    ) {
        let values = schedules.compactMap { schedule in value(schedule).map { ([schedule.id], $0) } }
        family.replace(Dictionary(values) { first, _ in first })
    }
}

extension ScheduleView {
    /// When the next tick that will run is due.
    fileprivate var nextDue: Double? {
        next.first(where: \.runs)?.due.fractionalSeconds
    }
}
