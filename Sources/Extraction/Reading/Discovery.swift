import Core
import Expressions
import JSON

/// Reads what a stream's requests have to say, before the stream.
package struct Discovery: Sendable {
    /// All values of a stream together (I7).
    static let maximumValues = 10_000
    static let maximumBytes = 1 << 20

    private let stream: StreamDefinition
    private let requester: Requester

    /// A reading for a stream, one that discovers nothing included.
    package init(stream: StreamDefinition, requester: Requester) {
        self.stream = stream
        self.requester = requester
    }

    /// Reads every list whole, in the order of the definition.
    package func read() async throws -> Discovered {
        var values: [String: JSONValue] = [:]
        var left = (values: Self.maximumValues, bytes: Self.maximumBytes)
        for discover in stream.discover {
            let found = try await read(discover, left)
            left.values -= found.count
            left.bytes -= found.reduce(0) { $0 + ($1.lexeme?.utf8.count ?? 0) }
            values[discover.name] = .array(found)
        }
        return Discovered(values)
    }

    private func holds(_ condition: Template, _ subject: RequestSubject) throws(ExtractionError) -> Bool {
        do {
            return try condition.holds(requester.access.scope(with: [:]))
        } catch {
            throw subject.error(.badSetting, "\(subject.text): when cannot be decided: \(error.message)")
        }
    }

    /// The values of a list, each once.
    private func read(_ discover: Discover, _ left: (values: Int, bytes: Int)) async throws -> [JSONValue] {
        let subject = RequestSubject(stream, "discover \(discover.name)", discover.request)
        if let condition = discover.condition, try !holds(condition, subject) { return [] }
        let list = ListReader(
            subject: subject,
            shape: RecordShape(recordsPath: discover.recordsPath, key: [discover.value]),
            paging: discover.paging,
            first: try requester.access.request(discover.request, place: subject.text, [:]),
            requester: requester
        )
        var values: [JSONValue] = []
        var known: Set<JSONValue> = []
        var bytes = 0
        while let page = try await list.next() {
            for record in page.page.records.indices {
                let value = list.reader.keyValue(ofRecord: record, in: page.page)
                guard known.insert(value).inserted else { continue }
                values.append(value)
                bytes += value.lexeme?.utf8.count ?? 0
            }
            guard values.count <= left.values, bytes <= left.bytes else {
                throw subject.error(
                    .tooManyValues,
                    "\(subject.text): more than \(Self.maximumValues) values or \(Self.maximumBytes) bytes, which"
                        + " are held for a whole run; ask for fewer in the definition"
                )
            }
        }
        return values
    }
}
