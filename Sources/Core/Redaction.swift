/// Takes secrets out of texts that leave the process (I6): the last net, below types that never show them.
package struct Redaction: Sendable {
    /// Shorter ones would blacken texts that have nothing to do with them.
    private static let minimumLength = 4
    /// Shorter pieces of a base64 text or of a multi-line secret could stand there by chance.
    private static let minimumPiece = 8

    /// Every form to look for, at the place of its first byte; nothing at all without secrets.
    private let needles: [[[UInt8]]]

    /// A redaction of some secrets: as they are, percent-encoded, as in a JSON string, and in base64 (also as a
    /// part of a longer encoded text, such as `user:password`); of one with several lines also each line.
    package init(secrets: [String]) {
        var forms: Set<[UInt8]> = []
        for secret in secrets where secret.count >= Self.minimumLength {
            let lines = secret.split(whereSeparator: \.isNewline).map(String.init)
            for text in [secret]
                + (lines.count > 1 ? lines.filter { $0.utf8.count >= Self.minimumPiece } : [])
            {
                forms.formUnion(Self.forms(of: Array(text.utf8)))
            }
        }
        var needles = [[[UInt8]]](repeating: [], count: forms.isEmpty ? 0 : 256)
        for form in forms { needles[Int(form[0])].append(form) }
        self.needles = needles
    }

    /// The text with bullets in the place of each secret.
    package func callAsFunction(_ text: String) -> String {
        guard !needles.isEmpty else { return text }
        let bytes = Array(text.utf8)
        // Everything that any form covers goes, so that of two overlapping secrets no end is left.
        var result: [UInt8] = []
        var coveredUntil = 0
        for position in bytes.indices {
            let wasCovered = position < coveredUntil
            for needle in needles[Int(bytes[position])]
            where position + needle.count > coveredUntil && bytes[position...].starts(with: needle) {
                coveredUntil = position + needle.count
            }
            if position >= coveredUntil {
                result.append(bytes[position])
            } else if !wasCovered {
                result += Secret.mask.utf8
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func forms(of secret: [UInt8]) -> [[UInt8]] {
        let upper = percentEncoded(secret, digits: Array("0123456789ABCDEF".utf8))
        let lower = percentEncoded(secret, digits: Array("0123456789abcdef".utf8))
        let space = Array("%20".utf8)
        var forms = [secret, upper, lower]
        forms += [upper, lower].map { $0.replacing(space, with: [UInt8(ascii: "+")]) }
        forms.append(jsonEscaped(secret))
        for text in base64Pieces(of: secret) {
            forms.append(text)
            forms.append(
                text.map {
                    $0 == UInt8(ascii: "+")
                        ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0
                }
            )
        }
        return forms
    }

    private static func percentEncoded(_ bytes: [UInt8], digits: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                [byte]
            default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }

    private static func jsonEscaped(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): Array("\\n".utf8)
            case UInt8(ascii: "\r"): Array("\\r".utf8)
            case UInt8(ascii: "\t"): Array("\\t".utf8)
            default: [byte]
            }
        }
    }

    /// What base64 makes of the secret, wherever in an encoded text it begins.
    ///
    /// Three bytes become four letters, so there are three ways it can fall; the letters at either end that also
    /// depend on the neighbours are left out.
    private static func base64Pieces(of secret: [UInt8]) -> [[UInt8]] {
        var pieces = [Array(Base64.encode(secret).utf8)]
        for before in 0..<3 {
            let encoded = Array(Base64.encode([UInt8](repeating: 0, count: before) + secret).utf8)
            let start = (before * 8 + 5) / 6
            let end = (before + secret.count) * 8 / 6
            if end - start >= minimumPiece { pieces.append(Array(encoded[start..<end])) }
        }
        return pieces
    }
}
