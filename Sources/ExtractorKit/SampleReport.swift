import Core
package import Events
package import Extraction
import JSON
import Telemetry

/// How a sample and its requests are shown.
package struct SampleReport: Sendable {
    private let extractor: String
    private let stream: StreamDefinition
    package let sample: StreamSample
    private let requests: [RequestTrace.Entry]
    /// What does not fit the stream's schema; nil where it has none.
    private let fields: SchemaFields?

    /// A report on a stream's sample.
    package init(
        _ extractor: String,
        _ stream: StreamDefinition,
        _ sample: StreamSample,
        _ requests: [RequestTrace.Entry],
        schema: RecordSchema? = nil
    ) {
        self.extractor = extractor
        self.stream = stream
        self.sample = sample
        self.requests = requests
        fields = schema.map { schema in
            sample.records.reduce(into: SchemaFields()) { $0.add(schema.misfits(in: $1)) }
        }
    }

    /// The records as a table within so many cells, and the names of the fields that had no room.
    package func table(width: Int) -> String {
        let count = sample.records.count
        let records = sample.records.compactMap { try? JSONValue.parse($0) }
        var text = "\(stream.name): \(count) record\(count == 1 ? "" : "s")"
        text += sample.isWhole ? ", and no more\n" : sample.failure == nil ? ", and there are more\n" : "\n"
        guard !records.isEmpty else { return text }
        let shown = RecordTable(records, key: stream.key, version: stream.version?.path, width: width)
        text += shown.table.lines(width: width).map { $0 + "\n" }.joined()
        if !shown.others.isEmpty {
            text += TerminalText.clean("also: \(shown.others.joined(separator: ", "))") + "\n"
        }
        return text
    }

    /// The requests, in their order.
    package func requestTable(width: Int) -> String {
        var table = Table([
            .init("METHOD"), .init("STATUS", .right), .init("MS", .right), .init("RECORDS", .right),
            .init("ADDRESS"),
        ])
        for request in requests {
            table.append([
                request.method, request.status.map { "\($0)" } ?? "none",
                "\(Self.milliseconds(request.time))",
                request.records.map { "\($0)" } ?? "", request.address,
            ])
        }
        return table.lines(width: width).map { $0 + "\n" }.joined()
    }

    /// What does not fit the stream's schema, and what is not in it; nothing where it has none.
    package func schemaTable(width: Int) -> String {
        guard let fields else { return "" }
        var text = ""
        if fields.misfits.isEmpty {
            if !sample.records.isEmpty { text += "every field fits the schema\n" }
        } else {
            var table = Table([
                .init("FIELD"), .init("NOT AS THE SCHEMA SAYS"), .init("COUNT", .right), .init("EXPECTED"),
                .init("EXAMPLE"),
            ])
            for field in fields.misfits {
                table.append([
                    TerminalText.clean(field.path), field.kind.rawValue, "\(field.count)",
                    field.example.expected, TerminalText.clean(field.example.found),
                ])
            }
            text += table.lines(width: width).map { $0 + "\n" }.joined()
        }
        if !fields.undeclared.isEmpty {
            let paths = fields.undeclared.map(\.path).joined(separator: ", ")
            text += TerminalText.clean("not in the schema: \(paths)") + "\n"
        }
        return text
    }

    /// The records alone, one a line, as events would hold them.
    package var jsonLines: String {
        sample.records.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
    }

    /// One object; the records in it are the bytes that came, without insignificant white space.
    package var json: String {
        let head: JSONValue = ["extractor": .string(extractor), "stream": .string(stream.name)]
        let tail: JSONValue = [
            "whole": .bool(sample.isWhole),
            "requests": .array(requests.map(Self.json)),
            "schema": fields.map {
                [
                    "misfits": .array($0.misfits.map(\.json)),
                    "undeclared": .array($0.undeclared.map { .string($0.path) }),
                ]
            } ?? .null,
            "error": sample.failure.map {
                ["code": .string($0.codeText), "message": .string($0.message)]
            } ?? .null,
        ]
        let records = sample.records.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
        return "\(head.compactText.dropLast()),\"records\":[\(records)],\(tail.compactText.dropFirst())\n"
    }

    private static func json(_ request: RequestTrace.Entry) -> JSONValue {
        [
            "method": .string(request.method),
            "address": .string(request.address),
            "status": request.status.map { .number($0) } ?? .null,
            "milliseconds": .number(milliseconds(request.time)),
            "records": request.records.map { .number($0) } ?? .null,
        ]
    }

    private static func milliseconds(_ time: Duration) -> Int {
        let parts = time.components
        return Int(parts.seconds) * 1000 + Int(parts.attoseconds / 1_000_000_000_000_000)
    }
}
