import Core

/// The `after` of lists whose cursors say nothing to their readers.
enum HubSpotCursor {
    static func text(_ id: Int) -> String { Base64.encode(Array(String(id).utf8)) }

    /// The id from which a page goes on; nil if the text is no cursor.
    static func id(_ text: String) -> Int? {
        Base64.decode(text).flatMap { Int(String(decoding: $0, as: UTF8.self)) }
    }
}
