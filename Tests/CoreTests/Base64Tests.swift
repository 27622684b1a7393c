import Core
import Testing

struct Base64Tests {
    /// RFC 4648 §10.
    @Test(arguments: [
        ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"),
        ("foob", "Zm9vYg==", "Zm9vYg"), ("fooba", "Zm9vYmE=", "Zm9vYmE"), ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
        ("~~?>", "fn4/Pg==", "fn4_Pg"), ("~~>", "fn4+", "fn4-"),
    ])
    func `text goes there and back`(text: String, encoded: String, inAddresses: String) {
        let bytes = Array(text.utf8)
        #expect(Base64.encode(bytes) == encoded)
        #expect(Base64.decode(encoded) == bytes)
        #expect(Base64.encodeURL(bytes) == inAddresses)
    }

    @Test func `every byte goes there and back`() {
        for count in 0..<300 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ count) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: [
        "A", "AA", "AAA", "Zg=", "Zg===", "Z===", "====", "=", "Zm9v\n", "Zm9_", "Z g==", "Zh==", "Zm9=",
    ])
    func `what is none is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
