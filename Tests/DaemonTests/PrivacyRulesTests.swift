import Configuration
import Core
import Daemon
import Events
import Extraction
import ProcessSupport
import Testing

/// The policy for personal fields, by an extractor's marks.
@Suite("What becomes of personal fields")
struct PrivacyRulesTests {
    private static let yaml = """
        extractor: shop
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id, paging: single_page}
        streams:
          customers:
            get: /customers
            version: {field: changed.at, format: rfc3339}
            deleted_when: "{{ record.state == 'gone' }}"
            entity: {Customer: {fields: {email: mail}, when: {role: [buyer]}}}
            pii: {mail: email, name: name, shipping.phone: phone, home: address, home.note: text}
          things:
            one_per: {get: /kinds, records: data, name: name}
            get: /things/{{ each.id }}
            pii: {owner: name}
        """

    private static let key = "0123456789abcdef0123456789abcdef"

    private func definition() throws -> ExtractorDefinition {
        try ExtractorDefinition.decode(Array(Self.yaml.utf8), file: "shop.yaml")
    }

    private func rules(
        _ policy: String,
        account: String? = "acme",
        environment: [String: String] = ["KEY": key]
    ) throws
        -> PrivacyRules
    {
        try PrivacyRules(
            definition(),
            account: account,
            PrivacyFile.parse(Array(policy.utf8), path: "p.yaml"),
            reader: SecretReader(environment: environment)
        )
    }

    /// What becomes of the fields of a stream, in one line.
    private func told(_ rules: PrivacyRules, _ stream: String = "customers") throws -> String {
        rules.treatments(of: try definition().stream(named: stream)).map {
            "\($0.pathText):\($0.kind.rawValue)=\($0.action)"
        }.joined(separator: " ")
    }

    @Test(
        "the most specific word holds",
        arguments: [
            (
                "{}",
                "home:address=pass home.note:text=pass mail:email=pass name:name=pass shipping.phone:phone=pass"
            ),
            (
                "default: mask",
                "home:address=mask home.note:text=mask mail:email=mask name:name=mask shipping.phone:phone=mask"
            ),
            (
                "{default: mask, kinds: {email: drop, text: pass}}",
                "home:address=mask home.note:text=pass mail:email=drop name:name=mask shipping.phone:phone=mask"
            ),
            (
                "{kinds: {email: drop, name: drop}, fields: {shop.customers: {mail: pass}, shop/acme.customers: {name: mask}}}",
                "home:address=pass home.note:text=pass mail:email=pass name:name=mask shipping.phone:phone=pass"
            ),
            (
                // Another account's word does not hold, and the account's outweighs that for all.
                "{fields: {shop/other.customers: {mail: drop}, shop/acme.customers: {name: drop}, shop.customers: {name: mask}}}",
                "home:address=pass home.note:text=pass mail:email=pass name:name=drop shipping.phone:phone=pass"
            ),
            (
                // A word for what holds a marked field is one for all of it, but for a longer one.
                "{default: mask, fields: {shop.customers: {shipping: drop, home: pass, home.note: {do: mask, kind: other}}}}",
                "home:address=pass home.note:other=mask mail:email=mask name:name=mask shipping:other=drop shipping.phone:phone=drop"
            ),
            (
                // Fields that nobody marked.
                "{default: mask, fields: {shop.customers: {custom.colour: {do: drop, kind: text}}}}",
                "custom.colour:text=drop home:address=mask home.note:text=mask mail:email=mask name:name=mask shipping.phone:phone=mask"
            ),
        ]
    )
    func precedence(_ policy: String, _ expected: String) throws {
        #expect(try told(rules(policy)) == expected)
    }

