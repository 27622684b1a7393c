import Core
import Events
import JSON
import ProcessSupport
import Testing

@Suite("Envelopes")
struct EnvelopeTests {
    private static let now = Instant(seconds: 1_764_072_000)

    /// The events of records, the ones at `deleted` being deletes.
    private func page(_ records: [String], _ envelope: Envelope, deleted: Set<Int> = []) throws -> EventPage {
        let plan = ScanPlan(records: ["data"], recordFields: [["id"], ["updated"]], pageFields: [])
        let scanned = try PageScanner(plan: plan).scan(
            Array("{\"data\":[\(records.joined(separator: ","))]}".utf8)
        )
        let builder = EventBuilder(
            extractor: "stripe",
            account: "acme",
            stream: "charges",
            topic: "retail.stripe.acme.charges",
            version: .epochSeconds,
            envelope: envelope
        )
        return try builder.build(
            scanned,
            keyFields: 0..<1,
            versionField: 1,
            now: Self.now,
            deleted: records.indices.map(deleted.contains)
        ).enveloped()
    }

    private func values(_ page: EventPage) -> [String?] {
        page.events.map {
            $0.kind == .delete ? nil : String(decoding: page.values[$0.value.range], as: UTF8.self)
        }
    }

    private static let record = #"{ "id": "ch \"1\"", "updated": 1764071999, "amount": 12.340 }"#
    private static let compact = #"{"id":"ch \"1\"","updated":1764071999,"amount":12.340}"#

    @Test("a plain or binary value is the record alone, a delete null", arguments: [Envelope.binary, .plain])
    func recordAlone(_ envelope: Envelope) throws {
        let page = try page(
            [Self.record, Self.record.replacing("1\\\"\"", with: "2\\\"\"")],
            envelope,
            deleted: [1]
        )
        #expect(page.envelope == envelope)
        #expect(values(page) == [Self.compact, nil])
    }

    @Test("a structured value is the event whole; a delete has no data, and a null value behind it")
    func structured() throws {
        let page = try page([Self.record, #"{"id":"ch_2","updated":1764071998}"#], .structured, deleted: [1])
        #expect(
            values(page) == [
                #"{"specversion":"1.0","id":"ch \"1\":1764071999","source":"/stripe/acme/charges","#
                    + #""type":"stripe.charges.upsert","time":"2025-11-25T11:59:59Z","#
                    + #""datacontenttype":"application/json","data":"# + Self.compact + "}",
                #"{"specversion":"1.0","id":"ch_2:1764071998","source":"/stripe/acme/charges","#
                    + #""type":"stripe.charges.delete","time":"2025-11-25T11:59:58Z"}"#,
                nil,
            ]
        )
        let keys = page.events.map { String(decoding: page.text[$0.key.range], as: UTF8.self) }
        #expect(keys == [#"ch "1""#, "ch_2", "ch_2"])
    }

    @Test(
        "I4: whatever a record holds, what is published differs in white space alone",
        arguments: [Envelope.plain, .structured]
    )
    func keepsValues(_ envelope: Envelope) throws {
        for seed in 0..<300 {
            var generator = PageGenerator(seed: UInt64(seed))
            let records = (0..<3).map { #"{"id":\#($0), "of": \#(generator.object()) , "updated":1}"# }
            let published = try values(page(records, envelope))
            for (record, value) in zip(records, published) {
                let record = String(decoding: Naive.compact(Array(record.utf8)), as: UTF8.self)
                let value = try #require(value)
                if envelope == .plain {
                    #expect(value == record, "seed \(seed)")
                } else {
                    let data = try #require(value.firstRange(of: #""data":"#))
                    #expect(value[data.upperBound...].dropLast() == record, "seed \(seed)")
                    // Whole JSON, whatever stands in it.
                    #expect(
                        try JSONValue.parse(Array(value.utf8))["data"] == JSONValue.parse(Array(record.utf8))
                    )
                }
            }
        }
    }
}
