/// How the streams of a family are named, one for each object of an account: `<family>_<object>`.
package enum FamilyName {
    /// The longest name that leaves room for one of its streams.
    package static let maximumLength = 78

    /// What the names of a family's streams begin with.
    package static func prefix(of family: String) -> String { family + "_" }

    /// Whether a stream bears the name of one of a family's.
    package static func isMember(_ stream: String, of family: String) -> Bool {
        stream.utf8.count > family.utf8.count + 1 && stream.hasPrefix(prefix(of: family))
    }

    /// The name of the stream for an object: each character that no stream's name has becomes `_`.
    ///
    /// Two objects may come to the same name by that: whoever makes streams must refuse it.
    package static func stream(of family: String, object: String) throws(NameError) -> StreamName {
        let text = object.unicodeScalars.map { isAllowed($0) ? String($0) : "_" }.joined()
        guard !text.isEmpty else { throw NameError("an object of \(family) has an empty name") }
        return try StreamName(prefix(of: family) + text)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }
}
