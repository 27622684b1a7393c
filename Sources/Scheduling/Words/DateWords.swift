import Core

/// Numbers, weekdays and months in words.
enum DateWords {
    static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]

    /// `a`, `a and b`, `a, b and c`.
    static func list(_ parts: [String], _ last: String = "and") -> String {
        guard let end = parts.last, parts.count > 1 else { return parts.first ?? "" }
        return parts.dropLast().joined(separator: ", ") + " \(last) \(end)"
    }

    static func ordinal(_ number: Int) -> String {
        switch (number % 10, number % 100) {
        case (_, 11...13): "\(number)th"
        case (1, _): "\(number)st"
        case (2, _): "\(number)nd"
        case (3, _): "\(number)rd"
        default: "\(number)th"
        }
    }

    /// `29 March 2026`.
    static func date(_ date: CivilDate) -> String { "\(date.day) \(months[date.month - 1]) \(date.year)" }

    /// The plain numbers of a field: `8 to 18`, `1, 15 and 20`, `every 2nd from 1`.
    static func numbers(_ field: CronField) -> String {
        list(
            field.items.compactMap { item in
                guard case .range(let from, let to, let step) = item else { return nil }
                let isWhole = from == field.unit.bounds.lowerBound && to == field.unit.bounds.upperBound
                switch (from == to, step, isWhole) {
                case (true, _, _): return name(from, field.unit)
                case (_, 1, _): return "\(name(from, field.unit)) to \(name(to, field.unit))"
                case (_, _, true): return "every \(ordinal(step)) from \(name(from, field.unit))"
                case (_, _, false):
                    return "every \(ordinal(step)) from \(name(from, field.unit)) to \(name(to, field.unit))"
                }
            }
        )
    }

    private static func name(_ number: Int, _ unit: CronUnit) -> String {
        switch unit {
        case .month: months[number - 1]
        case .weekday: weekdays[number]
        default: "\(number)"
        }
    }

    /// The days of an expression: `on day 13 of the month or on Friday`; empty for every day.
    static func days(_ cron: CronExpression) -> String {
        days(cron.day, cron.weekday, cron.month, isEither: cron.isEitherDay)
    }

    static func days(_ calendar: CalendarRule) -> String {
        days(calendar.day, calendar.weekday, calendar.month, isEither: false)
    }

    private static func days(
        _ day: CronField,
        _ weekday: CronField,
        _ month: CronField,
        isEither: Bool
    ) -> String {
        var parts: [String] = []
        switch (day.isAll, weekday.isAll) {
        case (true, true): break
        case (false, true): parts.append(monthDays(day))
        case (true, false): parts.append(weekDays(weekday))
        case (false, false):
            let right = weekDays(weekday)
            parts.append(
                monthDays(day)
                    + (isEither
                        ? " or on \(right.hasPrefix("on ") ? String(right.dropFirst(3)) : right)"
                        : ", if it is \(right.hasPrefix("on ") ? String(right.dropFirst(3)) : right)")
            )
        }
        if !month.isAll { parts.append("in \(numbers(month))") }
        return parts.joined(separator: ", ")
    }

    private static func monthDays(_ field: CronField) -> String {
        var parts: [String] = []
        let plain = numbers(field)
        if !plain.isEmpty {
            let isOne = field.items.count == 1 && field.numbers.count == 1
            parts.append(isOne ? "day \(plain) of the month" : "days \(plain) of the month")
        }
        for item in field.items {
            switch item {
            case .last(let before) where before == 0: parts.append("the last day of the month")
            case .last(let before): parts.append("the \(ordinal(before)) day before the last of the month")
            case .nearestWeekday(let day):
                parts.append("the weekday (Monday to Friday) nearest to day \(day) of the month")
            case .lastWeekday: parts.append("the last weekday (Monday to Friday) of the month")
            default: continue
            }
        }
        return "on " + list(parts)
    }

    private static func weekDays(_ field: CronField) -> String {
        var parts: [String] = []
        let plain = numbers(field)
        if !plain.isEmpty { parts.append(plain) }
        for item in field.items {
            switch item {
            case .lastOfKind(let weekday): parts.append("the last \(weekdays[weekday]) of the month")
            case .nth(let weekday, let number):
                parts.append("the \(ordinal(number)) \(weekdays[weekday]) of the month")
            default: continue
            }
        }
        return plain.contains(" to ") && parts.count == 1 && !plain.hasPrefix("every")
            ? plain : "on " + list(parts)
    }
}
