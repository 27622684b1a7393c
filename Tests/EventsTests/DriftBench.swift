import Core
import Events
import Foundation
import JSON
import Testing

/// What comparing records with their schema costs beside reading them; prints, and is no test: `scripts/bench --drift`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SLUICE_DRIFT_BENCH"] != nil)) struct DriftBench {
    private static let rounds = 40

    private static func folder(_ path: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: path)
    }

    /// A page of so many records as the extractor's fixture has them, and what they are compared with.
    private static func page(_ extractor: String, _ stream: String, records: Int) throws -> (
        [UInt8], RecordSchema
    )? {
        let schema = try Data(contentsOf: folder("extractors/\(extractor)/schemas/\(stream).json"))
        let fixture = try JSONValue.parse(
            Array(Data(contentsOf: folder("extractors/\(extractor)/fixtures/\(stream).json")))
        )
        var found: [JSONValue] = []
        func search(_ value: JSONValue) {
            if let list = (value["data"] ?? value[stream] ?? value["results"])?.elements,
                list.first?["id"] != nil
            {
                found += list
            }
            for member in value.members ?? [] { search(member.value) }
            for element in value.elements ?? [] { search(element) }
        }
        search(fixture)
        guard !found.isEmpty else { return nil }
        let all = (0..<records).map { found[$0 % found.count] }
        return (
            JSONValue.object([.init(name: "data", value: .array(all))]).bytes(),
            try RecordSchema(Array(schema))
        )
    }

    private static func nanoseconds(_ records: Int, _ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        var best = Duration.seconds(1000)
        for _ in 0..<rounds { best = min(best, try clock.measure(body)) }
        return best / .nanoseconds(1) / Double(records)
    }

    @Test(arguments: [
        ("stripe", "charges"), ("stripe", "customers"), ("zendesk", "tickets"), ("hubspot", "contacts"),
    ])
    func aRecord(extractor: String, stream: String) throws {
        for size in [100, 1000] {
            guard let (bytes, schema) = try Self.page(extractor, stream, records: size) else {
                print("{\"stream\":\"\(stream)\",\"note\":\"no records in the fixture\"}")
                return
            }
            let plan = ScanPlan(records: ["data"], recordFields: [["id"]], pageFields: [])
            let scanner = PageScanner(plan: plan)
            let builder = EventBuilder(
                extractor: extractor,
                account: "bench",
                stream: stream,
                topic: "t",
                version: nil,
                remembers: true
            )
            let page = try scanner.scan(bytes)
            let now = Instant(seconds: 1_764_072_000)
            // The page is copied each time, as it comes anew from the network in a run.
            let read = try Self.nanoseconds(size) {
                let page = try scanner.scan(bytes)
                _ = try builder.build(page, keyFields: 0..<1, versionField: nil, now: now)
            }
            var all = DriftDetector(schema, looksAtAll: true)
            let whole = Self.nanoseconds(size) { _ = all.look(at: page) }
            var some = DriftDetector(schema)
            let sampled = Self.nanoseconds(size) { _ = some.look(at: page) }
            func text(_ value: Double) -> String { String(format: "%.3f", value) }
            print(
                "{\"stream\":\"\(stream)\",\"page\":\(size),\"bytes\":\(bytes.count / size),"
                    + "\"read_ns\":\(Int(read)),\"all_ns\":\(Int(whole)),\"sampled_ns\":\(Int(sampled)),"
                    + "\"all_ratio\":\(text(whole / read)),\"sampled_ratio\":\(text(sampled / read))}"
            )
        }
    }
}
