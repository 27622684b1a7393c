import Core
import Daemon
import Scheduling

/// The daemon's machine alone, woken only when it says so; every run takes no time and succeeds.
struct TickRunner {
    private(set) var machine: DaemonMachine
    private(set) var now: Instant
    private var monotonic: Duration = .zero
    /// The nominal times of the runs of each schedule, in their order.
    private(set) var nominals: [String: [Instant]] = [:]
    /// How long after its nominal time a run of each schedule began at most.
    private(set) var delays: [String: Duration] = [:]
    /// Ticks that did not run.
    private(set) var skipped: [String: Int] = [:]
    private(set) var looks = 0

    init(at now: Instant) {
        self.now = now
        let counter = Counter()
        machine = DaemonMachine(settings: .init(usualSlots: .max)) { _ in "\(counter.next())" }
    }

    mutating func add(_ entry: ScheduleEntry) { tell(.add(entry, nil, skipped: [])) }

    /// Has the machine decide on what was due; who waits for nothing tells of what is left out when it wakes.
    mutating func settle(_ entry: ScheduleEntry) { tell(.edit(entry)) }

    /// The time runs on; at each wake `check` may look at the machine.
    mutating func run(to end: Instant, _ check: (TickRunner) -> Void = { _ in }) {
        while let wake = machine.wake, wake <= end {
            monotonic += wake.since(now)
            now = wake
            looks += 1
            check(self)
            tell(.look)
        }
        monotonic += end.since(now)
        now = end
        tell(.look)
    }

    private mutating func tell(_ event: DaemonMachine.Event) {
        let reading = ClockReading(wall: now, monotonic: monotonic)
        for action in machine.handle(event, at: reading) {
            switch action {
            case .start(let order):
                guard case .tick(let tick) = order.origin else { continue }
                nominals[tick.schedule, default: []].append(tick.nominal)
                delays[tick.schedule] = max(delays[tick.schedule] ?? .zero, now.since(tick.nominal))
                let end = RunEnd(status: .success)
                _ = machine.opening(order, at: now)
                tell(.began(run: order.run))
                _ = machine.closing(order, end, at: reading)
                tell(.ended(run: order.run, end))
            case .record(let schedule, let range): skipped[schedule, default: 0] += range.count
            case .stop, .withdraw, .keep, .answer, .audit, .change, .clockChanged, .finished, .paused,
                .resumed, .tell:
                break
            }
        }
    }
}
