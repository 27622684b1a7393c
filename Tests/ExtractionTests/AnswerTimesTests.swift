import Core
import Testing

@testable import Extraction

@Suite("When an answer was given, by two clocks either of which can be wrong")
struct AnswerTimesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// By the API's clock; the request went out at second 10 and the answer came at 20.
        var date: Int64?
        var isAged = false
        var asked: Int64
        var now: Int64
        var answered: Int64
    }

    static let cases = [
        Case(testDescription: "the clocks agree", date: 15, asked: 10, now: 15, answered: 16),
        Case(testDescription: "the API's clock is behind", date: 3, asked: 3, now: 3, answered: 4),
        Case(testDescription: "this machine's clock is behind", date: 90, asked: 10, now: 20, answered: 91),
        Case(testDescription: "the answer says no time", asked: 10, now: 20, answered: 20),
        Case(
            testDescription: "an answer out of a cache was dated when it went in",
            date: 3,
            isAged: true,
            asked: 3,
            now: 3,
            answered: 20
        ),
    ]

    private static func time(_ seconds: Int64) -> Instant { Instant(seconds: seconds) }

    @Test(arguments: cases)
    func times(_ row: Case) {
        let times = AnswerTimes(
            sent: Self.time(10),
            received: Self.time(20),
            date: row.date.map(Self.time),
            isAged: row.isAged
        )
        #expect(times.asked == Self.time(row.asked))
        #expect(times.now == Self.time(row.now))
        #expect(times.answered == Self.time(row.answered))
    }

    @Test("several answers as one were asked for with the first, and given with the last")
    func several() {
        var times = AnswerTimes(asked: Self.time(1), now: Self.time(2), answered: Self.time(9))
        times.extend(to: AnswerTimes(asked: Self.time(4), now: Self.time(5), answered: Self.time(6)))
        #expect(times == AnswerTimes(asked: Self.time(1), now: Self.time(5), answered: Self.time(9)))
        times.extend(to: AnswerTimes(asked: Self.time(7), now: Self.time(8), answered: Self.time(11)))
        #expect(times == AnswerTimes(asked: Self.time(1), now: Self.time(8), answered: Self.time(11)))
    }
}
