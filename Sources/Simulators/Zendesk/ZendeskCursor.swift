import Core

/// A place in a walk, as text that means nothing to who carries it.
enum ZendeskCursor {
    /// The cursor of an export behind an object: `1735108434.0||23|`.
    static func export(_ stamp: Int, _ key: String) -> String { encode("\(stamp).0||\(key)|") }

    /// The second and the key in the cursor of an export; nil where it is none.
    static func export(_ text: String) -> (stamp: Int, key: String)? {
        guard let parts = decode(text), parts.count == 4, parts[1].isEmpty, parts[3].isEmpty,
            parts[0].hasSuffix(".0"), let stamp = Int(parts[0].dropLast(2))
        else { return nil }
        return (stamp, parts[2])
    }

    /// The cursor of a list behind, or before, an object: by what it is sorted, and where it stands.
    static func list(_ sort: String, _ value: Int, _ place: Int) -> String {
        encode("\(sort)|\(value)|\(place)")
    }

    /// Where an object stands that the cursor of a list was made of; nil where it is none for this order.
    static func list(_ text: String, _ sort: String) -> (value: Int, place: Int)? {
        guard let parts = decode(text), parts.count == 3, parts[0] == sort, let value = Int(parts[1]),
            let place = Int(parts[2])
        else { return nil }
        return (value, place)
    }

    private static func encode(_ text: String) -> String { Base64.encode(Array(text.utf8)) }

    private static func decode(_ text: String) -> [String]? {
        Base64.decode(text).map { bytes in
            String(decoding: bytes, as: UTF8.self).split(separator: "|", omittingEmptySubsequences: false)
                .map(String.init)
        }
    }
}
