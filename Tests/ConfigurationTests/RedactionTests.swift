import Core
import Testing

struct RedactionTests {
    @Test(
        arguments: [
            ("token tok/en+1 in a text", "token ••• in a text"),
            ("a=tok%2Fen%2B1&b=2", "a=•••&b=2"),
            ("a=tok%2fen%2b1", "a=•••"),
            ("dG9rL2VuKzE=", "•••"),
            ("nothing here", "nothing here"),
            ("", ""),
            ("tok/en+1tok/en+1", "••••••"),
            ("tok/en+", "tok/en+"),
        ]
    )
    func forms(_ text: String, _ expected: String) {
        #expect(Redaction(secrets: ["tok/en+1"])(text) == expected)
    }

    @Test func shortSecretsStay() {
        #expect(Redaction(secrets: ["abc", ""])("abc def") == "abc def")
        #expect(Redaction(secrets: [])("abc") == "abc")
    }

    @Test func overlapsLeaveNoEnd() {
        let redaction = Redaction(secrets: ["abcdef", "defghi", "cdef"])
        #expect(redaction("<abcdefghi>") == "<•••>")
        #expect(redaction("<bcdef>") == "<b•••>")
    }

    @Test func spacesAndQuotes() {
        let redaction = Redaction(secrets: ["my \"pass\\word"])
        #expect(redaction("p=my+%22pass%5Cword&x") == "p=•••&x")
        #expect(redaction(#"{"p":"my \"pass\\word"}"#) == #"{"p":"•••"}"#)
    }

    @Test func linesOfAKey() {
        let key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n"
        let redaction = Redaction(secrets: [key])
        #expect(redaction("line MIIEvQIBADANBgkq of it") == "line ••• of it")
    }

    /// Within `user:password` in base64 the password's letters depend on where it begins.
    @Test(arguments: ["", "u", "us", "user:", "somebody@example.com/token:"])
    func base64OfALongerText(_ before: String) {
        let secret = "correct-horse-battery"
        let encoded = Base64.encode(Array((before + secret + ":x").utf8))
        let shown = Redaction(secrets: [secret])(encoded)
        #expect(shown.contains("•••"))
        // At most the letters at the ends, which hold bits of the neighbours, are left.
        #expect(
            shown.replacing("•••", with: "").utf8.count <= Base64.encode(Array(before.utf8)).utf8.count + 8
        )
    }

    @Test func secretShowsNothing() {
        let secret = Secret("hunter2-hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(!text.contains("hunter2"))
        }
        #expect("\(secret)" == "•••")
        #expect(secret.revealed == "hunter2-hunter2")
    }
}

struct Base64Tests {
    @Test(
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"), ("ÿ>?", "w78+Pw=="),
        ]
    )
    func encodes(_ text: String, _ expected: String) {
        #expect(Base64.encode(Array(text.utf8)) == expected)
    }
}
