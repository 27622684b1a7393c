import Core
import Expressions
import Foundation
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

    private static let children = ["checkout_session_line_items", "invoice_line_items", "subscription_items"]
    private static let windows = ["balance_transactions"]

    @Test func streamsAreListsThatAreFollowed() throws {
        let definition = try Self.definition
        #expect(
            definition.streams.map(\.name)
                == [
                    "customers", "products", "prices", "payment_intents", "charges", "refunds", "disputes",
                    "balance_transactions", "payouts", "subscriptions", "subscription_items", "invoices",
                    "invoice_line_items", "invoiceitems", "invoice_payments", "plans", "coupons",
                    "promotion_codes", "credit_notes", "tax_rates", "checkout_sessions",
                    "checkout_session_line_items", "setup_intents", "transfers", "application_fees",
                ]
        )
        #expect(definition.streams.filter { $0.parent != nil }.map(\.name).sorted() == Self.children)
        for stream in definition.streams where !Self.windows.contains(stream.name) {
            #expect(stream.since == StreamDefinition.Since(parameter: "created[gte]", format: .epochSeconds))
            #expect(definition.feed(of: stream)?.name == "events")
            guard stream.parent == nil else { continue }
            let path = stream.name == "checkout_sessions" ? "checkout/sessions" : stream.name
            #expect(stream.follow?.path?.source == "/v1/\(path)/{{ object.id }}")
            #expect(stream.key == [["id"]])
            #expect(stream.path.source == "/v1/\(path)")
            #expect(
                stream.progress
                    == .list(.lastRecord(parameter: "starting_after", field: ["id"], more: ["has_more"]))
            )
        }
        #expect(definition.settings.filter(\.isSecret).map(\.name) == ["api_key"])
    }

    @Test func whatNoEventTellsIsReadAgain() throws {
        let definition = try Self.definition
        var times: [String: Duration] = [:]
        for stream in definition.streams { times[stream.name] = stream.follow?.relist }
        let (day, week) = (Duration.seconds(86_400), Duration.seconds(7 * 86_400))
        #expect(
            times == [
                "invoiceitems": day, "invoice_payments": day, "coupons": day, "promotion_codes": day,
                "checkout_sessions": day, "charges": week, "payment_intents": week, "setup_intents": week,
                "application_fees": week,
            ]
        )
        // Longer than the 31 days for which a payment can be held back.
        let balance = try definition.stream(named: "balance_transactions")
        #expect(balance.follow == nil)
        #expect(balance.resweep == Resweep(every: day, back: .seconds(40 * 86_400)))
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
            ("customer.subscription.created", ["subscriptions": .create, "subscription_items": .create]),
            ("customer.subscription.deleted", ["subscriptions": .update, "subscription_items": .update]),
            ("charge.refunded", ["charges": .update]), ("charge.refund.updated", ["refunds": .update]),
            ("refund.created", ["refunds": .create]), ("charge.succeeded", ["charges": .update]),
            ("charge.dispute.created", ["disputes": .create]), ("customer.source.updated", [:]),
            ("charge.dispute.closed", ["disputes": .update]), ("invoice.upcoming", [:]),
            ("invoice_payment.paid", ["invoice_payments": .update]), ("price.deleted", ["prices": .delete]),
            ("payment_intent.created", ["payment_intents": .create]), ("payout.paid", ["payouts": .update]),
            ("invoiceitem.deleted", ["invoiceitems": .delete]), ("coupon.deleted", ["coupons": .delete]),
            ("plan.deleted", ["plans": .delete]), ("promotion_code.updated", ["promotion_codes": .update]),
            ("credit_note.voided", ["credit_notes": .update]), ("tax_rate.created", ["tax_rates": .create]),
            (
                "checkout.session.completed",
                ["checkout_sessions": .update, "checkout_session_line_items": .update]
            ),
            ("setup_intent.succeeded", ["setup_intents": .update]),
            ("transfer.reversed", ["transfers": .update]), ("balance.available", [:]),
            ("application_fee.refunded", ["application_fees": .update]),
            ("application_fee.refund.updated", [:]),
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

    private static let specification =
        ProcessInfo.processInfo.environment["SLUICE_SPECS"].map { "\($0)/stripe" }
        ?? URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../shared/specs/stripe"
        ).path

    /// The vendor's description of the version that is asked for, where it is.
    private static let description = URL(filePath: specification).appending(path: "openapi-2026-06-24.json")
    static let isThere = FileManager.default.fileExists(atPath: description.path)

    @Test(.enabled(if: isThere, "the vendors' descriptions are not here: set SLUICE_SPECS"))
    func everyTypeIsTheVendors() throws {
        let document = try JSONValue.parse(Array(try Data(contentsOf: Self.description)))
        let types = document["components"]?["schemas"]?["event"]?["properties"]?["type"]?["enum"]?.elements
        let known = Set(try #require(types).compactMap(\.text))
        var named: Set<String> = []
        for stream in try Self.definition.streams {
            for rule in stream.follow?.rules ?? [] {
                guard case .exact(let type) = rule.pattern else {
                    Issue.record("\(stream.name) follows a beginning of types: new ones would come unread")
                    continue
                }
                named.insert(type)
            }
        }
        #expect(named.subtracting(known) == [])
        // And of the objects that are read none is left out, but for those of which the definition says why.
        let owned = [
            "charge.", "payment_intent.", "payout.", "plan.", "price.", "product.", "coupon.",
            "promotion_code.", "credit_note.", "tax_rate.", "checkout.session.", "setup_intent.", "transfer.",
            "application_fee.", "invoice.", "invoice_payment.", "invoiceitem.", "refund.",
            "customer.subscription.",
        ]
        let missing = known.filter { type in owned.contains { type.hasPrefix($0) } }.subtracting(named)
        #expect(missing == ["application_fee.refund.updated", "invoice.upcoming"])
        let paths = try #require(document["paths"]?.members).map(\.name)
        for stream in try Self.definition.streams where stream.parent == nil {
            #expect(paths.contains(stream.path.source), "\(stream.name)")
        }
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

    @Test func itemsAreAskedForByTheirSubscription() async throws {
        let transport = ScriptedTransport([.page(.list(["si_1"], more: false))])
        let definition = try Self.definition
        let requester = try Requester(
            extractor: definition,
            settings: ["api_key": "sk_test_1234567890"],
            transport: transport,
            clock: WaitingClock(elapsed: { .zero }, sleep: { _ in }),
            wall: { Bench.start }
        )
        let stream = try definition.stream(named: "subscription_items")
        _ = try await ChildReader.children(of: Array("sub_1".utf8), in: stream, requester: requester)
        let address = try #require(transport.requests.first).address
        #expect(address == "https://api.stripe.com/v1/subscription_items?limit=100&subscription=sub_1")
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
