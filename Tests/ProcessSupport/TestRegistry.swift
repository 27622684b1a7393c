package import Core
package import JSON
import Synchronization

/// A schema registry for tests: what publishers and readers need of Confluent's REST API, with faults.
///
/// A new version is compatible where no property of the newest one has another schema in it.
package final class TestRegistry: HTTPTransport, Sendable {
    private struct Contents {
        /// By id, from 1.
        var schemas: [String] = []
        /// By subject, oldest first: ids.
        var subjects: [String: [Int]] = [:]
        var requests: [String] = []
        /// What is answered in place of the truth, so often.
        var faults: [(status: Int, left: Int)] = []
        var isAway = false
        /// Subjects whose compatibility is NONE.
        var allowed: Set<String> = []
    }

    private let contents = Locked(Contents())
    private let asked = Watched(0)
    private let authorization: String?
    private let types: [JSONValue]

    /// An empty registry, which asks for a user and a password where they are given.
    package init(user: String? = nil, password: String = "", types: [JSONValue] = ["AVRO", "JSON"]) {
        authorization = user.map { "Basic " + Base64.encode(Array("\($0):\(password)".utf8)) }
        self.types = types
    }

    // MARK: What tests look at and change

    /// All requests, oldest first: `POST /subjects/a-value/versions`.
    package var requests: [String] { contents.withLock { $0.requests } }

    /// The schemas of a subject, oldest first.
    package func versions(_ subject: String) -> [String] {
        contents.withLock { contents in (contents.subjects[subject] ?? []).map { contents.schemas[$0 - 1] } }
    }

    /// The names of all subjects, sorted.
    package var subjects: [String] { contents.withLock { $0.subjects.keys.sorted() } }

    /// Puts a version into a subject, whatever there is.
    @discardableResult
    package func put(_ schema: String, into subject: String) -> Int {
        contents.withLock { Self.register(schema, subject, &$0) }
    }

    /// The next requests are answered with a status alone.
    package func fail(_ status: Int, times: Int) {
        contents.withLock { $0.faults.append((status, times)) }
    }

    /// From now on nobody answers, or everybody is answered again.
    package func setAway(_ isAway: Bool) { contents.withLock { $0.isAway = isAway } }

    /// From now on a subject takes any schema.
    package func allow(_ subject: String) { contents.withLock { _ = $0.allowed.insert(subject) } }

    /// Waits until so many requests have come in all.
    package func waitForRequests(_ count: Int) async { await asked.wait { $0 >= count } }

    // MARK: The service

    package func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let address = try HTTPAddress(parsing: request.address)
        let target = address.query.map { "\(address.path)?\($0)" } ?? address.path
        let answer = answer(
            request.method,
            target,
            request.body ?? [],
            authorization: request.headers.first { $0.name == "authorization" }?.value
        )
        guard let answer else { throw HTTPError(.cannotConnect, "cannot connect to \(address.authority)") }
        return HTTPResponse(status: answer.status, headers: [], body: answer.body.bytes())
    }

    /// The answer to a request; nil where there is none.
    package func answer(_ method: String, _ target: String, _ body: [UInt8], authorization given: String?)
        -> (
            status: Int, body: JSONValue
        )?
    {
        defer { asked.change { $0 += 1 } }
        return contents.withLock { contents in
            contents.requests.append("\(method) \(target)")
            if contents.isAway { return nil }
            if let fault = contents.faults.first {
                contents.faults[0].left -= 1
                if contents.faults[0].left == 0 { contents.faults.removeFirst() }
                return Self.error(fault.status, fault.status * 100 + 1, "a fault of the test")
            }
            if let authorization, given != authorization { return Self.error(401, 40_101, "Unauthorized") }
            let path = target.split(separator: "?")[0].split(separator: "/").map(Self.decoded)
            return answer(method, path, body, &contents)
        }
    }

    private func answer(_ method: String, _ path: [String], _ body: [UInt8], _ contents: inout Contents) -> (
        status: Int, body: JSONValue
    ) {
        if method == "GET", path == ["schemas", "types"] { return (200, .array(types)) }
        if method == "GET", path.count == 3, path.starts(with: ["schemas", "ids"]), let id = Int(path[2]),
            contents.schemas.indices.contains(id - 1)
        {
            return (200, ["schema": .string(contents.schemas[id - 1]), "schemaType": "JSON"])
        }
        guard method == "POST" else { return Self.error(404, 404, "HTTP 404 Not Found") }
        guard let asked = try? JSONValue.parse(body), let text = asked["schema"]?.text,
            asked["schemaType"]?.text == "JSON", let schema = try? JSONValue.parse(Array(text.utf8)),
            schema.members != nil
        else { return Self.error(422, 42_201, "Either the input schema or one its references is invalid") }
        if path.count == 2, path[0] == "subjects" {
            guard let ids = contents.subjects[path[1]] else {
                return Self.error(404, 40_401, "Subject '\(path[1])' not found.")
            }
            guard let id = ids.last(where: { contents.schemas[$0 - 1] == text }) else {
                return Self.error(404, 40_403, "Schema not found")
            }
            return (
                200, ["subject": .string(path[1]), "id": .number(id), "version": 1, "schema": .string(text)]
            )
        }
        if path.count == 5, path.starts(with: ["compatibility", "subjects"]),
            path[3...] == ["versions", "latest"]
        {
            guard let newest = contents.subjects[path[2]]?.last else {
                return Self.error(404, 40_401, "Subject '\(path[2])' not found.")
            }
            let problems =
                contents.allowed.contains(path[2])
                ? [] : Self.problems(schema, after: contents.schemas[newest - 1])
            return (
                200,
                [
                    "is_compatible": .bool(problems.isEmpty),
                    "messages": .array(problems.map(JSONValue.string)),
                ]
            )
        }
        if path.count == 3, path[0] == "subjects", path[2] == "versions" {
            if let newest = contents.subjects[path[1]]?.last, !contents.allowed.contains(path[1]) {
                let problems = Self.problems(schema, after: contents.schemas[newest - 1])
                if !problems.isEmpty { return Self.error(409, 409, problems.joined(separator: "; ")) }
            }
            return (200, ["id": .number(Self.register(text, path[1], &contents))])
        }
        return Self.error(404, 404, "HTTP 404 Not Found")
    }

    /// The same text has the same id in every subject.
    private static func register(_ text: String, _ subject: String, _ contents: inout Contents) -> Int {
        if !contents.schemas.contains(text) { contents.schemas.append(text) }
        let id = (contents.schemas.firstIndex(of: text) ?? 0) + 1
        if contents.subjects[subject]?.contains(id) != true {
            contents.subjects[subject, default: []].append(id)
        }
        return id
    }

    private static func problems(_ schema: JSONValue, after newest: String) -> [String] {
        guard let newest = try? JSONValue.parse(Array(newest.utf8)) else { return [] }
        return (newest["properties"]?.members ?? []).compactMap { property in
            guard let now = schema["properties"]?[property.name], now != property.value else { return nil }
            return "The type at path '#/properties/\(property.name)' has changed (TYPE_CHANGED)"
        }
    }

    private static func error(_ status: Int, _ code: Int, _ message: String) -> (Int, JSONValue) {
        (status, ["error_code": .number(code), "message": .string(message)])
    }

    private static func decoded(_ part: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(part.utf8)[...]
        while let first = rest.popFirst() {
            if first == UInt8(ascii: "%"),
                let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(byte)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(first)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
