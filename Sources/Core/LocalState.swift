import JSON

/// The state of an account whose destination is no Kafka: one file, written anew with each commit.
///
/// The file is the commit: what its files hold beyond their lengths here never happened (I1).
package struct LocalState: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 1
    /// No file of state is larger: a record has at most 64 KB, an extractor some hundreds of streams (I7).
    package static let maximumBytes = 64 << 20

    /// A stream's file as the last commit left it.
    package struct File: Hashable, Sendable {
        package var stream: StreamName
        /// Its committed bytes: a whole number of lines.
        package var length: Int
        /// When it was changed last, in nanoseconds since 1970, by the file system.
        package var modified: Int
        /// A hash of its last bytes, up to 1,024.
        package var tail: String

        /// A file.
        package init(stream: StreamName, length: Int, modified: Int, tail: String) {
            self.stream = stream
            self.length = length
            self.modified = modified
            self.tail = tail
        }
    }

    /// The log of what is remembered of keys.
    package struct Log: Hashable, Sendable {
        /// The number in its name: each rewriting gets a name of its own.
        package var generation: Int
        package var length: Int
        /// Its length when it was written anew last.
        package var base: Int

        /// A log.
        package init(generation: Int, length: Int, base: Int) {
            self.generation = generation
            self.length = length
            self.base = base
        }
    }

    package var account: AccountName
    /// Random, for each destination that was begun: what is cached of its log goes by it.
    package var id: String
    package var status: SessionRecord.Status
    package var run: String
    /// The number of the run's last committed transaction.
    package var transaction: Int
    package var files: [File]
    package var log: Log
    /// The state records as in the state topic: values by keys, both JSON.
    package var records: [[UInt8]: [UInt8]]
    /// When it was written, in milliseconds since 1970, for people.
    package var updated: Int

    /// The state of a destination that holds nothing yet.
    package init(account: AccountName, id: String, run: String) {
        self.account = account
        self.id = id
        status = .running
        self.run = run
        transaction = 0
        files = []
        log = Log(generation: 1, length: 0, base: 0)
        records = [:]
        updated = 0
    }

    /// The state in a file's bytes; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8], path: String) throws(StateError) {
        var document = try StateDocument(
            bytes,
            noun: "the state in \(path)",
            newestFormat: Self.format,
            limit: Self.maximumBytes
        )
        account = try Self.name(document.text("account"), path) { text throws(NameError) in
            try AccountName(text)
        }
        id = try document.text("id")
        let statusText = try document.text("status")
        guard let status = SessionRecord.Status(rawValue: statusText) else {
            throw Self.unreadable(path, "its status is \"\(statusText)\"")
        }
        self.status = status
        run = try document.text("run")
        transaction = try document.int("transaction")
        files = []
        for var file in try document.documents("files") {
            let stream = try Self.name(file.text("stream"), path) { text throws(NameError) in
                text == StreamName.deadLetters.text ? .deadLetters : try StreamName(text)
            }
            files.append(
                File(
                    stream: stream,
                    length: try file.int("length"),
                    modified: try file.int("modified"),
                    tail: try file.text("tail")
                )
            )
            try file.finish()
        }
        var log = try document.document("versions")
        self.log = Log(
            generation: try log.int("generation"),
            length: try log.int("length"),
            base: try log.int("base")
        )
        try log.finish()
        records = [:]
        for var record in try document.documents("records") {
            let key = try record.value("key")
            guard key.elements != nil else { throw Self.unreadable(path, "a record's key is no array") }
            records[key.bytes()] = try record.value("value").bytes()
            try record.finish()
        }
        updated = try document.int("updated")
        try document.finish()
    }

    /// The bytes of the file: one line.
    package var bytes: [UInt8] {
        var json: [UInt8] = []
        func open(_ name: String) { json.append(contentsOf: ",\"\(name)\":".utf8) }
        json.append(contentsOf: "{\"format\":\(Self.format)".utf8)
        for (name, text) in [
            ("account", account.text), ("id", id), ("status", status.rawValue), ("run", run),
        ] {
            open(name)
            JSONText.appendQuoted(text.utf8, to: &json)
        }
        open("transaction")
        json.append(contentsOf: String(transaction).utf8)
        open("files")
        JSONValue.array(files.sorted { $0.stream < $1.stream }.map(\.json)).append(to: &json)
        open("versions")
        JSONValue.object([
            .init(name: "generation", value: .number(log.generation)),
            .init(name: "length", value: .number(log.length)),
            .init(name: "base", value: .number(log.base)),
        ]).append(to: &json)
        open("records")
        var separator = UInt8(ascii: "[")
        for (key, value) in records.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            json.append(separator)
            json.append(contentsOf: #"{"key":"#.utf8)
            json.append(contentsOf: key)
            json.append(contentsOf: #","value":"#.utf8)
            json.append(contentsOf: value)
            json.append(UInt8(ascii: "}"))
            separator = UInt8(ascii: ",")
        }
        json.append(contentsOf: (records.isEmpty ? "[]" : "]").utf8)
        open("updated")
        json.append(contentsOf: "\(updated)}\n".utf8)
        return json
    }

    private static func name<Name>(
        _ text: String,
        _ path: String,
        _ make: (String) throws(NameError) -> Name
    ) throws(StateError) -> Name {
        do {
            return try make(text)
        } catch {
            throw unreadable(path, error.message)
        }
    }

    private static func unreadable(_ path: String, _ reason: String) -> StateError {
        StateError(.unreadable, "the state in \(path) cannot be read: \(reason)")
    }
}

extension LocalState.File {
    fileprivate var json: JSONValue {
        .object([
            .init(name: "stream", value: .string(stream.text)),
            .init(name: "length", value: .number(length)),
            .init(name: "modified", value: .number(modified)),
            .init(name: "tail", value: .string(tail)),
        ])
    }
}
