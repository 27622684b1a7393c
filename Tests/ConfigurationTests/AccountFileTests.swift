import Configuration
import Core
import JSON
import ProcessSupport
import Testing

struct AccountFileTests {
    @Test func readsEverything() throws {
        let text = """
            extractor: stripe
            account: acme
            settings:
              api_key: env:STRIPE_KEY
              limit: 50
              live: true
              id: 0012
              scopes: [a, b]
            streams: [charges, refunds]
            kafka:
              bootstrap: broker:9092
              set: {sasl.password: hunter2, linger.ms: 5}
            topic_prefix: saas
            topic_template: <prefix>.<stream>
            connection: {ca_file: ca.pem, proxy: none}
            """
        let file = try AccountFile.parse(Array(text.utf8), path: "conf/acme.yaml")
        #expect(file.extractor?.text == "stripe")
        #expect(file.account?.origin == .file("conf/acme.yaml", line: 2, column: 10))
        #expect(file.account?.text == "acme")
        #expect(file.streams?.map(\.text) == ["charges", "refunds"])
        #expect(file.streams?[1].origin == .file("conf/acme.yaml", line: 9, column: 20))
        #expect(file.settingsPlace == .file("conf/acme.yaml", line: 4, column: 3))
        #expect(file.topicPrefix?.text == "saas")
        #expect(file.topicTemplate?.text == "<prefix>.<stream>")
        #expect(file.connection.map(\.name) == ["ca_file", "proxy"])
        #expect(file.folder == "conf")
        #expect(file.settings.map(\.name) == ["api_key", "limit", "live", "id", "scopes"])
        #expect(file.settings[0].value == .text(Secret("env:STRIPE_KEY")))
        #expect(file.settings[3].value == .typed(.number("12"), written: "0012"))
        #expect(file.settings[4].value == .list([Secret("a"), Secret("b")]))
        #expect(file.settings[1].origin == .file("conf/acme.yaml", line: 5, column: 10))
        #expect(file.bootstrap?.value == .text(Secret("broker:9092")))
        #expect(file.kafka.map(\.name) == ["sasl.password", "linger.ms"])
        var dumped = ""
        dump(file, to: &dumped)
        #expect(!dumped.contains("hunter2") && !"\(file)".contains("hunter2"))
    }

