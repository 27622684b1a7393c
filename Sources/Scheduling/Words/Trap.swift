package import Core

/// Something in a schedule that is allowed and may surprise.
package struct Trap: Hashable, Sendable {
    /// The word for it, for JSON and tests.
    package var code: String
    /// What happens, and what to write instead.
    package var text: String

    /// A trap.
    package init(_ code: String, _ text: String) {
        self.code = code
        self.text = text
    }
}

/// Finds what may surprise.
package struct TrapFinder: Sendable {
    /// Above this, schedules of one minute are a herd.
    package static let herd = 5

    let schedule: Schedule
    let now: Instant

    /// A finder that looks at a schedule from an instant on.
    package init(_ schedule: Schedule, at now: Instant) {
        self.schedule = schedule
        self.now = now
    }

    /// All traps of the schedule.
    package func traps() -> [Trap] {
        var traps: [Trap] = []
        for rule in schedule.timetable.rules {
            switch rule {
            case .cron(let cron): traps += cronTraps(cron)
            case .calendar(let calendar): traps += shortMonths(calendar.day, calendar.month, "days")
            case .every: continue
            }
        }
        traps += clockTraps() + policyTraps()
        if schedule.nextCounting(after: now) == nil {
            traps.append(
                Trap(
                    "never_runs",
                    "nothing runs from now on: the end has passed, or the calendars leave nothing"
                )
            )
        }
        return traps
    }

    private func cronTraps(_ cron: CronExpression) -> [Trap] {
        var traps = shortMonths(cron.day, cron.month, "day of the month")
        for field in [cron.second, cron.minute, cron.hour] {
            guard let step = uneven(field) else { continue }
            let numbers = field.numbers
            let whole = field.unit == .hour ? "day" : field.unit == .minute ? "hour" : "minute"
            let around = field.unit.bounds.count - (numbers.last ?? 0) + (numbers.first ?? 0)
            traps.append(
                Trap(
                    "uneven_step",
                    "*/\(step) is not even over the \(whole): after \(field.unit.noun) \(numbers.last ?? 0) it begins anew, "
                        + "\(around) \(field.unit.noun)s later; write a divisor of \(field.unit.bounds.count), or @every for an even interval"
                )
            )
        }
        if cron.isEitherDay {
            traps.append(
                Trap(
                    "either_day",
                    "day of the month and day of the week are both set, and one of them is enough: it runs "
                        + "\(DateWords.days(cron)); for days on which both fit write a calendar"
                )
            )
        } else if !cron.day.isAll, !cron.weekday.isAll {
            traps.append(
                Trap(
                    "both_days",
                    "day of the month and day of the week are both set, and both must fit, since one begins with *: it runs "
                        + "\(DateWords.days(cron)); other programs take one of them for enough"
                )
            )
        }
        if cron.minute.isAll, !cron.hour.isAll, cron.second == .only(0, .second) {
            traps.append(
                Trap(
                    "every_minute",
                    "the minute is *: it runs sixty times in each of those hours; write 0, or H, for once"
                )
            )
        }
        if writesNumbers(cron) {
            traps.append(
                Trap(
                    "weekday_number",
                    "weekdays are counted from 0 or 7, Sunday: this is \(DateWords.numbers(cron.weekday)); other programs count "
                        + "differently, and names (mon-fri) say the same to all"
                )
            )
        }
        return traps
    }

    /// Whether the day of the week was written in digits.
    private func writesNumbers(_ cron: CronExpression) -> Bool {
        guard !cron.weekday.isAll, !DateWords.numbers(cron.weekday).isEmpty else { return false }
        let words = cron.text.split(whereSeparator: CronExpression.isSeparator)
        guard words.count >= 5, let word = words.last else { return false }
        return !word.contains("*") && !word.contains("H") && word.contains { $0.isNumber && $0.isASCII }
            && !word.contains { $0.isLetter }
    }

    /// The step of a `*/n` that does not come out even.
    private func uneven(_ field: CronField) -> Int? {
        guard field.isStar, field.items.count == 1, case .range(_, _, let step) = field.items[0], step > 1,
            field.unit.bounds.count % step != 0
        else { return nil }
        return step
    }

    private func shortMonths(_ day: CronField, _ month: CronField, _ name: String) -> [Trap] {
        guard let latest = day.numbers.last, latest > 28, day.numbers.first.map({ $0 > 28 }) ?? false else {
            return []
        }
        let short = month.numbers.filter { CivilDate.lastDay(ofMonth: $0, year: 2001) < day.numbers[0] }
        guard !short.isEmpty else { return [] }
        let names = DateWords.list(short.map { DateWords.months[$0 - 1] })
        return [
            Trap(
                "short_month",
                "\(names) \(short.count == 1 ? "has" : "have") no day \(day.numbers[0])\(short == [2] && day.numbers[0] == 29 ? " but in leap years" : ""): "
                    + "nothing runs then; write L for the last day"
            )
        ]
    }

    private func clockTraps() -> [Trap] {
        schedule.timetable.daylightNotes(from: now).prefix(2).map {
            Trap("clock_change", "\($0); a time outside the hours in which clocks change has no such days")
        }
    }

    private func policyTraps() -> [Trap] {
        var traps: [Trap] = []
        if case .all = schedule.policy.catchUp, schedule.policy.overlap == .skip {
            traps.append(
                Trap(
                    "all_and_skip",
                    "catchup: all makes up for what was missed, but overlap: skip leaves out what comes while a run is active; "
                        + "write overlap: queue where each tick matters"
                )
            )
        }
        guard let first = schedule.timetable.next(after: now),
            let second = schedule.timetable.next(after: first)
        else { return traps }
        if schedule.policy.jitter > 0, second.since(first) <= .seconds(schedule.policy.jitter) {
            traps.append(
                Trap(
                    "wide_jitter",
                    "the jitter \(LengthText.short(schedule.policy.jitter)) is not shorter than the time between two ticks, "
                        + "which limits it"
                )
            )
        }
        return traps
    }

    /// Schedules that all start in one minute of the hour, and should not.
    package static func herds(_ schedules: [Schedule]) -> [Trap] {
        var names: [String: [String]] = [:]
        for schedule in schedules where schedule.policy.jitter == 0 {
            for case .cron(let cron) in schedule.timetable.rules where cron.minute.numbers.count == 1 {
                // `H` has spread them already.
                guard !cron.isSpread else { continue }
                names[cron.normalized, default: []].append(schedule.id)
            }
        }
        return names.sorted { $0.key < $1.key }.filter { $0.value.count > herd }.map { expression, ids in
            var words = expression.split(separator: " ")
            // Seconds may stand before the minute.
            words[words.count - 5] = "H"
            let spread = words.joined(separator: " ")
            return Trap(
                "herd",
                "\(ids.count) schedules start together at \(expression) (\(ids.sorted().prefix(3).joined(separator: ", ")), …); "
                    + "write \(spread), which gives each its own minute, or a jitter"
            )
        }
    }
}
