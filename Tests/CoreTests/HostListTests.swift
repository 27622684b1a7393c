import Core
import Testing

@Suite struct HostListTests {
    let list = HostList(patterns: [
        "api.example.com", "files.example.com:8443", "*.zendesk.com", "*.local.test:81", "127.0.0.1",
        "[::1]:5",
        "https://no.example.com/", "*.", "*",
    ])

    @Test(arguments: [
        ("https://api.example.com/x", true),
        ("https://API.EXAMPLE.COM/x", true),
        ("https://api.example.com:8443/x", false),
        ("https://api.example.com.evil.com/", false),
        ("https://evil-api.example.com/", false),
        ("https://files.example.com:8443/", true),
        ("https://files.example.com/", false),
        ("https://acme.zendesk.com/", true),
        ("https://a.b.zendesk.com/", true),
        ("https://zendesk.com/", false),
        ("https://evilzendesk.com/", false),
        ("https://x.local.test:81/", true),
        ("https://x.local.test/", false),
        ("http://127.0.0.1:34567/", true),
        ("http://[::1]:5/", true),
        ("http://[::1]:6/", false),
        ("https://no.example.com/", false),
        ("https://anything/", false),
    ])
    func allows(_ address: String, _ expected: Bool) throws {
        #expect(list.allows(try HTTPAddress(parsing: address)) == expected)
    }

    @Test func namesTheHostAndTheRemedyButNoQuery() throws {
        let address = try HTTPAddress(parsing: "https://evil.com/next?api_key=secret")
        let error = #expect(throws: HTTPError.self) { try list.check(address) }
        #expect(error?.code == .forbiddenHost)
        #expect(error?.message.contains("evil.com") == true)
        #expect(error?.message.contains("`hosts`") == true)
        #expect(error?.message.contains("secret") == false)
    }

    @Test func plainHTTPStaysOnThisMachine() throws {
        let error = #expect(throws: HTTPError.self) {
            try list.check(try HTTPAddress(parsing: "http://api.example.com/x?token=secret"))
        }
        #expect(error?.code == .insecure)
        #expect(error?.message.contains("secret") == false)
        try list.check(try HTTPAddress(parsing: "http://127.0.0.1:99/x"))
    }
}