    @Test("who says so is told, and of what nobody says, nobody")
    func origins() throws {
        let rules = try rules("kinds: {email: mask}\nfields:\n  shop.customers: {name: drop}\n")
        let stream = try definition().stream(named: "customers")
        #expect(rules.treatment(of: ["mail"], in: stream).origin == .file("p.yaml", line: 1, column: 16))
        #expect(
            rules.treatment(of: ["name", "x"], in: stream).origin == .file("p.yaml", line: 3, column: 26)
        )
        #expect(rules.treatment(of: ["name", "x"], in: stream).action == .drop)
        #expect(rules.treatment(of: ["home"], in: stream).origin == nil)
        #expect(rules.treatment(of: ["nothing"], in: stream).action == .pass)
        #expect(try told(.none).contains("mail:email=pass"))
        #expect(PrivacyRules.none.protection(of: stream) == nil)
    }

    @Test("a family's words hold for each of its streams, and one stream's own before them")
    func family() throws {
        let rules = try rules(
            "fields: {shop.things: {owner: mask, note: drop}, shop.things_cars: {owner: drop}}"
        )
        var cars = try definition().stream(named: "things")
        cars.family = "things"
        cars.name = "things_cars"
        cars.onePer = nil
        var boats = cars
        boats.name = "things_boats"
        func told(_ stream: StreamDefinition) -> [String] {
            rules.treatments(of: stream).map { "\($0.pathText)=\($0.action)" }
        }
        #expect(told(cars) == ["note=drop", "owner=drop"])
        #expect(told(boats) == ["note=drop", "owner=mask"])
    }

    @Test(
        "what cannot be protected, and streams that there are not, are refused where they stand",
        arguments: [
            ("fields: {shop.custmers: {mail: drop}}", "p.yaml:1:10", "did you mean customers?"),
            ("fields: {shop.customers: {id: mask}}", "p.yaml:1:27", "it is the stream's key"),
            ("fields: {shop.customers: {changed: drop}}", "p.yaml:1:27", "it is the stream's version"),
            ("fields: {shop.customers: {changed.at.x: drop}}", "p.yaml:1:27", "it is the stream's version"),
            ("fields: {shop.customers: {role: pass}}", "p.yaml:1:27", "whether a record is a Customer"),
            ("fields: {shop.customers: {'a..b': drop}}", "p.yaml:1:27", "is no path"),
            ("fields: {shop/other.customers: {id: drop}}", "p.yaml:1:33", "it is the stream's key"),
        ]
    )
    func refused(_ policy: String, _ place: String, _ words: String) throws {
        let error = #expect(throws: PlacedError.self) { try rules(policy) }
        #expect(error?.message.hasPrefix("\(place): ") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("words for other extractors are theirs to check")
    func others() throws {
        #expect(try told(rules("{fields: {stripe.nothing: {id: drop}}}")) == told(.none))
    }

    @Test(
        "a key is needed where something is hashed, and must be long enough",
        arguments: [
            ("kinds: {email: hash}", "p.yaml:1:16", "the policy has no key"),
            ("{key: env:KEY, kinds: {email: hash}}", "p.yaml:1:7", "KEY"),
            ("{key: env:SHORT, kinds: {email: hash}}", "p.yaml:1:7", "fewer than 32 bytes"),
        ]
    )
    func keys(_ policy: String, _ place: String, _ words: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try rules(policy, environment: ["SHORT": "thirty-one bytes are not enough"])
        }
        #expect(error?.message.contains(place) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("thirty") == false)
        #expect(error?.exitCode == .configuration)
    }

    @Test("a key that nothing needs is not read")
    func unneeded() throws {
        _ = try rules("{key: env:KEY, kinds: {email: mask, ip: hash}}", environment: [:])
    }

    @Test("without what references name, what would become of fields is known all the same")
    func blind() throws {
        let file = try PrivacyFile.parse(Array("{key: env:KEY, kinds: {email: hash}}".utf8), path: "p.yaml")
        let rules = try PrivacyRules(definition(), account: nil, file, reader: .blind)
        #expect(try told(rules).contains("mail:email=hash"))
    }

    @Test(
        "an account's policy stands in its file, or a flag's; one that cannot be read ends the account's setup"
    )
    func setup() throws {
        let definition = try definition()
        func setup(_ privacy: String?) throws -> AccountSetup {
            let text = "extractor: shop\naccount: acme\n" + (privacy.map { "privacy: \($0)\n" } ?? "")
            let file = try AccountFile.parse(Array(text.utf8), path: "dir/shop.yaml")
            return try AccountSetup(
                AccountSources(file: file, reader: SecretReader(environment: [:])) { _ in definition }
            )
        }
        let customers = try definition.stream(named: "customers")
        #expect(try setup(nil).privacy.protection(of: customers) == nil)
        let error = #expect(throws: PlacedError.self) { try setup("nowhere.yaml") }
        #expect(error?.message.hasPrefix("dir/shop.yaml:3:10: cannot read dir/nowhere.yaml") == true)
        let folder = TemporaryFolder()
        folder.write("p.yaml", "default: mask\n")
        #expect(try setup("\(folder.path)/p.yaml").privacy.protection(of: customers) != nil)
        folder.write("p.yaml", "default: mask it\n")
        let broken = #expect(throws: (any Error).self) { try setup("\(folder.path)/p.yaml") }
        #expect("\(try #require(broken))".contains("\(folder.path)/p.yaml:1:10"))
    }
}
