import JSON

/// The key of a state record: a JSON array whose first element says what the record is.
package enum StateKey: Hashable, Sendable {
    /// How far a stream has been read.
    case bookmark(AccountName, StreamName)
    /// Who writes the account, and when it last did.
    case session(AccountName)
    /// How long an event topic was when a session last ended or looked.
    case topic(AccountName, String)
    /// The credential that an API gives anew in place of the configured one.
    case credential(AccountName)
    /// What a schedule of the account ran, by its id.
    case schedule(AccountName, String)
    /// How far a backfill, by its id, has read a stream.
    case backfill(AccountName, String, StreamName)
    /// How the records of a stream differed from its schema.
    case schema(AccountName, StreamName)
    /// What the catalogue was told of a stream.
    case catalog(AccountName, StreamName)
    /// How the state topic itself is laid out.
    case layout

    /// The key as it stands in the topic.
    ///
    /// Compaction goes by these bytes: they never change.
    package var bytes: [UInt8] {
        switch self {
        case .bookmark(let account, let stream): Self.array("bookmark", account.text, stream.text)
        case .session(let account): Self.array("session", account.text)
        case .topic(let account, let topic): Self.array("topic", account.text, topic)
        case .credential(let account): Self.array("credential", account.text)
        case .schedule(let account, let id): Self.array("schedule", account.text, id)
        case .backfill(let account, let id, let stream):
            Self.array("backfill", account.text, id, stream.text)
        case .schema(let account, let stream): Self.array("schema", account.text, stream.text)
        case .catalog(let account, let stream): Self.array("catalog", account.text, stream.text)
        case .layout: Self.array("layout")
        }
    }

    /// The key of bytes, nil where they name a kind that this version does not know.
    package init?(_ bytes: [UInt8]) throws(StateError) {
        let parts = try Self.parts(bytes)
        do {
            switch (parts.first, parts.count) {
            case ("bookmark", 3): self = .bookmark(try AccountName(parts[1]), try StreamName(parts[2]))
            case ("session", 2): self = .session(try AccountName(parts[1]))
            case ("topic", 3): self = .topic(try AccountName(parts[1]), parts[2])
            case ("credential", 2): self = .credential(try AccountName(parts[1]))
            case ("schedule", 3) where Self.isScheduleID(parts[2]):
                self = .schedule(try AccountName(parts[1]), parts[2])
            case ("backfill", 4) where Self.isScheduleID(parts[2]):
                self = .backfill(try AccountName(parts[1]), parts[2], try StreamName(parts[3]))
            case ("schema", 3): self = .schema(try AccountName(parts[1]), try StreamName(parts[2]))
            case ("catalog", 3): self = .catalog(try AccountName(parts[1]), try StreamName(parts[2]))
            case ("layout", 1): self = .layout
            case ("bookmark", _), ("session", _), ("topic", _), ("credential", _), ("schedule", _),
                ("backfill", _), ("schema", _), ("catalog", _), ("layout", _):
                throw Self.unreadable(bytes)
            default: return nil
            }
        } catch is NameError {
            throw Self.unreadable(bytes)
        } catch let error as StateError {
            throw error
        } catch {
            throw Self.unreadable(bytes)
        }
    }

    /// Whether a schedule can be known by this: as long as a file's name may be, and without control characters.
    package static func isScheduleID(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 255 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
    }

    /// The account that a key of any kind belongs to, as text; nil for the layout's.
    ///
    /// Every kind but the layout's has it in second place, those that later versions add included.
    package static func accountText(of bytes: [UInt8]) throws(StateError) -> String? {
        let parts = try parts(bytes)
        return parts.count > 1 ? parts[1] : nil
    }

    private static func array(_ parts: String...) -> [UInt8] {
        JSONValue.array(parts.map(JSONValue.string)).bytes()
    }

    private static func parts(_ bytes: [UInt8]) throws(StateError) -> [String] {
        guard let value = try? JSONValue.parse(bytes), case .array(let elements) = value, !elements.isEmpty
        else {
            throw unreadable(bytes)
        }
        let texts = elements.compactMap(\.text)
        guard texts.count == elements.count else { throw unreadable(bytes) }
        return texts
    }

    private static func unreadable(_ bytes: [UInt8]) -> StateError {
        StateError(
            .unreadable,
            "the state topic holds a record whose key is no key of sluice: \(String(decoding: bytes.prefix(200), as: UTF8.self)); "
                + "does something else write to the topic?"
        )
    }
}
