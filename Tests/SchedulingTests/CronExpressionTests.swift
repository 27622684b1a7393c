import Core
import ProcessSupport
import ScheduleSupport
import Scheduling
import Testing

@Suite struct CronExpressionTests {
    @Test(
        "S17 what an expression normalizes to means the same",
        arguments: [
            ("* * * * *", "* * * * *"),
            ("*/15 8-18 * * mon-fri", "*/15 8-18 * * 1-5"),
            ("0 22-4 * * *", "0 22-4 * * *"),
            ("0 0 * * FRI-mon", "0 0 * * 5-1"),
            ("0 0 * * 5-7", "0 0 * * 5-0"),
            ("0 0 * * 0-7", "0 0 * * 0-6"),
            ("0 0 * * 7-2", "0 0 * * 0-2"),
            ("0 0 * * 7", "0 0 * * 0"),
            ("0 0 * * 1-7/2", "0 0 * * 1-0/2"),
            ("0 0 * * 1-7/4", "0 0 * * 1-5/4"),
            ("5/20 * * * *", "5-59/20 * * * *"),
            ("0 0 ? * 1", "0 0 * * 1"),
            ("0 0 L * *", "0 0 L * *"),
            ("0 0 L-3,15w * *", "0 0 L-3,15W * *"),
            ("0 0 LW * *", "0 0 LW * *"),
            ("0 0 * * friL", "0 0 * * 5L"),
            ("0 0 * * 7L,tue#2", "0 0 * * 0L,2#2"),
            ("30 0 0 1 jan,JUL *", "30 0 0 1 1,7 *"),
            ("0 0 12 1 * ?", "0 12 1 * *"),
            ("@hourly", "0 * * * *"),
            ("@Daily", "0 0 * * *"),
            ("@midnight", "0 0 * * *"),
            ("@weekly", "0 0 * * 0"),
            ("@monthly", "0 0 1 * *"),
            ("@yearly", "0 0 1 1 *"),
            ("@annually", "0 0 1 1 *"),
            ("  0\t0  *  * * ", "0 0 * * *"),
        ]
    )
    func read(text: String, normalized: String) throws {
        let cron = try CronExpression(parsing: text, name: "x")
        #expect(cron.normalized == normalized)
        let again = try CronExpression(parsing: normalized, name: "y")
        #expect(again.normalized == normalized)
        var left = at("2026-01-01T00:00:00Z")
        var right = left
        for _ in 0..<50 {
            guard let next = cron.next(after: left, in: .utc) else { break }
            left = next
            right = again.next(after: right, in: .utc) ?? right
            #expect(left == right)
        }
    }

