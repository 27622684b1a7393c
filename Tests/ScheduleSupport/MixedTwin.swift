package import ProcessSupport
package import Scheduling

/// A random schedule of any kind, and an independent reading of what it runs: every minute is looked at.
///
/// Its ticks lie on full minutes, and hours that are left out end at half a minute.
package struct MixedTwin: Sendable {
    private enum Rule {
        /// Any of these; a calendar has one for each of its times.
        case fields([Twin])
        /// In minutes.
        case every(Int, phase: Int)
    }

    /// Hours of weekdays that are left out, in seconds of the day.
    private struct Hours {
        var weekdays: Set<Int>
        var from: Int
        var to: Int

        func contains(_ local: Int) -> Bool {
            let second = (local % 86_400 + 86_400) % 86_400
            let weekday = (((local - second) / 86_400 + 4) % 7 + 7) % 7
            if from < to { return weekdays.contains(weekday) && from <= second && second < to }
            return weekdays.contains(weekday) && second >= from
                || weekdays.contains((weekday + 6) % 7) && second < to
        }
    }

    package let schedule: Schedule
    private let rules: [Rule]
    private let excluded: [Hours]

    /// A random one in a zone; throws where its days never come.
    package init(id: String, zone: Zone, using random: inout SeededGenerator) throws(ScheduleError) {
        let daylight = DaylightRule.allCases.randomElement(using: &random) ?? .cron
        var rules: [Rule] = []
        var times: [TimeRule] = []
        for _ in 0..<(Int.random(in: 0..<5, using: &random) == 0 ? 2 : 1) {
            let (rule, time) = try Self.rule(id, daylight, &random)
            rules.append(rule)
            times.append(time)
        }
        self.rules = rules
        let isExcluding = Int.random(in: 0..<3, using: &random) == 0
        let excluded = isExcluding ? [Self.hours(&random)] : []
        self.excluded = excluded
        let action = Exclusions.Action.allCases.randomElement(using: &random) ?? .skip
        let isDeferring = isExcluding && action == .defer
        schedule = Schedule(
            id: id,
            timetable: Timetable(times, zone: zone, daylight: daylight),
            exclusions: Exclusions(
                excluded: excluded.map { hours in
                    let mask = hours.weekdays.reduce(UInt8(0)) { $0 | 1 << UInt8($1) }
                    return NamedCalendar("hours", [.weekly(weekdays: mask, from: hours.from, to: hours.to)])
                },
                action: action
            ),
            policy: TickPolicy(
                jitter: isDeferring ? 0 : [0, 0, 30, 900].randomElement(using: &random) ?? 0
            )
        )
    }

    private static func rule(_ id: String, _ daylight: DaylightRule, _ random: inout SeededGenerator)
        throws(ScheduleError) -> (Rule, TimeRule)
    {
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            let minutes = Int.random(in: 7...3000, using: &random)
            let phase = Int.random(in: 0..<minutes, using: &random)
            return (
                .every(minutes, phase: phase),
                .every(try EveryInterval(seconds: minutes * 60, phase: phase * 60))
            )
        case 1, 2:
            let texts = [
                "H H * * *", "H H(1-3) * * *", "H/20 * * * *", "H H/6 * * 1-5", "H(0-9) */2 * * *",
            ]
            let text = texts.randomElement(using: &random) ?? texts[0]
            let cron = try CronExpression(parsing: text, name: id)
            // What H stands for is the expression's to say: that it is spread and stays the same is another test.
            var twin = Twin(cron.normalized)
            let fields = text.split(separator: " ").map { $0.hasPrefix("H/") }
            twin.minute.isStar = twin.minute.isStar || fields[0]
            twin.hour.isStar = twin.hour.isStar || fields[1]
            twin.daylight = daylight
            return (.fields([twin]), .cron(cron))
        case 3, 4: return try calendar(id, daylight, &random)
        default:
            var twin = Twin(using: &random)
            twin.daylight = daylight
            return (.fields([twin]), .cron(try CronExpression(parsing: twin.text, name: id)))
        }
    }

    private static func calendar(
        _ id: String,
        _ daylight: DaylightRule,
        _ random: inout SeededGenerator
    )
        throws(ScheduleError) -> (Rule, TimeRule)
    {
        let days = Twin(using: &random)
        var texts = CalendarRule.Texts()
        texts.months = days.month.text
        texts.days = days.day.text
        texts.weekdays = days.weekday.text
        var twins: [Twin] = []
        // Many of them at night, where clocks jump.
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let (hour, minute) = (
                Int.random(in: 0...(Bool.random(using: &random) ? 3 : 23), using: &random),
                [0, 15, 30, 59].randomElement(using: &random) ?? 0
            )
            texts.times.append("\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)")
            var twin = Twin(
                "\(minute) \(hour) \(days.day.text) \(days.month.text) \(days.weekday.text)"
            )
            twin.daylight = daylight
            twin.isCalendar = true
            twins.append(twin)
        }
        return (.fields(twins), .calendar(try CalendarRule(texts, name: id)))
    }

    private static func hours(_ random: inout SeededGenerator) -> Hours {
        let from = Int.random(in: 0..<1440, using: &random) * 60
        let length = Int.random(in: 30...900, using: &random) * 60 + 30
        var weekdays: Set<Int> = [Int.random(in: 0...6, using: &random)]
        for day in 0...6 where Bool.random(using: &random) { weekdays.insert(day) }
        return Hours(weekdays: weekdays, from: from, to: (from + length) % 86_400)
    }

    /// What it is, in words.
    package var text: String {
        schedule.timetable.rules.map(\.text).joined(separator: ", ")
            + " dst \(schedule.timetable.daylight) jitter \(schedule.policy.jitter)"
            + excluded.map { " without \($0.weekdays.sorted()) \($0.from)-\($0.to)" }.joined()
            + (excluded.isEmpty ? "" : " \(schedule.exclusions.action)")
    }

    // MARK: Minute by minute

    /// The minutes since the epoch of the ticks that run, and of those that do not.
    package func minutes(_ clock: LocalMinutes) -> (run: [Int], left: [Int]) {
        let all = ticks(clock)
        guard !excluded.isEmpty else { return (all, []) }
        return schedule.exclusions.action == .skip ? skipping(all, clock) : deferring(all, clock)
    }

    private func ticks(_ clock: LocalMinutes) -> [Int] {
        var found: [[Int]] = []
        for rule in rules {
            switch rule {
            case .fields(let twins): found += twins.map { $0.minutes(clock) }
            case .every(let length, let phase):
                let minutes = clock.first..<clock.first + clock.local.count
                found.append(minutes.filter { ($0 - phase) % length == 0 })
            }
        }
        return found.count == 1 ? found[0] : Set(found.joined()).sorted()
    }

    private func isLeftOut(_ minute: Int, _ clock: LocalMinutes, second: Int = 0) -> Bool {
        let local = clock.local[minute - clock.first] * 60 + second
        return excluded.contains { $0.contains(local) }
    }

    private func skipping(_ all: [Int], _ clock: LocalMinutes) -> (run: [Int], left: [Int]) {
        var (run, left): ([Int], [Int]) = ([], [])
        for tick in all {
            if isLeftOut(tick, clock) { left.append(tick) } else { run.append(tick) }
        }
        return (run, left)
    }

    /// Of those that are left out in a row, the last runs when the row is over.
    private func deferring(_ all: [Int], _ clock: LocalMinutes) -> (run: [Int], left: [Int]) {
        var (run, left): ([Int], [Int]) = ([], [])
        var waiting: Int?
        func settle(before next: Int) {
            guard let tick = waiting else { return }
            if (tick + 1..<next).contains(where: { !isLeftOut($0, clock) }) {
                run.append(tick)
            } else if next == clock.first + clock.local.count {
                // It waits still.
            } else if isLeftOut(next, clock) || isLeftOut(next - 1, clock, second: 30) {
                // Also where the clocks jump over the end, to a tick of its own: that one makes up for it.
                left.append(tick)
            } else {
                run.append(tick)
            }
            waiting = nil
        }
        for tick in all {
            settle(before: tick)
            if isLeftOut(tick, clock) { waiting = tick } else { run.append(tick) }
        }
        settle(before: clock.first + clock.local.count)
        return (run, left)
    }
}
