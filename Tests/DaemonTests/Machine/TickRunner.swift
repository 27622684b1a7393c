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
    /// Ticks that did not run.
    private(set) var skipped: [SkippedTicks] = []
    private(set) var looks = 0

    init(at now: Instant) {
        self.now = now
        let counter = Counter()
        machine = DaemonMachine(settings: .init(usualSlots: .max)) { _ in "\(counter.next())" }
    }

    mutating func add(_ entry: ScheduleEntry) { tell(.add(entry, nil, skipped: [])) }

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
                let end = RunEnd(status: .success)
                _ = machine.opening(order, at: now)
                tell(.began(run: order.run))
                _ = machine.closing(order, end, at: reading)
                tell(.ended(run: order.run, end))
            case .record(_, let range): skipped.append(range)
            case .stop, .withdraw, .keep, .answer, .audit, .change, .finished, .paused, .resumed: break
            }
        }
    }
}