    @Test(arguments: [
        ("", nil, "the expression is empty"),
        ("* * * *", nil, "has 4 fields; an expression has five"),
        ("0 0 0 1 1 ? 2026", 13, "there is none for the year: use start and end in the schedule"),
        ("TZ=Europe/Berlin 0 2 * * *", 1, "the time zone stands in the schedule's time_zone"),
        ("CRON_TZ=UTC 0 2 * * *", 1, "remove CRON_TZ=UTC"),
        ("0 25 * * *", 3, "the hour 25 is not in 0 to 23"),
        ("60 * * * *", 1, "the minute 60 is not in 0 to 59"),
        ("0 0 32 * *", 5, "the day of the month 32 is not in 1 to 31"),
        ("0 0 0 * *", 5, "the day of the month 0 is not in 1 to 31"),
        ("0 0 * 13 *", 7, "the month 13 is not in 1 to 12"),
        ("0 0 * * 8", 9, "the day of the week 8 is not in 0 to 7"),
        ("*/0 * * * *", 3, "the step of the minute is 0; it must be 1 or more"),
        ("*/60 * * * *", 3, "so that only 0 would match; write 0, or a step up to 59"),
        ("0 1/24 * * *", 5, "so that only 1 would match"),
        ("*/ * * * *", 3, "after / stands a step"),
        ("1,,2 * * * *", 3, "has an empty place in its list; remove the comma"),
        ("1, * * * *", 3, "has an empty place in its list"),
        ("50-10 * * * *", 1, "runs backwards; write 50-59,0-10"),
        ("0 0 20-10 * *", 5, "write 20-31,1-10"),
        ("0 0 * * mondy", 9, "\"mondy\" is no day of the week; did you mean mon?"),
        ("0 0 * sept *", 7, "\"sept\" is no month; did you mean sep?"),
        ("0 0 mon * *", 5, "\"mon\" is no day of the month; it is a day of the week, which is another field"),
        ("0 0 * * xyz", 9, "it takes 0 to 7 (0 and 7 are Sunday)"),
        ("0~30 * * * *", 2, "~ chooses another number at every start; write H(a-b)"),
        ("0 0 * * fri#6", 13, "after # stands which one of the month, 1 to 5; for the last write 5L"),
        ("0 0 L-31 * *", 7, "after L- stands how many days before the last, 1 to 30"),
        ("5W * * * *", 2, "\"W\" cannot stand here"),
        ("0 0 L5 * *", 6, "\"5\" is left over"),
        ("a * * * *", 1, "\"a\" is no minute"),
        ("$ * * * *", 1, "\"$\" cannot stand here"),
        ("H(5 * * * *", 4, "H(…) takes a range such as H(0-29); found its end"),
        ("H(5-3) * * * *", 3, "H(5-3) runs backwards"),
        ("H(0-9/2 * * * *", 6, "is not closed"),
        ("H/61 * * * *", 3, "the step of H is 61; it takes 1 to 60 for 0-59"),
        ("H/0 * * * *", 3, "the step of H is 0"),
        ("H/ * * * *", 3, "the step of H is missing"),
        ("@reboot", 1, "@reboot is for the start of a machine"),
        ("@dayly", 1, "@dayly is not known; known are @annually, @daily"),
        ("@daily x", 1, "something stands behind @daily"),
        ("99999999999999999999 * * * *", 1, "is not in 0 to 59"),
        ("*/99999999999999999999 * * * *", 3, "must be 1 or more"),
    ])
    func refused(text: String, column: Int?, words: String) {
        let error = #expect(throws: ScheduleError.self) { try CronExpression(parsing: text, name: "x") }
        #expect(error?.column == column)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        if let column, text.count > 1, !text.hasPrefix("@"), error?.code == .badField {
            #expect(error?.message.hasPrefix("\"\(text)\", column \(column): ") == true)
        }
    }

    @Test(
        "S11 impossible dates are errors",
        arguments: [
            "0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31 2 */2", "0 0 31W 2 *", "0 0 30-31 feb *",
        ]
    )
    func s11DaysThatNeverComeAreErrors(text: String) {
        let error = #expect(throws: ScheduleError.self) { try CronExpression(parsing: text, name: "x") }
        #expect(error?.code == .neverRuns)
        #expect(error?.column == 5)
    }

    @Test(
        "S11 what comes seldom is found, and what never comes again is nothing",
        arguments: [
            ("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("0 0 29 2 */7,0", "2026-01-01T00:00:00Z", nil),
            ("0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"),
            // Either day: the Mondays of February.
            ("0 0 31 2 1", "2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z"),
            // A step makes a star, and a star makes both count.
            ("0 0 */10 * 1", "2026-01-01T00:00:00Z", "2026-05-11T00:00:00Z"),
            ("0 0 13 * 5", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
            ("0 0 L * *", "2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z"),
            ("0 0 L-30 * *", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
            ("0 0 LW * *", "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z"),
            ("0 0 1W * *", "2026-08-01T00:00:00Z", "2026-08-03T00:00:00Z"),
            ("0 0 31W * *", "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z"),
            ("0 0 * * 5L", "2026-02-01T00:00:00Z", "2026-02-27T00:00:00Z"),
            ("0 0 * * mon#5", "2026-01-01T00:00:00Z", "2026-03-30T00:00:00Z"),
            ("30 59 23 31 12 *", "2026-01-01T00:00:00Z", "2026-12-31T23:59:30Z"),
            ("0 0 1 1 *", "2198-06-01T00:00:00Z", "2199-01-01T00:00:00Z"),
            ("0 0 1 1 *", "2199-01-01T00:00:00Z", nil),
            ("* * * * *", "2199-12-31T23:59:00Z", nil),
        ]
    )
    func s11Next(text: String, after: String, next: String?) throws {
        guard let cron = try? CronExpression(parsing: text, name: "x") else { return #expect(next == nil) }
        #expect(cron.next(after: at(after), in: .utc)?.rfc3339() == next)
        guard let next else { return }
        #expect(try #require(cron.previous(before: at(next), in: .utc)) <= at(after) || text.contains("1W"))
        #expect(cron.previous(before: at(next).advanced(by: .nanoseconds(1)), in: .utc) == at(next))
    }

    @Test func fractionsOfASecondAreNoTicks() throws {
        let cron = try CronExpression(parsing: "*/10 * * * * *", name: "x")
        let tick = at("2026-01-01T00:00:10Z")
        #expect(cron.next(after: tick.advanced(by: .nanoseconds(-1)), in: .utc) == tick)
        #expect(cron.next(after: tick, in: .utc) == tick.advanced(by: .seconds(10)))
        #expect(
            cron.next(after: tick.advanced(by: .nanoseconds(1)), in: .utc) == tick.advanced(by: .seconds(10))
        )
        #expect(cron.previous(before: tick, in: .utc) == tick.advanced(by: .seconds(-10)))
        #expect(cron.previous(before: tick.advanced(by: .nanoseconds(1)), in: .utc) == tick)
    }

    @Test(
        "S17 next strictly increases, and a tick of the past and the tick after it enclose every instant"
    )
    func s17PreviousIsTheReverseOfNext() throws {
        let texts = [
            "*/7 3-5 * * *", "0 2 * * *", "30 1,2 L * *", "15 0-23/2 * * 1-5", "0 0 29 2 *", "*/15 * * * *",
        ]
        for name in ["Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia"] {
            let zone = try zone(name)
            for text in texts {
                let cron = try CronExpression(parsing: text, name: "x")
                for rule in DaylightRule.allCases {
                    var second = at("2011-01-01T00:00:00Z").seconds
                    while second < at("2012-02-01T00:00:00Z").seconds {
                        let instant = Instant(seconds: second)
                        let next = try #require(cron.next(after: instant, in: zone, daylight: rule))
                        let previous = try #require(cron.previous(before: next, in: zone, daylight: rule))
                        #expect(previous <= instant && instant < next)
                        #expect(cron.next(after: previous, in: zone, daylight: rule) == next)
                        second += 9_123_457 / 10
                    }
                }
            }
        }
    }

    @Test(
        "S17 between two ticks the next one is the same, for random expressions, zones and instants"
    )
    func s17NextIsConstantBetweenTicks() throws {
        var random = SeededGenerator(seed: 17)
        for number in 0..<400 {
            let twin = Twin(using: &random)
            guard let cron = try? CronExpression(parsing: twin.text, name: "x") else { continue }
            let zone = try zone(Twin.zones[number % Twin.zones.count])
            let instant = Instant(
                seconds: Int64.random(in: 1_262_304_000...1_893_456_000, using: &random)
            )
            guard let next = cron.next(after: instant, in: zone) else { continue }
            for _ in 0..<20 {
                let between = Int64.random(in: instant.seconds..<next.seconds, using: &random)
                #expect(cron.next(after: Instant(seconds: between), in: zone) == next, "\(twin.text)")
            }
            let following = try #require(cron.next(after: next, in: zone))
            #expect(following > next)
            #expect(cron.previous(before: following, in: zone) == next)
        }
    }

    // MARK: H

    @Test func hashesAreStable() throws {
        // What is written here must never change: every spread schedule would move.
        #expect(StableHash.of("acme", "minute") == 0xa53d_13ee_9a55_9ed7)
        #expect(StableHash.of("ab", "c") != StableHash.of("a", "bc"))
        #expect(try CronExpression(parsing: "H H H H H", name: "acme").normalized == "15 2 2 4 0")
    }

    @Test(
        "S9 H spreads evenly (χ²), and every number of the range comes",
        arguments: [
            ("H * * * *", 60, 0), ("H(0-29) * * * *", 30, 0), ("H(50-59) * * * *", 10, 50),
            ("H/60 * * * *", 60, 0),
        ]
    )
    func s9SpreadIsEven(text: String, count: Int, first: Int) throws {
        var hits = [Int](repeating: 0, count: 60)
        let total = 6000
        for number in 0..<total {
            let cron = try CronExpression(parsing: text, name: "account-\(number)")
            #expect(cron.minute.numbers.count == 1)
            hits[cron.minute.numbers[0]] += 1
        }
        #expect(
            hits.enumerated().allSatisfy {
                ($0.offset >= first && $0.offset < first + count) == ($0.element > 0)
            }
        )
        let expected = Double(total) / Double(count)
        let chi = hits[first..<first + count].reduce(0.0) {
            $0 + (Double($1) - expected) * (Double($1) - expected) / expected
        }
        // The 0.1 % point of χ² for 59 degrees of freedom.
        #expect(chi < 98.3)
    }

    @Test("S17 H lies within its range for every name")
    func hashedStepsStayInTheirRange() throws {
        for number in 0..<200 {
            let cron = try CronExpression(parsing: "H/15 H(2-5)/2 H * *", name: "\(number)")
            #expect(cron.minute.numbers.count == 4)
            #expect(Set(zip(cron.minute.numbers, cron.minute.numbers.dropFirst()).map { $1 - $0 }) == [15])
            #expect(cron.hour.numbers.allSatisfy { (2...5).contains($0) } && cron.hour.numbers.count == 2)
            #expect((1...28).contains(cron.day.numbers[0]))
            #expect(cron.isWildcard)
        }
        #expect(try !CronExpression(parsing: "H H(1-5)/2 * * *", name: "x").isWildcard)
    }
}
