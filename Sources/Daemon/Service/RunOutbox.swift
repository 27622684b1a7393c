import Scheduling

/// Lines that wait for the log of runs, in the order in which they were decided.
///
/// While Kafka is away ticks go on being skipped: those of one schedule that follow each other become one range, so that
/// what waits grows with the schedules and not with the time (I7).
struct RunOutbox: Sendable {
    private(set) var lines: [RunLine] = []
    /// Where the last range of each schedule stands, as long as nothing else of it came behind it.
    private var lastSkip: [String: Int] = [:]

    /// Takes back lines that were not handed over, before those that came since.
    mutating func giveBack(_ earlier: [RunLine]) {
        lines = earlier + lines
        lastSkip = lastSkip.mapValues { $0 + earlier.count }
    }

    /// Adds a line; a range of skipped ticks is joined to the one before it where the timetable has no tick between them.
    mutating func append(_ line: RunLine, in timetable: Timetable? = nil) {
        guard case .skipped(let schedule, let ticks) = line.event else {
            if let schedule = line.event.schedule { lastSkip[schedule] = nil }
            lines.append(line)
            return
        }
        if let timetable, let index = lastSkip[schedule], case .skipped(_, let before) = lines[index].event,
            let joined = before.joined(with: ticks, in: timetable)
        {
            lines[index].event = .skipped(schedule: schedule, joined)
            return
        }
        lastSkip[schedule] = lines.count
        lines.append(line)
    }
}

extension RunLine.Event {
    /// The schedule that it is about; nil where it is about none.
    package var schedule: String? {
        switch self {
        case .started(let start): start.schedule
        case .ended(let finish): finish.schedule
        case .skipped(let schedule, _): schedule
        case .audit(let entry): entry.schedule
        case .backfill(let note): note.schedule
        case .progress, .log, .answer: nil
        }
    }
}
