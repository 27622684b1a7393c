import Core
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// What is published in each envelope, read by what others wrote.
@Suite("Envelopes, read by others", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(10)))
struct SyncEnvelopeTests {
    /// A stream of a sync, some of it changed and deleted after the first one.
    private struct Published {
        let fixture: SyncFixture
        let topic: String
        /// As JSON by key.
        let truth: [String: String]
        let deleted: Set<String>
    }

    private func publish(_ envelope: Envelope) async throws -> Published {
        let fixture = try await SyncFixture("stripe", records: 30)
        let words = ["--stream", "customers", "--envelope", envelope.rawValue]
        let first = try await fixture.run(words)
        try #require(first.code == 0, "\(first.errors)")
        let before = try await fixture.truth("customers")
        try await fixture.change(creates: 0, updates: 3, deletes: 4, streams: ["customers"])
        // Events come into their list late.
        try await fixture.advance(600)
        let second = try await fixture.run(words)
        try #require(second.code == 0, "\(second.errors)")
        let truth = try await fixture.truth("customers")
        let deleted = Set(before.keys).subtracting(truth.keys)
        try #require(deleted.count == 4)
        return Published(
            fixture: fixture,
            topic: "\(fixture.prefix).stripe.simulated.customers",
            truth: truth,
            deleted: deleted
        )
    }

    /// The last value of each key: null where the last record is a tombstone.
    private func view(_ lines: [JSONValue], _ value: (JSONValue) throws -> String?) rethrows -> [String:
        String?]
    {
        var view: [String: String?] = [:]
        for line in lines { view.updateValue(try value(line), forKey: line["key"]?.text ?? "") }
        return view
    }

    @Test(
        "the CloudEvents library reads each event, and null values end deleted keys",
        .enabled(if: VendorClient.isAvailable),
        arguments: [Envelope.binary, .structured]
    )
    func isCloudEvents(_ envelope: Envelope) async throws {
        let published = try await publish(envelope)
        let text = try await VendorClient.run("events", published.fixture.bootstrap, published.topic)
        let lines = try text.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) }
        let events = lines.filter { $0["event"] != .null }
        for event in events {
            let key = event["key"]?.text ?? ""
            #expect(event["event"]?["id"]?.text?.hasPrefix("\(key):") == true)
            #expect(event["event"]?["source"]?.text == "/stripe/simulated/customers")
            #expect(event["event"]?["time"] != nil)
            let isUpsert = event["data"] != .null
            #expect(event["event"]?["type"]?.text == "stripe.customers.\(isUpsert ? "upsert" : "delete")")
            #expect((event["event"]?["datacontenttype"]?.text == "application/json") == isUpsert)
        }
        // In structured mode a null value follows each delete.
        #expect(lines.count - events.count == (envelope == .structured ? 4 : 0))
        let view = view(lines) { $0["data"]?.compactText == "null" ? nil : $0["data"]?["id"]?.text }
        #expect(view.filter { $0.value == nil }.map(\.key).count == 4)
        #expect(Set(view.filter { $0.value == nil }.keys) == published.deleted)
        #expect(Set(view.filter { $0.value != nil }.keys) == Set(published.truth.keys))
    }

    @Test("a plain record is the API's JSON; its headers say whose it is and in which transaction")
    func plain() async throws {
        let published = try await publish(.plain)
        let records = try await TestBroker.records(of: published.topic).joined()
        var view: [String: String] = [:]
        for record in records {
            #expect(record.headers.map(\.name) == ["sluice_source", "sluice_txn"])
            view[String(decoding: record.key ?? [], as: UTF8.self)] = record.value.map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        #expect(view == published.truth)
    }

    @Test("Kafka Connect's file sink writes plain records as lines", .enabled(if: OwnBroker.isAvailable))
    func connectReadsPlain() async throws {
        let published = try await publish(.plain)
        let fixture = published.fixture
        let port = try #require(TestBroker.freePort())
        let worker = try fixture.write(
            "worker.properties",
            """
            bootstrap.servers=\(fixture.bootstrap)
            listeners=http://127.0.0.1:\(port)
            key.converter=org.apache.kafka.connect.storage.StringConverter
            value.converter=org.apache.kafka.connect.storage.StringConverter
            offset.storage.file.filename=\(fixture.folder)/offsets
            offset.flush.interval.ms=500
            consumer.isolation.level=read_committed
            consumer.auto.offset.reset=earliest
            """
        )
        // Without a file it writes to its standard output.
        let sink = try fixture.write(
            "sink.properties",
            """
            name=\(fixture.prefix)
            connector.class=org.apache.kafka.connect.file.FileStreamSinkConnector
            tasks.max=1
            topics=\(published.topic)
            """
        )
        let process = try SluiceProcess(program: TestBroker.script, ["connect", worker, sink])
        let records = try await TestBroker.records(of: published.topic).joined()
        // A null value is the line `null`, which says of no key that it is gone.
        for line in records.compactMap(\.value).map({ String(decoding: $0, as: UTF8.self) }) {
            let found = await process.line(holding: line, atMost: 120)
            #expect(found == line, "\(process.standardError.suffix(2000))")
        }
        await process.killNow()
    }
}
