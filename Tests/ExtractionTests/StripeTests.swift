import Core
import Expressions
import JSON
import Testing

@testable import Extraction

/// The definition that ships, as it is on the disk.
@Suite struct StripeTests {
    static var definition: ExtractorDefinition {
        get throws {
            let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
            return try ExtractorLocator(option: "/\(root)/extractors", environment: [:], executablePath: "")
                .load("stripe")
        }
    }

    @Test func streamsAreLists() throws {
        let definition = try Self.definition
        #expect(
            definition.streams.map(\.name)
                == [
                    "customers", "products", "prices", "charges", "refunds", "subscriptions", "invoices",
                    "invoice_line_items",
                ]
        )
        for stream in definition.streams {
            #expect(stream.since == StreamDefinition.Since(parameter: "created[gte]", format: .epochSeconds))
            #expect(definition.feed(of: stream)?.name == "events")
        }
        for stream in definition.streams where stream.parent == nil {
            #expect(stream.follow?.path?.source == "/v1/\(stream.name)/{{ object.id }}")
            #expect(stream.key == [["id"]])
            #expect(stream.path.source == "/v1/\(stream.name)")
            #expect(
                stream.progress
                    == .list(.lastRecord(parameter: "starting_after", field: ["id"], more: ["has_more"]))
            )
        }
        #expect(definition.settings.filter(\.isSecret).map(\.name) == ["api_key"])
    }

    @Test func fingerprintIsKept() throws {
        let stream = try Self.definition.stream(named: "charges")
        #expect(
            stream.fingerprint(topic: "shop.stripe.main.charges")
                == Fingerprint(
                    key: ["id"],
                    version: nil,
                    progress: "list, last_record id in starting_after, follows events",
                    topic: "shop.stripe.main.charges"
                )
        )
    }

    @Test(
        arguments: [
            ("customer.created", ["customers": .create]), ("customer.deleted", ["customers": .delete]),
            ("customer.subscription.created", ["subscriptions": .create]),
            ("customer.subscription.deleted", ["subscriptions": .update]),
            ("charge.refunded", ["charges": .update]), ("charge.refund.updated", ["refunds": .update]),
            ("refund.created", ["refunds": .create]), ("charge.succeeded", ["charges": .update]),
            ("charge.dispute.created", [:]), ("customer.source.updated", [:]), ("invoice.upcoming", [:]),
            ("invoice_payment.paid", [:]), ("price.deleted", ["prices": .delete]),
            ("invoice.created", ["invoices": .create, "invoice_line_items": .create]),
            ("invoice.paid", ["invoices": .update, "invoice_line_items": .update]),
            ("invoice.deleted", ["invoices": .delete, "invoice_line_items": .delete]),
        ] as [(String, [String: Follow.Change])]
    )
    func eventConcernsItsStreams(type: String, changes: [String: Follow.Change]) throws {
        var found: [String: Follow.Change] = [:]
        for stream in try Self.definition.streams { found[stream.name] = stream.follow?.change(of: type) }
        #expect(found == changes)
    }

    @Test func unknownStreamNamesTheNearest() throws {
        let definition = try Self.definition
        let error = #expect(throws: ExtractionError.self) { try definition.stream(named: "charge") }
        #expect(error?.message.contains("did you mean charges?") == true)
    }

    @Test func requestIsWhatStripeExpects() async throws {
        let transport = ScriptedTransport([.page(.list(["sub_1"], more: false))])
        let definition = try Self.definition
        let requester = try Requester(
            extractor: definition,
            settings: ["api_key": "sk_test_1234567890"],
            transport: transport,
            clock: WaitingClock(elapsed: { .zero }, sleep: { _ in }),
            wall: { Bench.start }
        )
        let reader = try ListReader(stream: definition.stream(named: "subscriptions"), requester: requester)
        _ = try await reader.next()
        let request = try #require(transport.requests.first)
        #expect(request.address == "https://api.stripe.com/v1/subscriptions?limit=100&status=all")
        #expect(request.headers.contains { $0.name == "Stripe-Version" && $0.value == "2026-06-24.dahlia" })
        #expect(
            request.headers.contains { $0.name == "Authorization" && $0.value == "Bearer sk_test_1234567890" }
        )
    }

    @Test(
        arguments: [
            (400, "true", ErrorAction.retry), (500, "false", .failStream), (500, nil, .retry),
            (409, nil, .retry),
            (401, nil, .refusedCredentials), (403, nil, .unavailable), (404, nil, .unavailable),
            (400, nil, .failStream),
            (402, nil, .failStream),
        ] as [(Int, String?, ErrorAction)]
    )
    func errorsHaveTheirActions(status: Int, hint: String?, action: ErrorAction) throws {
        let rules = try Self.definition.errorRules
        let said = rules.said(by: HTTPResponse(status: status, headers: [], body: []))
        #expect(rules.decide(status: status, said, retryHint: hint).action == action)
    }
}
