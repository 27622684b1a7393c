import Core
package import Extraction
package import JSON

extension Fixture {
    // MARK: Writing

    /// The file's text.
    package var text: String { JSONLayout.text(json) + "\n" }

    /// The fixture as its file has it.
    package var json: JSONValue {
        var members: [JSONValue.Member] = []
        if !settings.isEmpty { members.append(.init(name: "settings", value: .object(settings))) }
        if !login.isEmpty { members.append(.init(name: "login", value: .object(login))) }
        if let pageSize { members.append(.init(name: "page_size", value: .number(pageSize))) }
        members.append(.init(name: "runs", value: .array(runs.map(\.json))))
        return .object(members)
    }

    // MARK: Reading

    /// Reads a fixture; `file` is what its errors call it.
    package init(_ bytes: [UInt8], file: String) throws(FixtureError) {
        let document: JSONValue
        do {
            document = try JSONValue.parse(bytes, maximumDepth: 512)
        } catch {
            throw FixtureError(.bad, "\(file) is no JSON: \(error)")
        }
        let top = try FixtureObject(document, file, "", ["settings", "login", "page_size", "runs"])
        settings = try top.members("settings")
        login = try top.members("login")
        pageSize = try top.int("page_size")
        runs = try top.list("runs").map { (run) throws(FixtureError) in try Run(run, file) }
        guard !runs.isEmpty else { throw top.error("runs", "a list of runs is needed") }
    }

    /// Reads the fixture of a stream in an extractor's folder; nil where it has none.
    package static func load(
        _ stream: String,
        folder: String,
        files: ExtractorFiles = .disk
    ) throws(FixtureError) -> Fixture? {
        let file = path(of: stream, folder: folder)
        guard files.names("\(folder)/fixtures")?.contains("\(stream).json") == true else { return nil }
        let bytes: [UInt8]
        do {
            bytes = try files.read(file)
        } catch {
            throw FixtureError(.bad, "\(file) cannot be read: \(error.reason)")
        }
        return try Fixture(bytes, file: file)
    }

    /// Where the fixture of a stream is.
    package static func path(of stream: String, folder: String) -> String {
        "\(folder)/fixtures/\(stream).json"
    }
}

extension Fixture.Run {
    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [.init(name: "at", value: .string(at.rfc3339()))]
        if let since { members.append(.init(name: "since", value: .string(since.rfc3339()))) }
        if let limit { members.append(.init(name: "limit", value: .number(limit))) }
        members.append(.init(name: "exchanges", value: .array(exchanges.map(\.json))))
        members.append(.init(name: "events", value: .array(events.map(\.json))))
        if let error { members.append(.init(name: "error", value: .string(error))) }
        return .object(members)
    }

    fileprivate init(_ value: (JSONValue, String), _ file: String) throws(FixtureError) {
        let run = try FixtureObject(
            value.0,
            file,
            value.1,
            ["at", "since", "limit", "exchanges", "events", "error"]
        )
        guard let at = try run.time("at") else { throw run.error("at", "the run's time is needed") }
        self.at = at
        since = try run.time("since")
        limit = try run.int("limit")
        error = try run.text("error")
        exchanges = try run.list("exchanges").map { (item) throws(FixtureError) in
            try Fixture.Exchange(item, file)
        }
        events = try run.list("events").map { (item) throws(FixtureError) in try Fixture.Event(item, file) }
    }
}

