import Testing

@testable import Daemon

@Suite
struct LogTailTests {
    @Test
    func aShortLogIsWhole() {
        var log = LogTail()
        log.append("one\n")
        log.append("two\n")
        #expect(log.text == "one\ntwo\n")
    }

    @Test(arguments: [10, 100, 1000, 20_000])
    func theNewestLinesStayWithinTheLimit(width: Int) {
        var log = LogTail()
        let end = String(repeating: "x", count: width) + "\n"
        for number in 0..<6000 { log.append("\(number)" + end) }
        let text = log.text
        let (isCut, hasLast) = (text.hasPrefix("…"), text.contains("5999x"))
        #expect(text.utf8.count <= LogTail.limit)
        #expect(hasLast)
        #expect(isCut)
    }

    @Test
    func noLineTakesAllOfIt() {
        var log = LogTail()
        log.append("before\n")
        log.append(String(repeating: "é", count: 1 << 20) + "\n")
        #expect(log.text.hasPrefix("before\n"))
        #expect(log.text.utf8.count <= LogTail.limit)
    }
}
