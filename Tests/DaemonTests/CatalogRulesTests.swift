import Configuration
import Core
import Events
import Extraction
import ProcessSupport
import Runs
import Testing

@testable import Daemon

/// What the catalogue is told of streams, by definition, schema and policy.
@Suite struct CatalogRulesTests {
    private static let yaml = """
        extractor: shop
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id, paging: single_page, progress: full}
        streams:
          customers:
            get: /customers
            entity: {Customer: {fields: {email: mail}}}
            pii: {mail: email, home: address, note: text}
        """
    private static let schema = """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"id":{"type":"string"},
        "mail":{"type":"string"},"home":{"type":"object","properties":{"city":{"type":"string"}}}}}
        """

    /// The entries' fields, as `path personal treatment`, by topic.
    private func fields(_ policy: String, withSchema: Bool) throws -> [String: [String]] {
        let definition = try ExtractorDefinition.decode(Array(Self.yaml.utf8), file: "shop.yaml")
        let account = try AccountName("shop/acme")
        let prefix = try TopicPrefix("p")
        let topic = EventTopic(stream: try StreamName("customers"), topic: "p.shop.acme.customers")
        let stream = try definition.stream(named: "customers")
        var plan = StreamPlan(stream, of: definition, account: account, to: topic)
        plan.outlet = StreamOutlet(
            EntityMapper(
                stream.entities,
                currencies: definition.currencies,
                account: account,
                stream: stream.name,
                prefix: prefix
            ),
            .beside
        )
        let files = ExtractorFiles(
            read: { _ in Array(Self.schema.utf8) },
            names: { _ in withSchema ? ["customers.json"] : [] }
        )
        let schemas = StreamSchemas.read(folder: "shop", files: files)
        let catalog = try CatalogRules(definition, Stewardship()).plan(
            plan,
            topic,
            schemas,
            mappings: stream.entities,
            privacy: PrivacyRules(
                definition,
                account: "acme",
                PrivacyFile.parse(Array(policy.utf8), path: "p.yaml"),
                reader: .blind
            ),
            account: account,
            envelope: .binary,
            MemoryDestination(account)
        )
        return Dictionary(
            uniqueKeysWithValues: catalog.entries.map { entry in
                (entry.topic, entry.fields.map { "\($0.path) \($0.personal ?? "-") \($0.treatment ?? "-")" })
            }
        )
    }

    @Test func whatIsPersonalAndWhatBecomesOfIt() throws {
        let found = try fields("{kinds: {email: hash, address: drop}}", withSchema: true)
        #expect(
            found["p.shop.acme.customers"] == [
                "id - -", "mail email hash", "home.city address drop",
                // What is marked goes out though the schema does not name it.
                "note text pass",
            ]
        )
        // Of what stands together the treatment that shows the most.
        #expect(found["p.entity.Customer"] == ["email email hash", "custom address, text pass"])
    }

    @Test func withoutASchemaWhatIsMarkedIsStillSaid() throws {
        let found = try fields("default: mask", withSchema: false)
        #expect(found["p.shop.acme.customers"] == ["home address mask", "mail email mask", "note text mask"])
    }
}
