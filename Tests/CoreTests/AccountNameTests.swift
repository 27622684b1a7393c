import Core
import Testing

struct AccountNameTests {
    @Test(arguments: ["stripe/acme", "a/b", "zen-desk/0", String(repeating: "e", count: 40) + "/a"])
    func `a well-formed name keeps its text`(text: String) throws {
        #expect(try AccountName(text).text == text)
    }

    @Test(arguments: [
        ("stripe", "write it as <extractor>/<account>"),
        ("stripe/acme/x", "write it as <extractor>/<account>"),
        ("/acme", "the extractor is empty"),
        ("stripe/", "the account is empty"),
        ("Stripe/acme", "holds \"S\""),
        ("stripe/ac_me", "holds \"_\""),
        ("stripe/ac.me", "holds \".\""),
        ("stripe/é", "holds"),
        ("sluice/acme", "kept for sluice's own topics"),
        ("stripe/entity", "kept for sluice's own topics"),
        (String(repeating: "e", count: 41) + "/a", "at most 40"),
        ("e/" + String(repeating: "a", count: 64), "at most 63"),
    ])
    func `a name that breaks a rule says which`(text: String, message: String) throws {
        let error = try #require(throws: NameError.self) { try AccountName(text) }
        #expect(error.message.contains(message))
        #expect(error.exitCode == .configuration)
    }

    @Test(arguments: ["customers", "Account", "a_b-C9"])
    func `streams take upper case and underscores`(text: String) throws {
        #expect(try StreamName(text).text == text)
    }

    @Test(arguments: ["", "a.b", "a/b", "a b", "sluice", String(repeating: "s", count: 81)])
    func `streams refuse the rest`(text: String) {
        #expect(throws: NameError.self) { try StreamName(text) }
    }

    /// Pinned: an account that moved to another partition would read its bookmarks as absent (I2).
    @Test(arguments: [("stripe/acme", 64), ("zendesk/acme", 64), ("hubspot/emea", 64)])
    func `an account stays in its partition`(text: String, partitions: Int) throws {
        let expected = [
            "stripe/acme": Int32(26), "zendesk/acme": Int32(9), "hubspot/emea": Int32(41),
        ]
        #expect(try AccountName(text).statePartition(of: partitions) == expected[text])
    }
}
