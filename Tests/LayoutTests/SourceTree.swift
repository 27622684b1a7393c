import Foundation

/// The package's own files as text.
struct SourceTree {
    struct File: Sendable {
        /// From `Sources` or `Tests` on: `Core/Instant.swift`.
        var path: String
        /// The lines without comments and without what stands in quotes.
        var lines: [String]
        /// The file as it is.
        var text: String

        var module: String { String(path.prefix { $0 != "/" }) }

        /// The modules named by `import` lines.
        var imports: Set<String> {
            let line = /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:\w+\s+)?import\s+(?:\w+\s+)?(\w+)/
            return Set(
                lines.lazy.filter { $0.contains("import") }.compactMap {
                    $0.firstMatch(of: line).map { String($0.1) }
                }
            )
        }

        /// Where a pattern stands, as `path:line`; `word` is a part of all that matches.
        func places(of pattern: Regex<Substring>, word: String) -> [String] {
            guard text.contains(word) else { return [] }
            return lines.enumerated().filter { $0.element.contains(pattern) }.map {
                "\(path):\($0.offset + 1)"
            }
        }

        /// How often a pattern stands in the code; `word` is a part of all that matches.
        func count(of pattern: Regex<Substring>, word: String) -> Int {
            guard text.contains(word) else { return 0 }
            return lines.reduce(0) { $0 + $1.matches(of: pattern).count }
        }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let sources = Result { try SourceTree("Sources").files }
    static let tests = Result { try SourceTree("Tests").files }

    private let files: [File]

    private init(_ folder: String) throws {
        let base = Self.root.appending(path: folder)
        let names = try FileManager.default.subpathsOfDirectory(atPath: base.path).sorted()
        files = try names.filter { $0.hasSuffix(".swift") }.map { name in
            let text = try String(contentsOf: base.appending(path: name), encoding: .utf8)
            return File(path: name, lines: Self.code(of: text), text: text)
        }
    }

    /// Only the code: comments are cut off, and what stands in quotes is emptied.
    ///
    /// By bytes, since a regular expression for each line of the package takes a minute in a debug build.
    static func code(of text: String) -> [String] {
        var code: [UInt8] = []
        var reader = CodeReader(bytes: Array(text.utf8))
        while let byte = reader.next() { code.append(byte) }
        return String(decoding: code, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }
}

/// Gives the bytes of a Swift file that are code, and every line end.
private struct CodeReader {
    private enum Place { case code, comment, quote, block }

    let bytes: [UInt8]
    private var index = 0
    private var place = Place.code

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> UInt8? {
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") {
                index += 1
                if place != .block { place = .code }
                return byte
            }
            switch place {
            case .code:
                if starts(with: "//") {
                    place = .comment
                } else if starts(with: "\"\"\"") {
                    place = .block
                    index += 3
                } else if byte == UInt8(ascii: "\"") {
                    place = .quote
                    index += 1
                } else {
                    index += 1
                    return byte
                }
            case .comment: index += 1
            case .quote:
                if byte == UInt8(ascii: "\"") { place = .code }
                index += byte == UInt8(ascii: "\\") ? 2 : 1
            case .block:
                if starts(with: "\"\"\"") {
                    place = .code
                    index += 2
                }
                index += 1
            }
        }
        return nil
    }

    private func starts(with text: String) -> Bool { bytes[index...].starts(with: text.utf8) }
}
