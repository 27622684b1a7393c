import Core
import JSON
import Testing

@testable import Events

@Suite("What becomes of one personal value")
struct PersonalValueTests {
    static let key = PrivacyKey(Secret("0123456789abcdef0123456789abcdef"))

    private func treated(_ token: String, _ action: PrivacyAction, _ kind: PersonalKind) -> String {
        var values: [UInt8] = []
        let scalar = PersonalValue(key: Self.key)
        guard scalar.append(Array(token.utf8)[...], Treatment(action, kind), to: &values) else {
            return token
        }
        return String(decoding: values, as: UTF8.self)
    }

    @Test(
        "a mask leaves nothing of a value but an e-mail address's domain",
        arguments: [
            (#""ann@shop.example""#, PersonalKind.email, #""***@shop.example""#),
            (#""Ann@b\u00fccher.example ""#, .email, #""***@bücher.example""#),
            (#""Ann <ann@shop.example>""#, .email, #""***""#),
            (#""a@b.c, d@e.f""#, .email, #""***""#),
            (#""ann@""#, .email, #""***""#),
            (#""ann@\ud83d""#, .email, #""***@�""#),
            (#""ann""#, .email, #""***""#),
            (#""ann@shop.example""#, .name, #""***""#),
            (#""Zoë \ud83d""#, .name, #""***""#),
            (#""""#, .name, #""""#),
            (#"" \t\n ""#, .name, #"" \t\n ""#),
            (#"" \\n ""#, .name, #""***""#),
            (#""ntr""#, .name, #""***""#),
            ("1234567890123456789", .id, "null"),
            ("-1.5e3", .other, "null"),
            ("true", .other, "null"),
            ("null", .other, "null"),
        ]
    )
    func mask(_ token: String, _ kind: PersonalKind, _ expected: String) {
        #expect(treated(token, .mask, kind) == expected)
        #expect(treated(expected, .mask, kind) == expected, "once more it is the same")
    }

    @Test(
        "the same value has the same token however it is written, by its kind",
        arguments: [
            (PersonalKind.email, #""ann@shop.example""#, #"" Ann@SHOP.example""#, true),
            (.email, #""ann@shop.example""#, #""\u0061nn@shop.example""#, true),
            (.email, #""ann@shop.example""#, #""bob@shop.example""#, false),
            (.name, #""Ann""#, #""ann""#, false),
            (.name, #""Zo\u00eb""#, #""Zoë""#, true),
            (.phone, #""+49 (30) 12-34""#, #""0049301234""#, true),
            (.phone, #""030 1234""#, #""+49301234""#, false),
            (.id, "1234567890123456789", #""1234567890123456789""#, true),
            (.id, "1234567890123456789", "1234567890123456788", false),
            (.id, "1.0", "1", false),
            (.text, #""a\/b""#, #""a/b""#, true),
        ]
    )
    func token(_ kind: PersonalKind, _ one: String, _ other: String, _ isSame: Bool) {
        let token = treated(one, .hash, kind)
        #expect((token == treated(other, .hash, kind)) == isSame)
        let content = Array(token.utf8.dropFirst().dropLast())
        #expect(PrivacyKey.isToken(content[...]))
        #expect(content.count == PrivacyKey.tokenLength)
    }

    @Test("a token names its key by an id, and is the HMAC of the value's normal form")
    func knownToken() throws {
        // printf 'ann@shop.example' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        let key = try #require(Self.key)
        #expect(
            treated(#""Ann@Shop.example""#, .hash, .email)
                == #""pii:\#(key.id):b050fa1539aaffad17ec2f4b3357cf31""#
        )
        let other = try #require(PrivacyKey(Secret("another key of thirty-two bytes!")))
        #expect(other.id != key.id)
        #expect(PrivacyKey(Secret("thirty-one bytes are not enough")) == nil)
        // I6: nothing that prints or dumps a key shows it.
        var dumped = "\(key) \(String(reflecting: key)) "
        dump(
            RecordProtection([.init(path: ["a"], treatment: Treatment(.hash, .text))], key: key),
            to: &dumped
        )
        #expect(
            !dumped.contains("0123456789abcdef") && !dumped.contains("48, 49")
                && !dumped.contains("\n            - 48")
        )
    }

    @Test(
        "what is nobody's or was protected before stays under a hash",
        arguments: [
            "null", #""""#, #""  ""#, #""pii:0123abcd:0123456789abcdef0123456789abcdef""#, #""***""#,
            #""***@shop.example""#,
        ]
    )
    func stays(_ token: String) {
        for kind in PersonalKind.allCases { #expect(treated(token, .hash, kind) == token) }
    }

    @Test(
        "what only looks like a token or a mask is hashed",
        arguments: [
            #""pii:0123abcd:0123456789abcdef0123456789abcdeF""#, #""pii:0123abcd:0123""#,
            #""*** Ann""#, #""***@shop.example, Ann""#, #""****""#,
            #""pix:0123abcd:0123456789abcdef0123456789abcdef""#,
        ]
    )
    func isHashed(_ token: String) { #expect(treated(token, .hash, .text) != token) }

    @Test("a truth value has no token: there are but two of them", arguments: ["true", "false"])
    func truth(_ token: String) { #expect(treated(token, .hash, .other) == "null") }
}
