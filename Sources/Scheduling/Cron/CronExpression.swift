package import Core

/// When to run, as cron writes it: five fields, or six with the seconds first.
package struct CronExpression: Hashable, Sendable {
    /// What was written.
    package let text: String
    package let second: CronField
    package let minute: CronField
    package let hour: CronField
    package let day: CronField
    package let month: CronField
    package let weekday: CronField
    let pattern: CivilPattern

    /// Reads an expression; `H` stands for what the name hashes to.
    package init(parsing text: String, name: String) throws(ScheduleError) {
        let fields = try Self.words(text)
        let units: [CronUnit] =
            fields.count == 6 ? CronUnit.allCases : Array(CronUnit.allCases.dropFirst())
        var read: [CronUnit: CronField] = [.second: .only(0, .second)]
        for (unit, field) in zip(units, fields) {
            let reader = CronFieldReader(unit: unit, name: name, expression: text, column: field.column)
            read[unit] = try reader.read(field.text)
        }
        func field(_ unit: CronUnit) -> CronField { read[unit] ?? .all(unit) }
        self.init(
            text: text,
            second: field(.second),
            minute: field(.minute),
            hour: field(.hour),
            day: field(.day),
            month: field(.month),
            weekday: field(.weekday)
        )
        guard pattern.isPossible else {
            throw ScheduleError(
                .neverRuns,
                "\"\(text)\" names a day that never comes (\(DateWords.days(self))); no month it names has it: change the "
                    + "day or the month, or write L for the last day",
                column: fields[fields.count - 3].column
            )
        }
    }

    private init(
        text: String,
        second: CronField,
        minute: CronField,
        hour: CronField,
        day: CronField,
        month: CronField,
        weekday: CronField
    ) {
        self.text = text
        self.second = second
        self.minute = minute
        self.hour = hour
        self.day = day
        self.month = month
        self.weekday = weekday
        pattern = CivilPattern(
            seconds: second.values,
            minutes: minute.values,
            hours: hour.values,
            months: month.values,
            days: DayRule(days: day, weekdays: weekday, isEither: !day.isStar && !weekday.isStar),
            isWildcard: minute.isStar || hour.isStar
        )
    }

    /// Whether it follows the wall clock where that jumps; else each of its times comes once a day.
    package var isWildcard: Bool { pattern.isWildcard }

    /// Whether day of month and day of week are both restricted, and either is enough.
    package var isEitherDay: Bool { !day.isStar && !weekday.isStar }

    /// Whether an `H` chooses something in it.
    package var isSpread: Bool {
        text.uppercased().split { Self.isSeparator($0) || $0 == "," }.contains { word in
            word == "H" || word.hasPrefix("H/") || word.hasPrefix("H(")
        }
    }

    /// The expression with numbers only, as every cron would understand it but for `L`, `W` and `#`.
    package var normalized: String {
        let fields = [second, minute, hour, day, month, weekday]
        return fields.dropFirst(second == .only(0, .second) ? 1 : 0).map(\.normalized).joined(separator: " ")
    }

    /// The first tick after an instant; nil where none comes up to the year 2199.
    package func next(after instant: Instant, in zone: Zone, daylight: DaylightRule = .cron) -> Instant? {
        pattern.next(after: instant.seconds, in: zone, daylight).map(Instant.init(seconds:))
    }

    /// The last tick before an instant; nil where none came since 1900.
    package func previous(before instant: Instant, in zone: Zone, daylight: DaylightRule = .cron) -> Instant?
    {
        // A tick stands at the start of its second: it is before an instant within that second.
        let second = instant.nanoseconds % 1_000_000_000 == 0 ? instant.seconds : instant.seconds + 1
        return pattern.previous(before: second, in: zone, daylight).map(Instant.init(seconds:))
    }

    // MARK: Words

    /// Whether it stands between fields.
    static func isSeparator(_ character: Character) -> Bool { character == " " || character == "\t" }

    private static let macros = [
        "@hourly": "0 * * * *",
        "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *",
        "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *",
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
    ]

    /// The fields of a text, each with the column where it begins.
    private static func words(_ text: String) throws(ScheduleError) -> [(text: Substring, column: Int)] {
        var words: [(text: Substring, column: Int)] = []
        var rest = text[...]
        while let start = rest.firstIndex(where: { !isSeparator($0) }) {
            let end = rest[start...].firstIndex(where: isSeparator) ?? rest.endIndex
            words.append((rest[start..<end], text.distance(from: text.startIndex, to: start) + 1))
            rest = rest[end...]
        }
        guard let first = words.first else {
            throw ScheduleError(
                .badExpression,
                "the expression is empty; write five fields such as 30 2 * * *"
            )
        }
        if first.text.hasPrefix("@") { return try macro(first.text, words.count, text) }
        if first.text.contains("=") {
            throw ScheduleError(
                .badExpression,
                "\"\(text)\", column \(first.column): the time zone stands in the schedule's time_zone, not in the expression; "
                    + "remove \(first.text)",
                column: first.column
            )
        }
        guard words.count == 5 || words.count == 6 else { throw wrongCount(words, text) }
        return words
    }

    private static func macro(_ word: Substring, _ count: Int, _ text: String) throws(ScheduleError)
        -> [(text: Substring, column: Int)]
    {
        let known = macros.keys.sorted().joined(separator: ", ") + ", @every 90m"
        guard count == 1, let meaning = macros[word.lowercased()] else {
            let problem =
                switch word.lowercased() {
                case "@reboot": "@reboot is for the start of a machine, which is no time"
                case let other where macros[other] != nil: "something stands behind \(word)"
                default: "\(word) is not known"
                }
            throw ScheduleError(.badExpression, "\"\(text)\": \(problem); known are \(known)", column: 1)
        }
        return try words(meaning)
    }

    private static func wrongCount(_ words: [(text: Substring, column: Int)], _ text: String) -> ScheduleError
    {
        let found = "\"\(text)\" has \(words.count) field\(words.count == 1 ? "" : "s")"
        let expected =
            "an expression has five (minute, hour, day of the month, month, day of the week), or six with the seconds first"
        let year = words.count == 7 ? "; there is none for the year: use start and end in the schedule" : ""
        let column = words.count > 6 ? words[6].column : nil
        return ScheduleError(.badExpression, "\(found); \(expected)\(year)", column: column)
    }
}
