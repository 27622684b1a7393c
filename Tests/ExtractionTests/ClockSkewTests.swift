import Core
import JSON
import Testing

@testable import Extraction

@Suite("Two clocks: the API's and this machine's")
struct ClockSkewTests {
    private static func date(_ seconds: Int64) -> (String, String) {
        ("Date", HTTPDate.text(Bench.start.advanced(by: .seconds(seconds))))
    }

    @Test(
        "the earlier clock is the page's time, and more than a minute is said",
        arguments: [(0, 0, false), (60, 0, false), (61, 0, true), (-60, -60, false), (-61, -61, true)]
            as [(Int64, Int64, Bool)]
    )
    func earlierHolds(api: Int64, now: Int64, isSaid: Bool) async throws {
        let bench = try Bench(script: [.page(.list(["a"], more: false), [Self.date(api)])])
        let page = try #require(try await bench.reader().next())
        #expect(page.times.now == Bench.start.advanced(by: .seconds(now)))
        #expect(bench.skews.list.isEmpty != isSaid)
    }

    @Test("it is said once, an answer that is no page included, with both times and the remedy")
    func saidOnce() async throws {
        let bench = try Bench(script: [
            .status(503, "{}", [Self.date(-3600)]),
            .page(.list(["a"], more: true), [Self.date(-3600)]),
            .page(.list(["b"], more: false), [Self.date(-3600)]),
        ])
        #expect(try await bench.pages().count == 2)
        #expect(bench.skews.list.count == 1)
        let message = try #require(bench.skews.list.first?.message)
        #expect(
            message.contains("the API's clock says 2025-10-09T07:53:20Z, this machine's 2025-10-09T08:53:20Z")
        )
        #expect(message.contains("60 minutes apart"))
        #expect(message.contains("timedatectl"))
    }

    @Test("an answer from a cache, without a Date or with a strange one says nothing of the clocks")
    func noDate() async throws {
        for headers in [[Self.date(-3600), ("Age", "3600")], [], [("Date", "soon")]] {
            let bench = try Bench(script: [.page(.list(["a"], more: false), headers)])
            _ = try await bench.reader().next()
            #expect(bench.skews.list.isEmpty)
        }
    }

    @Test(
        "a simulator's clock is not meant to be right; an API that says so is not believed",
        arguments: [("http://127.0.0.1:8420", false), ("https://api.example.com", true)]
    )
    func simulated(base: String, isSaid: Bool) async throws {
        let headers = [Self.date(-3600), ("Sluice-Clock", "simulated")]
        let bench = try Bench(
            settings: ["api_key": .string(Bench.secret), "base_url": .string(base)],
            script: [.page(.list(["a"], more: false), headers)]
        )
        _ = try await bench.reader().next()
        #expect(bench.skews.list.isEmpty != isSaid)
    }

    @Test("an answer that took long is no wrong clock")
    func longAnswer() {
        let sent = Bench.start
        let received = sent.advanced(by: .seconds(110))
        #expect(ClockSkew(api: sent, sent: sent, received: received) == nil)
        #expect(ClockSkew(api: received, sent: sent, received: received) == nil)
        #expect(ClockSkew(api: sent.advanced(by: .seconds(-61)), sent: sent, received: received) != nil)
        #expect(ClockSkew(api: received.advanced(by: .seconds(61)), sent: sent, received: received) != nil)
    }
}