extension Fixture.Exchange {
    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [.init(name: "request", value: .string("\(method) \(address)"))]
        if let sent { members.append(.init(name: "sent", value: sent)) }
        members.append(.init(name: "status", value: .number(status)))
        if !headers.isEmpty { members.append(.init(name: "headers", value: .object(headers))) }
        switch body {
        case .json(let value): members.append(.init(name: "body", value: value))
        case .text(let text): members.append(.init(name: "text", value: .string(text)))
        }
        return .object(members)
    }

    fileprivate init(_ value: (JSONValue, String), _ file: String) throws(FixtureError) {
        let exchange = try FixtureObject(
            value.0,
            file,
            value.1,
            ["request", "sent", "status", "headers", "body", "text"]
        )
        let words = (try exchange.text("request") ?? "").split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2 else {
            throw exchange.error("request", "a method and an address are needed, as in GET https://…")
        }
        method = words[0]
        address = words[1]
        sent = exchange.value["sent"]
        guard let status = try exchange.int("status") else {
            throw exchange.error("status", "the answer's status is needed")
        }
        self.status = status
        headers = try exchange.members("headers")
        if let text = try exchange.text("text") {
            guard exchange.value["body"] == nil else {
                throw exchange.error("text", "a body is either JSON or a text")
            }
            body = .text(text)
        } else {
            guard let json = exchange.value["body"] else {
                throw exchange.error("body", "the answer's body is needed, or its text")
            }
            body = .json(json)
        }
    }
}

extension Fixture.Event {
    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "key", value: .string(key)), .init(name: "version", value: .string(version)),
        ]
        if isDelete { members.append(.init(name: "delete", value: true)) }
        return .object(members)
    }

    fileprivate init(_ value: (JSONValue, String), _ file: String) throws(FixtureError) {
        let event = try FixtureObject(value.0, file, value.1, ["key", "version", "delete"])
        guard let key = try event.text("key"), let version = try event.text("version") else {
            throw event.error("key", "an event has a key and a version")
        }
        self.init(key: key, version: version, isDelete: try event.bool("delete") ?? false)
    }
}

/// An object of a fixture's file: a name that is not known, or a value of another type, is an error with its place.
private struct FixtureObject {
    let value: JSONValue
    private let file: String
    private let place: String

    init(_ value: JSONValue, _ file: String, _ place: String, _ names: [String]) throws(FixtureError) {
        self.value = value
        self.file = file
        self.place = place
        guard let members = value.members else { throw error(nil, "an object is needed") }
        for member in members where !names.contains(member.name) {
            throw error(member.name, "there is no such field; there are \(names.joined(separator: ", "))")
        }
    }

    func error(_ name: String?, _ text: String) -> FixtureError {
        let place = [place, name ?? ""].filter { !$0.isEmpty }.joined(separator: ".")
        return FixtureError(.bad, "\(file)\(place.isEmpty ? "" : ", \(place)"): \(text)")
    }

    func text(_ name: String) throws(FixtureError) -> String? {
        guard let value = value[name] else { return nil }
        guard let text = value.text else { throw error(name, "a text is needed") }
        return text
    }

    func bool(_ name: String) throws(FixtureError) -> Bool? {
        guard let value = value[name] else { return nil }
        guard case .bool(let bool) = value else { throw error(name, "true or false is needed") }
        return bool
    }

    func int(_ name: String) throws(FixtureError) -> Int? {
        guard let value = value[name] else { return nil }
        guard let number = value.int, number > 0 else { throw error(name, "a number above 0 is needed") }
        return number
    }

    func time(_ name: String) throws(FixtureError) -> Instant? {
        guard let text = try text(name) else { return nil }
        guard let time = Instant(rfc3339: text) else {
            throw error(name, "a time such as 2026-03-01T12:00:00Z is needed")
        }
        return time
    }

    func members(_ name: String) throws(FixtureError) -> [JSONValue.Member] {
        guard let value = value[name] else { return [] }
        guard let members = value.members else { throw error(name, "an object is needed") }
        return members
    }

    func list(_ name: String) throws(FixtureError) -> [(JSONValue, String)] {
        guard let value = value[name] else { return [] }
        guard let elements = value.elements else { throw error(name, "a list is needed") }
        return elements.enumerated().map {
            ($0.element, "\(place.isEmpty ? "" : "\(place).")\(name)[\($0.offset)]")
        }
    }
}
