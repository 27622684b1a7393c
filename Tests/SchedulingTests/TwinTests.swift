import Core
import Foundation
import ProcessSupport
import Scheduling
import Testing

/// An independent reading of the same rules: no arithmetic, every minute is looked at as Debian's daemon does.
private struct Twin {
    /// A field as the set of its numbers, made beside its text.
    struct Field {
        var text: String
        var numbers: Set<Int>
        var isStar: Bool
    }

    var minute: Field
    var hour: Field
    var day: Field
    var month: Field
    var weekday: Field

    var text: String { [minute, hour, day, month, weekday].map(\.text).joined(separator: " ") }

    init(using random: inout SeededGenerator) {
        minute = Self.field(0...59, &random, stars: 3)
        hour = Self.field(0...23, &random, stars: 3)
        day = Self.field(1...31, &random, stars: 6)
        month = Self.field(1...12, &random, stars: 8)
        weekday = Self.field(0...6, &random, stars: 6)
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
        return day.isStar || weekday.isStar ? isDay && isWeekday : isDay || isWeekday
    }

    /// The minutes since the epoch at which Debian's daemon starts the job.
    func minutes(_ clock: LocalMinutes) -> [Int] {
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
                if isWildcard {
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
                isDue = isWildcard && fits(running)
            default:
                isDue = fits(running)
                virtual = running
            }
            if isDue { found.append(clock.first + index) }
        }
        return found
    }
}

/// What the clocks of a zone show, minute by minute.
private struct LocalMinutes {
    var first: Int
    var local: [Int] = []

    init(_ zone: Zone, from: Instant, days: Int) {
        first = Int(from.seconds) / 60
        local.reserveCapacity(days * 1440)
        for minute in first..<first + days * 1440 {
            local.append(minute + zone.offset(at: Int64(minute) * 60).seconds / 60)
        }
    }
}

/// Ten simulated years of mixed schedules against the twin; by default some weeks around the jumps of the clocks.
@Suite struct TwinTests {
    static let zones = [
        "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/Los_Angeles",
        "America/Havana",
        "America/Santiago", "America/Asuncion", "America/St_Johns", "Asia/Beirut", "Asia/Kolkata",
        "Asia/Kathmandu",
        "Asia/Tehran", "Asia/Jerusalem", "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe",
        "Pacific/Chatham",
        "Antarctica/Troll", "UTC",
    ]
    /// `SLUICE_SCHEDULE_YEARS=10` looks at every minute of ten years.
    static let years = ProcessInfo.processInfo.environment["SLUICE_SCHEDULE_YEARS"].flatMap { Int($0) }
    static let seed = UInt64(ProcessInfo.processInfo.environment["SLUICE_SEED"].flatMap { Int($0) } ?? 1)

    @Test(arguments: zones)
    func tickByTick(name: String) throws {
        let zone = try zone(name)
        var random = SeededGenerator(seed: Self.seed &+ StableHash.of(name))
        let clocks = Self.clocks(of: zone)
        var agreed = 0
        for _ in 0..<10 {
            let twin = Twin(using: &random)
            let cron: CronExpression
            do {
                cron = try CronExpression(parsing: twin.text, name: "x")
            } catch {
                guard error.code == .neverRuns else { throw error }
                // A day that never comes: the twin must find none either.
                for clock in clocks { #expect(twin.minutes(clock).isEmpty, "\(twin.text)") }
                continue
            }
            for clock in clocks {
                let expected = twin.minutes(clock)
                let end = Int64(clock.first + clock.local.count) * 60
                var found: [Int] = []
                var last = Int64(clock.first) * 60 - 1
                while let tick = cron.next(after: Instant(seconds: last), in: zone)?.seconds, tick < end {
                    found.append(Int(tick / 60))
                    last = tick
                }
                #expect(found == expected, "\(twin.text) in \(name)")
                agreed += expected.count
            }
        }
        #expect(agreed > 0)
    }

    private static func clocks(of zone: Zone) -> [LocalMinutes] {
        if let years {
            return [LocalMinutes(zone, from: at("2020-01-01T00:00:00Z"), days: years * 365 + years / 4)]
        }
        var clocks: [LocalMinutes] = []
        var second = at("2020-01-01T00:00:00Z").seconds
        for _ in 0..<4 {
            let change = zone.transition(after: second)?.at ?? second + 100 * 86_400
            // Some hours before and after, on the full day: the daemon starts where the clock is steady.
            let start = change / 86_400 * 86_400 - 86_400
            clocks.append(LocalMinutes(zone, from: Instant(seconds: start), days: 3))
            second = change
        }
        return clocks
    }
}
