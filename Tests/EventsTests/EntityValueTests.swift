import Core
import JSON
import Testing

@testable import Events

@Suite("The values of entities")
struct EntityValueTests {
    @Test(
        "a time is in UTC with the digits that were told",
        arguments: [
            ("1764071999", "2025-11-25T11:59:59Z"), ("1764071999123", "2025-11-25T11:59:59.123Z"),
            ("0", "1970-01-01T00:00:00Z"), ("-1", "1969-12-31T23:59:59Z"),
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
            ("2026-01-02T03:04:05.6+0530", "2026-01-01T21:34:05.6Z"),
            ("2026-01-02T03:04:05.123456789123Z", "2026-01-02T03:04:05.123456789Z"),
            ("2026-01-31", "2026-01-31"), ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
            ("2026-02-30", nil), ("tomorrow", nil), ("", nil), ("99999999999999999", nil),
            ("9999-99-99T00:00:00Z", nil),
        ] as [(String, String?)]
    )
    func time(_ text: String, _ expected: String?) { #expect(EntityTime.text(text) == expected) }

    @Test(
        "a phone number by its digits",
        arguments: [
            ("+49 (30) 1234-5", "+493012345"), ("0049 30 12345", "+493012345"), ("(030) 12345", "03012345"),
            ("+1 555 0100 ext. 7", "+15550100"), (" unknown ", "unknown"), ("", ""),
        ]
    )
    func phone(_ text: String, _ expected: String) { #expect(ContactText.phone(text) == expected) }

    @Test("an e-mail address in small letters, without white space around it")
    func email() { #expect(ContactText.email("\t Ä.B@C.De\n") == "ä.b@c.de") }

    @Test(
        "an amount keeps its value, whatever the currency and however it is written",
        arguments: [
            ("100", "EUR", true, "100", 2), ("100", "JPY", true, "100", 0), ("100", "CLF", true, "100", 4),
            ("1.00", "EUR", false, "100", 2), ("1", "JPY", false, "1", 0), ("-0.5", "KWD", false, "-500", 3),
            ("1E-5", "EUR", false, "1", 5), ("0e99", "EUR", false, "0", 2), ("12e2", "EUR", true, "1200", 2),
        ]
    )
    func money(_ amount: String, _ code: String, _ isMinor: Bool, _ minor: String, _ exponent: Int) throws {
        let lexeme = Array(amount.utf8)[...]
        let money = try #require(
            isMinor ? MoneyText(minor: lexeme, code, CurrencyTable()) : MoneyText(major: lexeme, code)
        )
        var text: [UInt8] = []
        money.append(to: &text)
        #expect(
            String(decoding: text, as: UTF8.self)
                == #"{"minor":\#(minor),"currency":"\#(code)","exponent":\#(exponent)}"#
        )
    }

    @Test(
        "an amount that would take a screen to write is none",
        arguments: ["1e41", "1e-45", "1e999999999999"]
    )
    func noMoney(_ amount: String) { #expect(MoneyText(major: Array(amount.utf8)[...], "EUR") == nil) }
}
