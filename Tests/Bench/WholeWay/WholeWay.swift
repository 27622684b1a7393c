import Core
import Events
import Extraction
import Glibc
import HTTP
import JSON
import Kafka
import Runs

/// Measures one stage of the way of a record, or the whole of it, and prints one line of JSON.
///
/// `WholeWay STAGE BASE_URL DEFINITION_FOLDER STREAM [KAFKA PREFIX ACCOUNT LOCKS]`, where a stage is `fetch` (bytes and
/// inflating), `read` (and scanning), `events` (and keys, ids, times) or `whole` (and transactions on a real broker).
@main
struct WholeWay {
    static func main() async throws {
        KafkaLibrary.keepMemory()
        let words = CommandLine.arguments
        if words.dropFirst().first == "versions" { return try await VersionsBench.run(words) }
        guard words.count >= 5 else {
            print("usage: WholeWay STAGE BASE_URL FOLDER STREAM [KAFKA PREFIX ACCOUNT LOCKS]")
            exit(2)
        }
        let definition = try ExtractorDefinition.load(folder: words[3])
        guard let stream = definition.streams.first(where: { $0.name == words[4] }) else {
            throw BenchFailure(text: "\(words[3]) has no stream \(words[4])")
        }
        let transport = try CurlTransport(settings: .init())
        let bench = WholeWay(
            stream: stream,
            transport: transport,
            base: words[2],
            requester: try Requester(
                extractor: definition,
                settings: ["base_url": .string(words[2])],
                transport: transport,
                clock: WaitingClock(ContinuousClock()),
                wall: Instant.systemClock
            )
        )
        switch words[1] {
        case "fetch": try await bench.measure { try await bench.fetch() }
        case "read": try await bench.measure { try await bench.read(builder: nil) }
        case "events":
            try await bench.measure { try await bench.read(builder: bench.makeBuilder(topic: "none")) }
        default: try await bench.whole(kafka: words[5], prefix: words[6], account: words[7], locks: words[8])
        }
        await transport.close()
    }

    let stream: StreamDefinition
    let transport: CurlTransport
    let base: String
    let requester: Requester

    private func measure(_ body: () async throws -> Int) async throws {
        let before = Usage.now
        let records = try await body()
        Self.report(records, before, Usage.now, transactions: 0)
    }

    static func report(_ records: Int, _ before: Usage, _ after: Usage, transactions: Int) {
        let cpu = after.cpuSeconds - before.cpuSeconds
        let rate = Int(Double(records) / cpu)
        let wall = after.wallSeconds - before.wallSeconds
        print(
            #"{"records": \#(records), "transactions": \#(transactions), "cpu_seconds": \#(cpu), "#
                + #""records_per_cpu_second": \#(rate), "wall_seconds": \#(wall), "#
                + #""anonymous_mb": \#(Usage.anonymousMegabytes)}"#
        )
    }

    func makeBuilder(topic: String) -> EventBuilder {
        EventBuilder(
            extractor: "pages",
            account: "bench",
            stream: stream.name,
            topic: topic,
            version: stream.version?.format,
            remembers: stream.remembers
        )
    }

    /// Every page's bytes, inflated; the next page's path is cut out of them by its plain text.
    private func fetch() async throws -> Int {
        var path: String? = "/p0.json"
        var pages = 0
        while let next = path {
            let response = try await transport.perform(HTTPRequest(address: base + next))
            pages += 1
            let tail = String(decoding: response.body.suffix(64), as: UTF8.self)
            path = tail.contains("\"next\"") ? "/p\(pages).json" : nil
        }
        return pages * 100
    }

    private func read(builder: EventBuilder?) async throws -> Int {
        let next = try pages()
        var records = 0
        while let page = try await next() {
            records += page.page.records.count
            if let builder {
                _ = try builder.build(
                    page.page,
                    keyFields: page.keyFields,
                    versionField: page.versionField,
                    now: page.times.now
                )
            }
        }
        return records
    }

    /// The pages of the stream, by the reader that a run has for them.
    private func pages() throws -> () async throws -> ExtractedPage? {
        switch stream.progress {
        case .list, .full:
            let reader = try ListReader(stream: stream, requester: requester)
            return { try await reader.next() }
        case .token:
            let reader = try TokenReader(stream: stream, requester: requester)
            return { try await reader.next() }
        case .window(let window):
            let reader = try WindowReader(
                stream: stream,
                requester: requester,
                from: window.earliest,
                to: Instant.systemClock()
            )
            return { try await reader.next() }
        }
    }
}
