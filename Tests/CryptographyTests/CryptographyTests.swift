import Cryptography
import Testing

@Suite struct CryptographyTests {
    /// FIPS 180-4's examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func digests(text: String, digest: String) {
        #expect(Digest.hex(Digest.sha256(Array(text.utf8))) == digest)
        var hex = Array("x".utf8)
        Digest.appendHex128(ofSHA256: Array(text.utf8), to: &hex)
        #expect(String(decoding: hex, as: UTF8.self) == "x" + digest.prefix(32))
    }

    @Test func digestsAMillionBytes() {
        let digest = Digest.sha256(Array(repeating: UInt8(ascii: "a"), count: 1_000_000))
        #expect(Digest.hex(digest) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    /// RFC 4231's cases 1, 2, 6 and 7, and the empty key.
    @Test(
        arguments: [
            (
                Array(repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                Array(repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                Array(repeating: 0xAA, count: 131),
                "This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.",
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
            ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
        ] as [([UInt8], String, String)]
    )
    func authenticates(key: [UInt8], text: String, code: String) {
        #expect(Digest.hex(HMAC.sha256(key: key, of: Array(text.utf8))) == code)
    }

    @Test(
        arguments: [
            ([], [], true),
            ([], [1], false),
            ([1, 2, 3], [1, 2, 3], true),
            ([1, 2, 3], [1, 2, 4], false),
            ([0, 2, 3], [1, 2, 3], false),
            ([1, 2], [1, 2, 3], false),
        ] as [([UInt8], [UInt8], Bool)]
    )
    func compares(left: [UInt8], right: [UInt8], isEqual: Bool) {
        #expect(ConstantTime.isEqual(left, right) == isEqual)
    }
}
