import Configuration
import Core
import Daemon
import Events
import Extraction
import JSON
import Testing

/// The join keys of an account's file, in the place of its extractor's.
@Suite("Join keys by choice")
struct JoinKeyRulesTests {
    private static let yaml = """
        extractor: shop
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id, paging: single_page}
        streams:
          customers:
            get: /customers
            entity:
              Customer:
                fields:
                  name: {joined: [first, last]}
                  email: mail
                  phone: [mobile, landline]
                  status: {status: state, means: {ok: active}}
                  createdAt: created
                join_keys: {email: mail, externalId: erp.id}
              Person: {fields: {email: mail}, join_keys: {email: mail}}
        """

    private func definition() throws -> ExtractorDefinition {
        try ExtractorDefinition.decode(Array(Self.yaml.utf8), file: "shop.yaml")
    }

    private func choice(_ keys: String) throws -> JoinKeyChoice? {
        let text = "to:\n  entities:\n    mode: beside\n    join_keys: \(keys)\n"
        return try AccountFile.parse(Array(text.utf8), path: "f.yaml").joinKeys
    }

    /// The join keys that a record's entities get, by entity.
    private func made(_ keys: String, of record: String) throws -> [String: String] {
        let definition = try definition()
        let stream = try definition.stream(named: "customers")
        let rules = try JoinKeyRules(definition, choice(keys))
        let mapper = EntityMapper(
            rules.mappings(of: stream),
            currencies: definition.currencies,
            account: try AccountName("shop/acme"),
            stream: stream.name,
            prefix: try TopicPrefix("p")
        )
        let builder = EventBuilder(
            extractor: "shop",
            account: "acme",
            stream: stream.name,
            topic: "t",
            version: nil
        )
        let page = try builder.build(
            PageScanner(plan: ScanPlan(records: [], recordFields: stream.key, pageFields: []))
                .scan(Array("[\(record)]".utf8)),
            keyFields: 0..<1,
            versionField: nil,
            now: Instant(seconds: 0)
        )
        var found: [String: String] = [:]
        for page in try mapper.pages(of: page) {
            let entity = try JSONValue.parse(page.values[page.events[0].value.range])
            found[entity["entity"]?.text ?? ""] = entity["joinKeys"]?.compactText ?? "none"
        }
        return found
    }

    private static let record =
        #"{"id":1,"mail":"A@B.c","mobile":"","landline":"0049 (1) 23","first":"Ada","last":" Meier ","#
        + #""erp":{"id":7},"loyalty":{"phone":"+1 5","card":900719925474099312}}"#

    @Test(
        "keys by name, as the extractor or the entity has them, or of any field of the record; other entities keep theirs",
        arguments: [
            ("{}", #"{"email":"a@b.c","externalId":"7"}"#),
            ("{Customer: [email]}", #"{"email":"a@b.c"}"#),
            (
                "{Customer: [phone, name, externalId]}",
                #"{"phone":"+49123","name":"Ada Meier","externalId":"7"}"#
            ),
            (
                "{Customer: {card: loyalty.card, homePhone: loyalty.phone, workEmail: mail}}",
                #"{"card":"900719925474099312","homePhone":"+15","workEmail":"a@b.c"}"#
            ),
            ("{Customer: {gone: loyalty.gone}}", "none"),
            ("{Customer: []}", "none"),
        ]
    )
    func keys(_ chosen: String, _ expected: String) throws {
        let made = try made(chosen, of: Self.record)
        #expect(made["Customer"] == expected)
        #expect(made["Person"] == #"{"email":"a@b.c"}"#)
    }

    @Test(
        "what there is not is told with its place, and with what there is",
        arguments: [
            (
                "{Custommer: [email]}", "f.yaml:4:17: unknown entity Custommer; did you mean Customer?"
            ),
            (
                "{Deal: [name]}",
                "f.yaml:4:17: no record of shop becomes a Deal, so it has no join keys; known here: Customer, Person"
            ),
            (
                "{Customer: [emial]}",
                "f.yaml:4:28: Customer of shop has no join key and no field emial; did you mean email?"
            ),
            (
                "{Person: [sku]}",
                "f.yaml:4:26: Person of shop has no join key and no field sku; known here: email"
            ),
            (
                "{Customer: [status]}",
                "f.yaml:4:28: Customer.status is of the kind status, by which nothing is found in other services: take a text, "
                    + "an e-mail address or a telephone number, or a field of the record by {NAME: PATH}"
            ),
            (
                "{Customer: {a: b..c}}",
                "f.yaml:4:31: b..c is no path: write names joined by dots, a dot within a name as \\."
            ),
        ]
    )
    func mistakes(_ chosen: String, _ message: String) throws {
        let error = #expect(throws: (any Error).self) {
            try JoinKeyRules(definition(), choice(chosen))
        }
        #expect((error as? any SluiceError)?.message == message)
    }

    @Test("all that is wrong is told at once")
    func several() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try JoinKeyRules(definition(), choice("{Moon: [a], Customer: [b, email, c]}"))
        }
        #expect(error?.parts.count == 3)
    }
}
