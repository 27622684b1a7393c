/// How an event topic's name is made: text with `<prefix>`, `<extractor>`, `<account>` and `<stream>`.
package struct TopicTemplate: Hashable, Sendable, CustomStringConvertible {
    /// The default: `<prefix>.<extractor>.<account>.<stream>`.
    package static let standard = TopicTemplate(parts: [
        .prefix, .literal("."), .extractor, .literal("."), .account, .literal("."), .stream,
    ])

    private enum Part: Hashable {
        case literal(String)
        case prefix, extractor, account, stream

        var text: String {
            switch self {
            case .literal(let text): text
            case .prefix: "<prefix>"
            case .extractor: "<extractor>"
            case .account: "<account>"
            case .stream: "<stream>"
            }
        }
    }

    private static let maximumLength = 249
    private var parts: [Part]

    private init(parts: [Part]) { self.parts = parts }

    /// A template from its text.
    ///
    /// It must hold `<stream>`, and a "." between two placeholders: no name holds one, so two streams of one
    /// template can never meet in a topic.
    package init(parsing text: String) throws(NameError) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "<") {
            if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: ">") else {
                throw NameError("the topic template \"\(text)\" opens a \"<\" that it does not close")
            }
            switch rest[rest.index(after: open)..<close] {
            case "prefix": parts.append(.prefix)
            case "extractor": parts.append(.extractor)
            case "account": parts.append(.account)
            case "stream": parts.append(.stream)
            case let unknown:
                throw NameError(
                    "the topic template \"\(text)\" holds <\(unknown)>; "
                        + "it can hold <prefix>, <extractor>, <account> and <stream>"
                )
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
        self.init(parts: parts)
        try check()
    }

    private func check() throws(NameError) {
        guard parts.contains(.stream) else {
            throw NameError(
                "the topic template \"\(text)\" leaves <stream> out; streams would overwrite each other"
            )
        }
        var hasDot = true
        for part in parts {
            guard case .literal(let literal) = part else {
                guard hasDot else {
                    throw NameError("the topic template \"\(text)\" needs a \".\" before \(part.text)")
                }
                hasDot = false
                continue
            }
            if let wrong = literal.unicodeScalars.first(where: { !Self.allows($0) }) {
                throw NameError(
                    "the topic template \"\(text)\" holds \"\(wrong)\"; Kafka takes letters, digits, \".\", \"_\" and \"-\""
                )
            }
            hasDot = hasDot || literal.contains(".")
        }
    }

    private static func allows(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
        default: false
        }
    }

    /// The template's text.
    package var text: String { parts.map(\.text).joined() }
    package var description: String { text }

    /// Whether a topic names its account; where not, the account becomes the first part of the record's key, so
    /// that topic and key together always do.
    package var namesAccount: Bool { parts.contains(.extractor) && parts.contains(.account) }

    /// The topic of a stream.
    package func topic(prefix: TopicPrefix, account: AccountName, stream: StreamName) throws(NameError)
        -> String
    {
        let topic = parts.map { part in
            switch part {
            case .literal(let text): text
            case .prefix: prefix.text
            case .extractor: account.extractor
            case .account: account.account
            case .stream: stream.text
            }
        }.joined()
        guard topic.utf8.count <= Self.maximumLength else {
            throw NameError(
                "the topic \"\(topic)\" has \(topic.utf8.count) bytes; Kafka takes \(Self.maximumLength), so shorten its parts"
            )
        }
        guard topic != ".", topic != "..", !topic.hasPrefix("\(prefix).sluice."),
            !topic.hasPrefix("\(prefix).entity.")
        else {
            throw NameError(
                "the topic \"\(topic)\" would be one of sluice's own; change the template \"\(text)\""
            )
        }
        return topic
    }

    /// Two different topics of which Kafka refuses the second: its metrics write "." as "_".
    package static func collide(_ left: String, _ right: String) -> Bool {
        func metric(_ topic: String) -> [UInt8] {
            topic.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }
        }
        return left != right && metric(left) == metric(right)
    }
}
