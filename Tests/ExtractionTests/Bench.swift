import Core
import JSON
import Synchronization

@testable import Extraction

/// An extractor over a scripted API, with time that passes only by waiting.
struct Bench {
    static let secret = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
    static let start = Instant(seconds: 1_760_000_000)

    let transport: ScriptedTransport
    let waits = Waits()
    let skews = Skews()
    let definition: ExtractorDefinition
    let requester: Requester

    /// All waits, in order.
    final class Waits: Sendable {
        private let all = Mutex<[Duration]>([])
        var list: [Duration] { all.withLock { $0 } }
        func append(_ duration: Duration) { all.withLock { $0.append(duration) } }
    }

    /// What was said of wrong clocks.
    final class Skews: Sendable {
        private let all = Mutex<[ClockSkew]>([])
        var list: [ClockSkew] { all.withLock { $0 } }
        func append(_ skew: ClockSkew) { all.withLock { $0.append(skew) } }
    }

    init(
        _ yaml: String = Bench.definition(),
        settings: [String: JSONValue] = ["api_key": .string(Bench.secret)],
        script: [ScriptedTransport.Step]
    ) throws {
        let waits = waits
        let skews = skews
        transport = ScriptedTransport(script)
        definition = try ExtractorDefinition.decode(Array(yaml.utf8), file: "extractor.yaml")
        requester = try Requester(
            extractor: definition,
            settings: settings,
            transport: transport,
            clock: WaitingClock(
                elapsed: { waits.list.reduce(.zero, +) },
                sleep: { waits.append($0) }
            ),
            wall: { Bench.start },
            jitter: { 0.5 },
            onClockSkew: { skews.append($0) }
        )
    }

    func reader(from progress: ListProgress = .start, limit: Int? = nil) throws -> ListReader {
        try ListReader(stream: definition.streams[0], requester: requester, from: progress, limit: limit)
    }

    /// Reads to the end and gives the records' texts page by page.
    func pages(from progress: ListProgress = .start, limit: Int? = nil) async throws -> [[String]] {
        let reader = try reader(from: progress, limit: limit)
        var pages: [[String]] = []
        while let page = try await reader.next() { pages.append(page.recordTexts) }
        return pages
    }

    /// The error that reading ends with.
    func failure(from progress: ListProgress = .start) async -> (any SluiceError)? {
        do {
            _ = try await pages(from: progress)
            return nil
        } catch {
            return error as? any SluiceError
        }
    }

    /// A definition with one stream and this paging.
    static func definition(
        paging: String = "{last_record: {param: starting_after, more: has_more}}",
        auth: String = "{bearer: \"{{ config.api_key }}\"}",
        stream: String = "",
        top: String = ""
    ) -> String {
        """
        extractor: test
        settings:
          api_key: {secret: true, required: true}
          base_url: {default: https://api.example.com}
        base_url: "{{ config.base_url }}"
        auth: \(auth)
        \(top)
        streams:
          items:
            get: /v1/items
            records: data
            key: id
            paging: \(paging)
        \(stream.isEmpty ? "" : "    \(stream)")
        """
    }
}

extension ExtractedPage {
    var recordTexts: [String] {
        page.records.map { String(decoding: page.bytes[$0.range], as: UTF8.self) }
    }
}

extension String {
    /// A page as Stripe sends it.
    static func list(_ ids: [String], more: Bool) -> String {
        "{\"object\":\"list\",\"data\":[\(ids.map { "{\"id\":\"\($0)\"}" }.joined(separator: ","))],"
            + "\"has_more\":\(more)}"
    }
}
