import Telemetry
import Testing

@Suite struct TableTests {
    private var table: Table {
        var table = Table([.init("STREAM"), .init("RECORDS", .right), .init("REACHED")])
        table.append(["charges", "12", "2026-03-01T00:00:00Z"])
        table.append(["顧客", "1,234,567", ""])
        return table
    }

    @Test func aligns() {
        #expect(
            table.lines() == [
                "STREAM     RECORDS  REACHED",
                "charges         12  2026-03-01T00:00:00Z",
                "顧客     1,234,567",
            ]
        )
    }

    @Test func cutsTheWidestColumnToTheTerminal() {
        #expect(
            table.lines(width: 30) == [
                "STREAM     RECORDS  REACHED",
                "charges         12  2026-03-0…",
                "顧客     1,234,567",
            ]
        )
    }

    @Test func wrapsTheWidestColumnToTheTerminal() {
        #expect(
            table.wrapped(width: 30) == [
                "STREAM     RECORDS  REACHED",
                "charges         12  2026-03-01",
                "                    T00:00:00Z",
                "顧客     1,234,567",
            ]
        )
        #expect(table.wrapped(width: nil) == table.lines())
        #expect(table.wrapped(width: 200) == table.lines())
    }

    @Test(arguments: [22, 25, 30, 40, 80])
    func leavesNothingOutWhereItWraps(width: Int) {
        let lines = table.wrapped(width: width)
        for line in lines { #expect(TerminalText.width(line) <= width) }
        let all = table.lines().joined().filter { $0 != " " }.sorted()
        #expect(lines.joined().filter { $0 != " " }.sorted() == all)
    }

    @Test(arguments: [18, 22, 25, 40, 80])
    func neverExceedsTheWidth(width: Int) {
        for line in table.lines(width: max(width, 22)) { #expect(TerminalText.width(line) <= max(width, 22)) }
    }
}

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ｶﾅ", 2), ("한국", 4), ("👍", 2), ("👨‍👩‍👧", 2),
        ("❤\u{FE0F}", 2), ("Ａ", 2), ("а́", 1), ("\u{200B}", 0),
    ])
    func measures(text: String, cells: Int) {
        #expect(TerminalText.width(text) == cells)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"), ("日本語", 6, "日本語"), ("", 0, ""),
    ])
    func cuts(text: String, cells: Int, expected: String) {
        #expect(TerminalText.cut(text, to: cells) == expected)
    }

    @Test(arguments: [
        ("one, two; three", 20, "one, two; three"), ("one, two; three", 12, "one, two"),
        ("one, two; three", 7, "one"), ("http://x:1, and", 13, "http://x:1"), ("onetwothree", 5, "onet…"),
    ])
    func keepsWholeClauses(text: String, cells: Int, expected: String) {
        #expect(TerminalText.wholeClauses(text, within: cells) == expected)
    }

    @Test(arguments: [
        ("", 4, [""]), ("abcd", 4, ["abcd"]), ("abcdef", 4, ["abcd", "ef"]),
        ("read up to 2026", 7, ["read up", "to 2026"]), ("read up to 2026", 8, ["read up", "to 2026"]),
        (" abcdef", 4, [" abc", "def"]), ("日本語", 4, ["日本", "語"]), ("日本", 1, ["日", "本"]), ("日", 1, ["日"]),
    ])
    func wraps(text: String, cells: Int, pieces: [String]) {
        #expect(TerminalText.wrap(text, to: cells) == pieces)
    }

    @Test(arguments: [
        ("ab", 4, false, "ab  "), ("ab", 4, true, "  ab"), ("日", 4, true, "  日"), ("abc", 2, false, "abc"),
    ])
    func pads(text: String, cells: Int, alignRight: Bool, expected: String) {
        #expect(TerminalText.pad(text, to: cells, alignRight: alignRight) == expected)
    }
}
