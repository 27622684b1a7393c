package import Core
import Events
import JSON

extension StateFile {
    /// No file is larger: a thousand accounts with a hundred streams each take a tenth of it (I7).
    package static let maximumBytes = 1 << 30

    /// A file's content; an older format is read, a newer one refused, and every record must be one that can be read.
    package init(_ bytes: [UInt8], name: String) throws(StateError) {
        let noun = "the state in \(name)"
        var document = try StateDocument(
            bytes,
            noun: noun,
            newestFormat: Self.format,
            limit: Self.maximumBytes
        )
        let prefix = try document.text("prefix")
        do throws(NameError) {
            self.prefix = try TopicPrefix(prefix)
        } catch {
            throw StateDocument.unreadable(noun, "\"prefix\": \(error.message)")
        }
        layout = try document.text("layout")
        at = try document.time("at")
        accounts = []
        for var account in try document.documents("accounts") {
            let name = try account.account("account")
            guard !accounts.contains(where: { $0.name == name }) else {
                throw StateDocument.unreadable(noun, "\(name) stands there twice")
            }
            var records: [StateRecord] = []
            for var record in try account.documents("records") {
                let read = StateRecord(
                    key: try record.value("key").bytes(),
                    value: try record.value("value").bytes()
                )
                try record.finish()
                try Self.check(read, of: name, in: noun)
                guard !records.contains(where: { $0.key == read.key }) else {
                    throw StateDocument.unreadable(
                        noun,
                        "\(String(decoding: read.key, as: UTF8.self)) stands there twice"
                    )
                }
                records.append(read)
            }
            try account.finish()
            accounts.append(Account(name: name, records: records))
        }
        try document.finish()
    }

    /// The file's bytes.
    package var bytes: [UInt8] {
        let accounts = accounts.map { account -> JSONValue in
            [
                "account": .string(account.name.text),
                "records": .array(account.records.map { ["key": $0.keyJSON, "value": $0.valueJSON] }),
            ]
        }
        let json: JSONValue = [
            "format": .number(Self.format), "prefix": .string(prefix.text), "layout": .string(layout),
            "at": .time(at), "accounts": .array(accounts),
        ]
        return json.bytes() + [UInt8(ascii: "\n")]
    }

    /// Refuses a record that nobody could read later, or that is not the account's.
    private static func check(_ record: StateRecord, of account: AccountName, in noun: String)
        throws(StateError)
    {
        let value = record.value ?? []
        let owner: AccountName
        switch try StateKey(record.key) {
        case .bookmark(let name, let stream):
            owner = name
            _ = try Bookmark(value, account: name, stream: stream)
        case .topic(let name, let topic):
            owner = name
            _ = try KeptTopic(value, account: name, topic: topic)
        case .schedule(let name, let id):
            owner = name
            _ = try ScheduleRecord(value, account: name, id: id)
        case .credential(let name):
            owner = name
            _ = try CredentialRecord(value, account: name)
        case .schema(let name, let stream):
            owner = name
            _ = try SchemaRecord(value, account: name, stream: stream)
        // A file never holds a backfill's progress, nor what another catalogue was told: see `init(_:prefix:layout:at:withCredentials:)`.
        case .session, .backfill, .catalog, .layout, nil:
            throw StateDocument.unreadable(
                noun,
                "\(String(decoding: record.key.prefix(200), as: UTF8.self)) is no record that can be moved"
            )
        }
        guard owner == account else {
            throw StateDocument.unreadable(
                noun,
                "\(String(decoding: record.key.prefix(200), as: UTF8.self)) stands under \(account)"
            )
        }
    }
}

extension StateRecord {
    fileprivate var keyJSON: JSONValue { Self.json(key) }
    fileprivate var valueJSON: JSONValue { Self.json(value ?? []) }

    /// What was read as state is JSON.
    private static func json(_ bytes: [UInt8]) -> JSONValue { (try? JSONValue.parse(bytes)) ?? .null }
}
