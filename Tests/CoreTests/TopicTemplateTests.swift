import Core
import Testing

struct TopicTemplateTests {
    private let prefix: TopicPrefix
    private let account: AccountName
    private let stream: StreamName

    init() throws {
        prefix = try TopicPrefix("shop")
        account = try AccountName("stripe/acme")
        stream = try StreamName("customers")
    }

    @Test(arguments: [
        ("<prefix>.<extractor>.<account>.<stream>", "shop.stripe.acme.customers", true),
        ("<prefix>.<extractor>.<stream>", "shop.stripe.customers", false),
        ("raw-<stream>.<extractor>_x.<account>", "raw-customers.stripe_x.acme", true),
        ("<stream>", "customers", false),
    ])
    func `a template makes topics`(template: String, topic: String, namesAccount: Bool) throws {
        let parsed = try TopicTemplate(parsing: template)
        #expect(parsed.text == template)
        #expect(try parsed.topic(prefix: prefix, account: account, stream: stream) == topic)
        #expect(parsed.namesAccount == namesAccount)
    }

    @Test func `the standard template is its text`() throws {
        #expect(try TopicTemplate(parsing: "<prefix>.<extractor>.<account>.<stream>") == .standard)
    }

    @Test(arguments: [
        ("<prefix>.<account>", "leaves <stream> out"),
        ("<prefix>.<tenant>.<stream>", "holds <tenant>"),
        ("<prefix.<stream>", "holds <prefix.<stream>"),
        ("<prefix>.<stream", "does not close"),
        ("<account>-<stream>", "needs a \".\" before <stream>"),
        ("<account><stream>", "needs a \".\" before <stream>"),
        ("a b.<stream>", "holds \" \""),
    ])
    func `a template that could mix streams is refused`(template: String, message: String) throws {
        let error = try #require(throws: NameError.self) { try TopicTemplate(parsing: template) }
        #expect(error.message.contains(message))
    }

    @Test func `sluice's own topics are out of reach`() throws {
        let template = try TopicTemplate(parsing: "shop.sluice.<stream>")
        #expect(throws: NameError.self) {
            try template.topic(prefix: prefix, account: account, stream: stream)
        }
    }

    @Test func `a topic over Kafka's length is refused`() throws {
        let template = try TopicTemplate(parsing: String(repeating: "x", count: 240) + ".<stream>")
        #expect(throws: NameError.self) {
            try template.topic(prefix: prefix, account: account, stream: stream)
        }
    }

    @Test(arguments: [
        ("a.b", "a_b", true), ("a.b", "a.b", false), ("a.b_c", "a_b.c", true), ("a.b", "a-b", false),
    ])
    func `topics collide as Kafka's metrics do`(left: String, right: String, expected: Bool) {
        #expect(TopicTemplate.collide(left, right) == expected)
    }

    @Test func `own names stand apart from every account's`() throws {
        #expect(prefix.stateTopic == "shop.sluice.state")
        #expect(prefix.runsTopic == "shop.sluice.runs")
        #expect(prefix.versionsTopic == "shop.sluice.versions")
        #expect(prefix.commandsTopic == "shop.sluice.commands")
        #expect(prefix.schemasTopic == "shop.sluice.schemas")
        #expect(prefix.layoutTransactionalID == "shop.sluice.layout")
        #expect(prefix.transactionalID(of: account) == "shop.sluice.stripe.acme")
    }
}
