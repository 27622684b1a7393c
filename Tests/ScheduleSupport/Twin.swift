import Core
package import ProcessSupport
package import Scheduling

/// An independent reading of the same rules: no arithmetic, every minute is looked at as Debian's daemon does.
package struct Twin: Sendable {
    /// Zones with jumps of every kind, and some without.
    package static let zones = [
        "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/Los_Angeles",
        "America/Havana",
        "America/Santiago", "America/Asuncion", "America/St_Johns", "Asia/Beirut", "Asia/Kolkata",
        "Asia/Kathmandu",
        "Asia/Tehran", "Asia/Jerusalem", "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe",
        "Pacific/Chatham",
        "Antarctica/Troll", "UTC",
    ]

    /// A field as the set of its numbers, made beside its text.
    package struct Field: Sendable {
        package var text: String
        package var numbers: Set<Int>
        package var isStar: Bool
    }

    package var minute: Field
    package var hour: Field
    package var day: Field
    package var month: Field
    package var weekday: Field
    /// What becomes of fixed times where the clocks jump.
    package var daylight = DaylightRule.cron
    /// Whether month, day and weekday must all fit, as in a calendar.
    package var isCalendar = false

    /// Its expression.
    package var text: String { [minute, hour, day, month, weekday].map(\.text).joined(separator: " ") }

    /// A random one.
    package init(using random: inout SeededGenerator) {
        minute = Self.field(0...59, &random, stars: 3)
        hour = Self.field(0...23, &random, stars: 3)
        day = Self.field(1...31, &random, stars: 6)
        month = Self.field(1...12, &random, stars: 8)
        weekday = Self.field(0...6, &random, stars: 6)
    }

    /// The five fields of an expression in numbers.
    package init(_ text: String) {
        let fields = text.split(separator: " ").map(String.init)
        precondition(fields.count == 5, "no expression of five fields: \(text)")
        minute = Self.field(fields[0], 0...59)
        hour = Self.field(fields[1], 0...23)
        day = Self.field(fields[2], 1...31)
        month = Self.field(fields[3], 1...12)
        weekday = Self.field(fields[4], 0...6)
    }

    private static func field(_ text: String, _ range: ClosedRange<Int>) -> Field {
        var numbers: Set<Int> = []
        for item in text.split(separator: ",") {
            let parts = item.split(separator: "/")
            let ends = parts[0] == "*" ? [] : parts[0].split(separator: "-").map { Int($0) ?? -1 }
            let step = parts.count > 1 ? Int(parts[1]) ?? 0 : 1
            let low = ends.first ?? range.lowerBound
            let high = ends.count > 1 ? ends[1] : ends.isEmpty || parts.count > 1 ? range.upperBound : low
            precondition(range.contains(low) && low <= high && step > 0, "no field: \(text)")
            numbers.formUnion(stride(from: low, through: high, by: step))
        }
        return Field(text: text, numbers: numbers, isStar: text.hasPrefix("*"))
    }
    private static func field(_ range: ClosedRange<Int>, _ random: inout SeededGenerator, stars: Int) -> Field
    {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<stars:
            return Field(text: "*", numbers: Set(range), isStar: true)
        case stars:
            let step = Int.random(in: 2...(range.count - 1), using: &random)
            return Field(
                text: "*/\(step)",
                numbers: Set(range.filter { ($0 - range.lowerBound) % step == 0 }),
                isStar: true
            )
        default:
            var texts: [String] = []
            var numbers: Set<Int> = []
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let low = Int.random(in: range, using: &random)
                let high = Int.random(in: low...range.upperBound, using: &random)
                let step = high - low > 2 ? Int.random(in: 1...(high - low), using: &random) : 1
                if Bool.random(using: &random) {
                    texts.append("\(low)")
                    numbers.insert(low)
                } else {
                    texts.append("\(low)-\(high)" + (step > 1 ? "/\(step)" : ""))
                    numbers.formUnion(stride(from: low, through: high, by: step))
                }
            }
            return Field(text: texts.joined(separator: ","), numbers: numbers, isStar: false)
        }
    }

    private func fits(_ date: CivilDate) -> Bool {
        guard month.numbers.contains(date.month) else { return false }
        let isDay = day.numbers.contains(date.day)
        let isWeekday = weekday.numbers.contains(date.weekday)
        return isCalendar || day.isStar || weekday.isStar ? isDay && isWeekday : isDay || isWeekday
    }

    /// The minutes since the epoch at which Debian's daemon starts the job.
    package func minutes(_ clock: LocalMinutes) -> [Int] {
        let isWildcard = minute.isStar || hour.isStar
        var minutes = [Bool](repeating: false, count: 60)
        for number in minute.numbers { minutes[number] = true }
        var hours = [Bool](repeating: false, count: 24)
        for number in hour.numbers { hours[number] = true }
        var days: [Int: Bool] = [:]
        func fits(_ local: Int) -> Bool {
            let ofDay = (local % 1440 + 1440) % 1440
            guard minutes[ofDay % 60], hours[ofDay / 60] else { return false }
            let number = (local - ofDay) / 1440
            if let known = days[number] { return known }
            let isFitting = self.fits(CivilDate(daysSinceEpoch: number))
            days[number] = isFitting
            return isFitting
        }
        var found: [Int] = []
        var virtual = clock.local[0] - 1
        for (index, running) in clock.local.enumerated() {
            let difference = running - virtual
            var isDue = false
            switch difference {
            case 1:
                isDue = fits(running)
                virtual = running
            case 2...180:
                if isWildcard || daylight == .skip {
                    isDue = fits(running)
                } else {
                    while virtual < running {
                        virtual += 1
                        isDue = isDue || fits(virtual)
                    }
                }
                virtual = running
            case -179...0:
                // Fixed times wait until the clock is where it was.
                isDue = (isWildcard || daylight == .both) && fits(running)
            default:
                isDue = fits(running)
                virtual = running
            }
            if isDue { found.append(clock.first + index) }
        }
        return found
    }
}
