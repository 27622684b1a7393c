/// What a kind of name may look like: one table, so that topics, ids and state keys agree about it.
struct NameRule {
    let noun: String
    let maximumLength: Int
    let allowsUpperCaseAndUnderscore: Bool
    let isReservedChecked: Bool

    static let prefix = NameRule(
        noun: "prefix",
        maximumLength: 63,
        allowsUpperCaseAndUnderscore: false,
        isReservedChecked: false
    )
    static let extractor = NameRule(
        noun: "extractor",
        maximumLength: 40,
        allowsUpperCaseAndUnderscore: false,
        isReservedChecked: true
    )
    static let account = NameRule(
        noun: "account",
        maximumLength: 63,
        allowsUpperCaseAndUnderscore: false,
        isReservedChecked: true
    )
    static let stream = NameRule(
        noun: "stream",
        maximumLength: 80,
        allowsUpperCaseAndUnderscore: true,
        isReservedChecked: true
    )

    /// They stand where an extractor's, account's or stream's name would: `<prefix>.sluice.state`.
    private static let reserved = ["sluice", "entity"]

    func check(_ name: String) throws(NameError) {
        let allowed = allowsUpperCaseAndUnderscore ? "letters, digits, \"_\" and \"-\"" : "a-z, 0-9 and \"-\""
        guard !name.isEmpty else {
            throw NameError("the \(noun) is empty; it takes 1 to \(maximumLength) of \(allowed)")
        }
        guard name.utf8.count <= maximumLength else {
            throw NameError(
                "the \(noun) \"\(name)\" has \(name.utf8.count) bytes; at most \(maximumLength) fit"
            )
        }
        if let wrong = name.unicodeScalars.first(where: { !allows($0) }) {
            throw NameError("the \(noun) \"\(name)\" holds \"\(wrong)\"; it takes \(allowed) only")
        }
        if isReservedChecked, Self.reserved.contains(name) {
            throw NameError(
                "\"\(name)\" is kept for sluice's own topics and names no \(noun); choose another"
            )
        }
    }

    private func allows(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "0"..."9", "-": true
        case "A"..."Z", "_": allowsUpperCaseAndUnderscore
        default: false
        }
    }
}
