import Core
import Scheduling

/// The daemon's loop on a virtual clock: it sleeps as the machine says, and runs take as long as they are told.
struct Loop {
    var machine: ScheduleMachine
    var now: Instant
    /// Of the machine's own clock, which nobody sets.
    private var monotonic: Duration = .zero
    private var suspended: Duration = .zero
    private var watch = ClockWatch()
    /// How long a run takes.
    var runLength: Duration = .zero
    var isFailing = false
    /// Whether a start has to wait for a slot of a pool.
    var isPoolFull = false
    /// Whether it looks at the clock at the times that the machine names, and never between them.
    var isTrusting = false
    private var ends: Instant?
    private(set) var started: [Tick] = []
    /// When each of them was.
    private(set) var startTimes: [Instant] = []
    private(set) var stopped: [Tick] = []
    private(set) var skipped: [SkippedTicks] = []
    private(set) var others: [ScheduleMachine.Action] = []

    init(_ schedule: Schedule, at now: Instant, recordedThrough: Instant? = nil) {
        self.now = now
        machine = ScheduleMachine(schedule, at: now, recordedThrough: recordedThrough)
        wake()
    }

    /// `12:00`, or `12:00:30`, of each start.
    var starts: [String] { started.map { LocalTime(seconds: $0.nominal.seconds).timeText } }
    /// `overlap 12:00-13:00 2`.
    var skips: [String] {
        skipped.map {
            let first = LocalTime(seconds: $0.first.seconds).timeText
            let last = LocalTime(seconds: $0.last.seconds).timeText
            return "\($0.reason.code) \(first)"
                + ($0.count == 1 ? "" : "-\(last) \($0.count)\($0.isCountExact ? "" : "+")")
        }
    }

    mutating func send(_ event: ScheduleMachine.Event) { perform(machine.handle(event, at: now)) }

    mutating func wake() {
        let change = watch.read(ClockReading(wall: now, monotonic: monotonic, suspended: suspended))
        send(.wake(change))
    }

    /// The time runs on.
    mutating func run(for length: Duration) {
        let end = monotonic + length
        while monotonic < end {
            var step = min(end - monotonic, wait())
            if let ends { step = min(step, max(.zero, ends.since(now))) }
            step = max(step, .nanoseconds(1))
            monotonic += step
            now = now.advanced(by: step)
            finish()
            wake()
        }
    }

    private func wait() -> Duration {
        let wake = machine.wakeTime()
        guard isTrusting else { return ClockWatch.wait(at: now, until: wake) }
        return wake.map { $0.since(now) } ?? .seconds(Int64.max)
    }

    /// Somebody sets the clock.
    mutating func set(by step: Duration) {
        now = now.advanced(by: step)
        wake()
    }

    /// The machine sleeps.
    mutating func suspend(for length: Duration) {
        now = now.advanced(by: length)
        suspended += length
        wake()
    }

    /// The program is down and starts again, with what is recorded.
    mutating func restart(after length: Duration) {
        let through = now
        now = now.advanced(by: length)
        machine = ScheduleMachine(
            machine.schedule,
            at: now,
            recordedThrough: through,
            pause: machine.pause,
            skips: machine.skips
        )
        watch = ClockWatch()
        ends = nil
        wake()
    }

    /// The active run ends now.
    mutating func finish(isFailure: Bool? = nil) {
        guard let tick = machine.activeTick, let ends, ends <= now else { return }
        self.ends = nil
        send(.ended(tick, isFailure: isFailure ?? isFailing))
    }

    private mutating func perform(_ actions: [ScheduleMachine.Action]) {
        for action in actions {
            switch action {
            case .start(let tick):
                started.append(tick)
                startTimes.append(now)
                guard !isPoolFull else { continue }
                ends = now.advanced(by: runLength)
                send(.began(tick))
                if runLength == .zero { finish() }
            case .stop(let tick):
                stopped.append(tick)
                // It ends after its page.
                ends = now.advanced(by: .seconds(1))
            case .skip(let range):
                // What records them joins what belongs together.
                if let joined = skipped.last?.joined(with: range, in: machine.schedule.timetable) {
                    skipped[skipped.count - 1] = joined
                } else {
                    skipped.append(range)
                }
            case .withdraw, .refuse, .paused, .resumed: others.append(action)
            }
        }
    }
}

/// A schedule of one expression in UTC.
func schedule(
    _ text: String,
    id: String = "crm",
    zone: Zone = .utc,
    policy: TickPolicy = TickPolicy(),
    exclusions: Exclusions = .none
) throws -> Schedule {
    Schedule(
        id: id,
        timetable: Timetable([try TimeRule(parsing: text, name: id)], zone: zone),
        exclusions: exclusions,
        policy: policy
    )
}