    @Test(
        arguments: [
            ("extracter: x", "f.yaml:1:1: unknown key extracter; did you mean extractor?"),
            ("kafka: {bootstrap: a, sets: {}}", "f.yaml:1:23: unknown key sets; did you mean set?"),
            ("connection: {ca_fil: x}", "f.yaml:1:14: unknown key ca_fil; did you mean ca_file?"),
            ("settings: [a]", "f.yaml:1:11: a mapping (key: value) is needed here, not a list"),
            ("settings:\n  key:", "f.yaml:2:7: key has no value; give it one or remove the line"),
            (
                "settings: {key: {a: b}}",
                "f.yaml:1:17: key needs a text, a number, true or false, or a list of texts"
            ),
            ("streams: [a, b, a]", "f.yaml:1:17: the stream a stands here twice"),
            ("streams: []", "f.yaml:1:10: streams names none; leave the key out to read them all"),
            ("cron: '0 * * * *'", "f.yaml:1:1: unknown key cron; write when"),
            ("extractor: a\ntimezone: Europe/Berlin", "f.yaml:2:1: unknown key timezone; write time_zone"),
            ("to: {kafk: a}", "f.yaml:1:6: unknown key kafk; did you mean kafka?"),
            ("to: {kafka: {brokers: a}}", "f.yaml:1:14: unknown key brokers; known here: bootstrap, set"),
            (
                "to: {folder: out, topic_prefix: a}",
                "f.yaml:1:33: the events go to a folder or to Kafka, not to both; remove one of them"
            ),
            (
                "to: {folder: out}\ntopic_prefix: a",
                "f.yaml:2:15: topic_prefix stands beside to, which says where the events go; move it there"
            ),
            (
                "entities: {join_keys: {}}",
                "f.yaml:1:11: entities has no mode: add mode: beside, or instead"
            ),
            (
                "entities: {mode: beside, join_key: {}}",
                "f.yaml:1:26: unknown key join_key; did you mean join_keys?"
            ),
            ("entities: [beside]", "f.yaml:1:11: a text is needed here, not a list"),
            (
                "entities: {mode: beside, join_keys: {Customer: email}}",
                "f.yaml:1:48: Customer needs a list of names (email, phone), or names with fields of the record "
                    + "({loyalty: metadata.loyalty_id})"
            ),
            (
                "entities: {mode: beside, join_keys: {Customer: [email, email]}}",
                "f.yaml:1:56: the join key email stands here twice"
            ),
            ("account: [a]", "f.yaml:1:10: a text is needed here, not a list"),
            ("- a", "f.yaml:1:1: a mapping (key: value) is needed here, not a list"),
        ]
    )
    func refuses(_ text: String, _ message: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try AccountFile.parse(Array(text.utf8), path: "f.yaml")
        }
        #expect(error?.code == .badFile)
        #expect(error?.message == message)
    }

    @Test func tellsAllErrorsInTheirOrder() throws {
        let text = """
            extracter: stripe
            account: [a]
            settings: {api_key: {a: b}, live: {}}
            streams: [a, a]
            tz: UTC
            when: ["0 25 * * *", "0 4 * * *", "61 * * * *"]
            catchup: never
            jitter: soon
            priority: 5000
            exclude: [{dates: [13-45]}, {name: x}]
            kafka: {brokers: a}
            """
        let error = #expect(throws: ConfigurationError.self) {
            try AccountFile.parse(Array(text.utf8), path: "f.yaml")
        }
        #expect(error?.code == .several)
        let places = error?.parts.map { $0.message.split(separator: " ")[0] }
        #expect(
            places == [
                "f.yaml:1:1:", "f.yaml:2:10:", "f.yaml:3:21:", "f.yaml:3:35:", "f.yaml:4:14:",
                "f.yaml:5:1:", "f.yaml:6:8:", "f.yaml:6:35:", "f.yaml:7:10:", "f.yaml:8:9:",
                "f.yaml:9:11:", "f.yaml:10:20:", "f.yaml:10:29:", "f.yaml:11:9:",
            ]
        )
        #expect(error?.parts.allSatisfy { $0.codeText == "configuration.bad_file" } == true)
        #expect(error?.message.hasPrefix("14 errors:\n  f.yaml:1:1: unknown key extracter; did you") == true)
        #expect(
            error.map { "\($0)" }?.hasSuffix("known here: bootstrap, set [configuration.bad_file]") == true
        )
    }

    @Test func readsEntities() throws {
        let short = try AccountFile.parse(Array("to: {kafka: a, entities: beside}".utf8), path: "f.yaml")
        #expect(short.entities == PlacedText("beside", at: .file("f.yaml", line: 1, column: 26)))
        #expect(short.joinKeys == nil)
        let text = """
            to:
              kafka: a
              entities:
                mode: instead
                join_keys:
                  Customer: [email, phone]
                  Order: {loyalty: metadata.loyalty_id}
            """
        let file = try AccountFile.parse(Array(text.utf8), path: "f.yaml")
        #expect(file.entities?.text == "instead")
        let entities = try #require(file.joinKeys?.entities)
        #expect(entities.map(\.name.text) == ["Customer", "Order"])
        #expect(entities[0].name.origin == .file("f.yaml", line: 6, column: 7))
        #expect(entities[0].keys.map(\.name.text) == ["email", "phone"])
        #expect(entities[0].keys[1].name.origin == .file("f.yaml", line: 6, column: 25))
        #expect(entities[0].keys[1].path == nil)
        #expect(entities[1].keys[0].name.text == "loyalty")
        #expect(
            entities[1].keys[0].path
                == PlacedText("metadata.loyalty_id", at: .file("f.yaml", line: 7, column: 24))
        )
        // What an account's own file says of it, wherever it stands there.
        let same = try AccountFile.parse(Array(("\n" + text).utf8), path: "g.yaml")
        #expect(file.declaresSame(as: same))
        let other = text.replacing("[email, phone]", with: "[email]")
        #expect(!file.declaresSame(as: try AccountFile.parse(Array(other.utf8), path: "f.yaml")))
        #expect(!short.declaresSame(as: file) && !file.declaresSame(as: short))
        let named = try AccountFile.parse(Array("to: {kafka: a}".utf8), path: "h.yaml")
        #expect(named.declared(by: file).joinKeys == file.joinKeys)
    }

    @Test func readsDestinations() throws {
        let text = """
            extractor: stripe
            to:
              kafka: {bootstrap: "broker:9092", set: {linger.ms: 5}}
              topic_prefix: saas
              topic_template: <prefix>.<stream>
            """
        let file = try AccountFile.parse(Array(text.utf8), path: "f.yaml")
        #expect(file.bootstrap?.value == .text(Secret("broker:9092")))
        #expect(file.kafka.map(\.name) == ["linger.ms"])
        #expect(file.topicPrefix?.origin == .file("f.yaml", line: 4, column: 17))
        #expect(file.topicTemplate?.text == "<prefix>.<stream>")
        #expect(file.destinationFolder == nil)

        let short = try AccountFile.parse(Array("to: {kafka: 'a:1,b:2'}".utf8), path: "f.yaml")
        #expect(short.bootstrap?.value == .text(Secret("a:1,b:2")))
        #expect(short.bootstrap?.origin == .file("f.yaml", line: 1, column: 13))

        let folder = try AccountFile.parse(Array("to: {folder: out}".utf8), path: "f.yaml")
        #expect(folder.destinationFolder == PlacedText("out", at: .file("f.yaml", line: 1, column: 14)))
        #expect(folder.bootstrap == nil)
    }

    @Test func load() throws {
        let folder = TemporaryFolder()
        let file = try AccountFile.load(folder.write("a.yaml", "account: acme\n"))
        #expect(file.account?.text == "acme")
        #expect(file.folder == folder.path)
        let error = #expect(throws: ConfigurationError.self) {
            try AccountFile.load("\(folder.path)/none.yaml")
        }
        #expect(error?.code == .unreadableFile)
    }
}
