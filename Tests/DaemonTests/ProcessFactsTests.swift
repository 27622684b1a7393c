import Testing

@testable import Daemon

struct ProcessFactsTests {
    private static let stat =
        "4711 (a) b (c)) S 1 4711 4711 0 -1 4194560 100 0 3 0 250 50 0 0 20 0 9 0 12345 1048576 256 18446744073709551615 1"

    @Test func readsTheKernelsLine() throws {
        let facts = try #require(
            ProcessFacts(
                stat: Self.stat,
                machine: "cpu 1 2\nbtime 1700000000\n",
                ticksPerSecond: 100,
                pageSize: 4096
            )
        )
        #expect(facts.processorSeconds == 3)
        #expect((facts.residentBytes, facts.virtualBytes, facts.threads) == (1_048_576, 1_048_576, 9))
        #expect(facts.began == 1_700_000_123.45)
    }

    @Test(arguments: ["", "4711 (a", "4711 (a) S 1 2", "4711 (a) S 1 x"])
    func aLineThatIsCutIsNone(stat: String) {
        #expect(ProcessFacts(stat: stat, machine: "", ticksPerSecond: 100, pageSize: 4096) == nil)
    }
}
