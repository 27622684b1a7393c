import Core
import ProcessSupport
import Testing

@testable import Cache

/// What is told from a version's text alone is what reading it tells.
@Suite struct VersionBoundTests {
    private static func text(_ format: VersionFormat, _ random: inout SeededGenerator) -> [UInt8] {
        let time = Instant(
            milliseconds: Int.random(in: -2_000_000_000_000...4_000_000_000_000, using: &random)
        )
        var text: [UInt8] = []
        switch format {
        case .number: text = Array(String(time.seconds).utf8)
        case .rfc3339:
            time.appendRFC3339(fractionDigits: [0, 3, 9].randomElement(using: &random) ?? 0, to: &text)
        case .epochSeconds, .epochMilliseconds: format.append(time, to: &text)
        }
        // Some are in other zones, some are no times.
        switch Int.random(in: 0..<8, using: &random) {
        case 0 where format == .rfc3339: text = text.dropLast() + Array("+02:00".utf8)
        case 1:
            text[Int.random(in: text.indices, using: &random)] = UInt8.random(
                in: 32...126,
                using: &random
            )
        case 2: text.removeLast(Int.random(in: 0..<text.count, using: &random))
        default: break
        }
        return text
    }

    @Test(arguments: VersionFormat.allCases, 0..<4)
    func certaintyIsNeverWrong(format: VersionFormat, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var certain = 0
        for _ in 0..<2000 {
            let time = Instant(milliseconds: Int.random(in: 0...2_000_000_000_000, using: &random))
            let text = Self.text(format, &random)
            guard VersionBound(time: time, format: format).isCertainlyBefore(text.span) else { continue }
            certain += 1
            let version = RememberedVersion(
                version: text,
                content: ContentHash(high: 0, low: 0),
                count: 1,
                seen: time,
                read: 1
            )
            #expect(
                !version.isPassed(by: time, format: format),
                "\(String(decoding: text, as: UTF8.self))"
            )
        }
        // Else it would save nothing.
        #expect(certain > 300)
    }
}
