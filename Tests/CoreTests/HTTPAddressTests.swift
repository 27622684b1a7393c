import Core
import Testing

@Suite struct HTTPAddressTests {
    @Test(arguments: [
        ("https://api.example.com", "https://api.example.com/"),
        ("HTTPS://API.Example.COM:443/V1?A=b#frag", "https://api.example.com/V1?A=b"),
        ("http://127.0.0.1:80/", "http://127.0.0.1/"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
        ("https://h:/x", "https://h/x"),
        ("https://[::1]:9/x", "https://[::1]:9/x"),
        ("https://h?x", "https://h/?x"),
        ("https://h/?", "https://h/?"),
        ("https://h/a b/\u{e9}?q=\"x\"|{y}", "https://h/a%20b/%C3%A9?q=%22x%22%7C%7By%7D"),
        ("https://h/p?page[size]=1&next=https://x/y?z", "https://h/p?page[size]=1&next=https://x/y?z"),
        ("https://h/a%2Fb", "https://h/a%2Fb"),
    ])
    func parses(_ text: String, _ expected: String) throws {
        #expect(try HTTPAddress(parsing: text).text == expected)
    }

    @Test(arguments: [
        "", "/relative", "api.example.com/x", "ftp://h/x", "file:///etc/passwd", "https:", "https:/x",
        "https://",
        "https:///x", "https://user@h/", "https://user:pass@h/", "https://good.com@evil.com/",
        "https://good.com\\@evil.com/", "https://h\\x/", "https://h:0/", "https://h:65536/", "https://h:+1/",
        "https://h:1a/", "https://[::1/", "https://[x]/", "https://[1]/", "https://[::1]x/",
        "https://ex\u{e4}mple/",
        "https://h/\r\nX: y", "https://h/\u{0}", "https://h%2e/", "https://.h/", "https://a b/",
    ])
    func refuses(_ text: String) throws {
        let error = #expect(throws: HTTPError.self) { try HTTPAddress(parsing: text) }
        #expect(error?.code == .badAddress)
        #expect(error?.message.contains("pass") != true)
    }

    /// RFC 3986 §5.4.1 and §5.4.2, with fragments dropped.
    @Test(arguments: [
        ("g", "http://a/b/c/g"),
        ("./g", "http://a/b/c/g"),
        ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"),
        ("//g", "http://g/"),
        ("?y", "http://a/b/c/d;p?y"),
        ("g?y", "http://a/b/c/g?y"),
        ("#s", "http://a/b/c/d;p?q"),
        ("g#s", "http://a/b/c/g"),
        ("g?y#s", "http://a/b/c/g?y"),
        (";x", "http://a/b/c/;x"),
        ("g;x", "http://a/b/c/g;x"),
        ("g;x?y#s", "http://a/b/c/g;x?y"),
        ("", "http://a/b/c/d;p?q"),
        (".", "http://a/b/c/"),
        ("./", "http://a/b/c/"),
        ("..", "http://a/b/"),
        ("../", "http://a/b/"),
        ("../g", "http://a/b/g"),
        ("../..", "http://a/"),
        ("../../", "http://a/"),
        ("../../g", "http://a/g"),
        ("../../../g", "http://a/g"),
        ("../../../../g", "http://a/g"),
        ("/./g", "http://a/g"),
        ("/../g", "http://a/g"),
        ("g.", "http://a/b/c/g."),
        (".g", "http://a/b/c/.g"),
        ("g..", "http://a/b/c/g.."),
        ("..g", "http://a/b/c/..g"),
        ("./../g", "http://a/b/g"),
        ("./g/.", "http://a/b/c/g/"),
        ("g/./h", "http://a/b/c/g/h"),
        ("g/../h", "http://a/b/c/h"),
        ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
        ("g;x=1/../y", "http://a/b/c/y"),
        ("g?y/./x", "http://a/b/c/g?y/./x"),
        ("g?y/../x", "http://a/b/c/g?y/../x"),
        ("g#s/./x", "http://a/b/c/g"),
        ("https://other/x/../y?z", "https://other/y?z"),
        ("./a:b", "http://a/b/c/a:b"),
    ])
    func resolves(_ reference: String, _ expected: String) throws {
        let base = try HTTPAddress(parsing: "http://a/b/c/d;p?q")
        #expect(try base.resolving(reference).text == expected)
    }

    @Test(arguments: ["g:h", "http:g", "javascript:alert(1)", "//user@evil/", "a:b", "//"])
    func resolvesNoLinkElsewhere(_ reference: String) throws {
        let base = try HTTPAddress(parsing: "http://a/b/c/d;p?q")
        let error = #expect(throws: HTTPError.self) { try base.resolving(reference) }
        #expect(error?.code == .badAddress)
    }

    @Test(arguments: [
        ("http://localhost/", true),
        ("http://127.0.0.1/", true),
        ("http://127.255.0.9:8/", true),
        ("http://[::1]/", true),
        ("http://127.1/", false),
        ("http://127.0.0.1.example.com/", false),
        ("http://127.0.0.256/", false),
        ("http://127.0.0.01/", false),
        ("http://128.0.0.1/", false),
        ("http://localhost.example.com/", false),
        ("http://0.0.0.0/", false),
        ("http://[::2]/", false),
    ])
    func knowsLoopback(_ text: String, _ expected: Bool) throws {
        #expect(try HTTPAddress(parsing: text).isLoopback == expected)
    }

    @Test(arguments: [
        ("https://h/p", "https://h/p?page=2"),
        ("https://h/p?", "https://h/p?page=2"),
        ("https://h/p?a=1", "https://h/p?a=1&page=2"),
        ("https://h/p?page=1&a=1&page=7", "https://h/p?page=2&a=1"),
        ("https://h/p?%70age=1&a", "https://h/p?page=2&a"),
        ("https://h/p?pages=1&xpage=2", "https://h/p?pages=1&xpage=2&page=2"),
    ])
    func setsAParameter(_ text: String, _ expected: String) throws {
        #expect(try HTTPAddress(parsing: text).setting(query: "page", to: "2").text == expected)
    }

    @Test func encodesValues() throws {
        let address = try HTTPAddress(parsing: "https://h/?page[after]=x")
        #expect(
            address.setting(query: "page[after]", to: "a b&c=d/\u{20ac}+%").text
                == "https://h/?page%5Bafter%5D=a%20b%26c%3Dd%2F%E2%82%AC%2B%25"
        )
    }

    @Test func logsNoQuery() throws {
        let address = try HTTPAddress(parsing: "https://h:444/p?token=secret")
        #expect(address.logged == "https://h:444/p")
    }
}
