extension Fingerprint {
    /// How the pages are read that a stream's records come from.
    package enum Way: String, CaseIterable, Sendable {
        case list, full, token, window
    }

    /// How the stream's pages are read; nil where a later version says it in other words.
    ///
    /// The words of `progress` never change their meaning: bookmarks of years ago hold them.
    package var way: Way? {
        var text = progress[...]
        if isChild {
            guard let bracket = text.firstIndex(of: "(") else { return nil }
            text = text[text.index(after: bracket)...]
        }
        return Way(rawValue: String(text.prefix { $0.isASCII && $0.isLetter }))
    }

    /// Whether it has the children of another stream's records.
    package var isChild: Bool { progress.hasPrefix(Self.childWords) }

    private static let childWords = "for each of "

    /// The stream whose records' children it has; nil where it has none's.
    package var parent: String? {
        guard isChild else { return nil }
        return String(progress.dropFirst(Self.childWords.count).prefix { $0 != " " })
    }
}
