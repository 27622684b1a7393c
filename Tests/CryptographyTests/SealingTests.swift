import Testing

@testable import Cryptography

@Suite struct AESGCMTests {
    private static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }

    /// Cases 13 to 16 of McGrew and Viega, "The Galois/Counter Mode of Operation".
    @Test(
        arguments: [
            (
                String(repeating: "00", count: 32), String(repeating: "00", count: 12), "", "", "",
                "530f8afbc74536b9a963b4f1c4cb738b"
            ),
            (
                String(repeating: "00", count: 32), String(repeating: "00", count: 12), "",
                String(repeating: "00", count: 16), "cea7403d4d606b6e074ec5d3baf39d18",
                "d0d1c8a799996bf0265b98b5d48ab919"
            ),
            (
                "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
                "cafebabefacedbaddecaf888",
                "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
                "76fc6ece0f4e1768cddf8853bb2d551b"
            ),
        ]
    )
    func sealsAsPublished(
        key: String,
        nonce: String,
        context: String,
        text: String,
        sealed: String,
        tag: String
    ) {
        let key = Self.bytes(key)
        let result = AESGCM.seal(
            Self.bytes(text),
            key: key,
            nonce: Self.bytes(nonce),
            context: Self.bytes(context)
        )
        #expect(result == Self.bytes(nonce + sealed + tag))
        #expect(AESGCM.open(result, key: key, context: Self.bytes(context)) == Self.bytes(text))
    }

    @Test(arguments: [0, 1, 15, 16, 17, 1000])
    func whatIsChangedDoesNotOpen(count: Int) {
        let key = (0..<32).map { UInt8($0) }
        let text = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let sealed = AESGCM.seal(text, key: key, context: [1, 2])
        #expect(AESGCM.open(sealed, key: key, context: [1, 2]) == text)
        #expect(AESGCM.open(sealed, key: key.reversed(), context: [1, 2]) == nil)
        #expect(AESGCM.open(sealed, key: key, context: [1, 3]) == nil)
        for index in [0, 11, 12, sealed.count - 17, sealed.count - 1] {
            var changed = sealed
            changed[index] ^= 1
            #expect(AESGCM.open(changed, key: key, context: [1, 2]) == nil)
        }
        #expect(AESGCM.open(Array(sealed.dropLast()), key: key, context: [1, 2]) == nil)
        #expect(AESGCM.open([], key: key, context: [1, 2]) == nil)
    }

    @Test func nonceIsNewEachTime() {
        let key = [UInt8](repeating: 7, count: 32)
        let sealed = (0..<100).map { _ in AESGCM.seal([1], key: key, context: []) }
        #expect(Set(sealed).count == 100)
    }
}

@Suite struct SigningKeyTests {
    /// Made for this test alone (`openssl genrsa -traditional 1024`).
    private static let plain = """
        -----BEGIN RSA PRIVATE KEY-----
        MIICXAIBAAKBgQCUnQbCM/sN2A1dGQv25MY61HhNl9u/RSHsIRN/Ofq5oCnSRlfe
        jVUzs1v2FHBCWt0D2aYp4Nq2MZZd0eUN+0xyutXRzvXoEtoXmMy38S56mG/Rzmb6
        rCg0Z5lPEFXKXsdGsyhzsQwczvDaMvpaA7fcS5UjFZ9juMu4azAaQc3U8wIDAQAB
        AoGAVUPWmdu7AdFgsXZqX+gYN66pq1MieBYRBWpgxlEcoh3bgNJtHboXFUelzoUh
        d2Csh8X7SPHCal/+9qszcRcqX5Uwec77YcR385KkRBmgSahHk7pOAHH9O2YnoGKI
        n9ljq4qfsRe+wJ93pZAuwKxwXqJ3yfirNyp29V4fjkM4sYkCQQDEyKX5jTeyZCmK
        mXmoeOJozXP8baE824xuQ7KDd3hgbRNXlvsXIVcZSrj3yRrnIWvs9Na1XoEqh0FA
        mqBExP1PAkEAwVWLNVnCkBf5hEO24zOKMqmQFj/yVhcj2VCOWpNDPWTZbKmRVTqY
        8zp7rJp2o5wywx0957ltdiGNs4wuNpXtHQJAA3+Bm88L12r6ZhFWXU1Q0QYd8rXM
        MPXCKE+hw76C8EvgFSWE7yNTlgqDATyc8tDgR0UO8AhvCV+AJHLbOH279wJAZaIm
        sEEjesRfsxw1xHKPr9pbmJa9Omynt9IVQ6AutNOTSQBLGlbXmOWhpjb9Lz0polB4
        /pwH4xX4e+6xTJi8MQJBAIZ+wo51uc4uF1EEdUCRgy5v6BRVXhhJtn+gLTgjYkR4
        f9n+dAyAxwmKDHm4QRJn+U1ukW8N2f6TDVPJrz3ZMjk=
        -----END RSA PRIVATE KEY-----
        """
    /// The same key under the passphrase `geheim` (PKCS #8).
    private static let encrypted = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIIC3TBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIdlUyuY2F8fUCAggA
        MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBBfPqAsn+7JPVhG3MqshTNYBIIC
        gA90CPagR4jmiDT5q3bd8VZXyqipCBJkzYWZVnupaZgQhLVPifIXvbD3svQro6xV
        3P9ZrQW0qJ8tYfAInYpCLa0x1tOP8B4qoxLp3B7nXnPljO/Pyro3dTNATtYp/EIT
        Cf87RtX/clRefNWBsz5GvgyWSAcHQZADAfpc3A4S151x371arnnzDfFMZTIYal2s
        YoMFZwd8/ELCSd72EwhpKfwdyRcdnLELAoIbvCd/PMYol0WH2NzNIo9wQQZHmYzV
        K1/FWuv7X+mktWmB8BdzPwNkxfN262TNkI9ty3PHyE+7akfukQ5JF+prsmg1RHZF
        RNL3kQM9zf7T92xvWM6HYCwDXLhe7y/UQ+yYLyJf8dCNanM9+gTIQyn69wreuB7K
        0Am0P5MKDa0PWVNGL6MY8eT7zv7P5KD9ZcJuSn7xlUPyGLdR1OpBCXuft1QYN5kv
        A6koM+6GqlbCI5/ym185ozb7edtdESuYgvErTGf4WAZVUotG2hK+NH7NFRnENWZ0
        33YopjkFR04/pbY27KiR3TZjGUCGLz7EHobZ0JbbZZeTKfwT0/+puzH6InX9D1sr
        M5jelbmuivYTD7iI8IOfSTB2TX/lN1g+BGk+WzIqirpX6/JNlU0gHcW62jtzo5+H
        /lwynLt/i9QUrL8Q6K9aXX1QJdaqyFQtlxA8281LRG9oCZSD/Q3QS/29CL43/Qgs
        KE4KOxGxGp+9Igz3IWA7uG8r9i3/29x2Lqb8YYDF77ClJOiI+kbr6Lge02tz/qBH
        HaJ7by/duuF0X+4SF5L9fc7rP5MdPguqlRKEJBVBBEd1w3iAM98mKXRwW3zwDo+n
        eZ11KP+bL+ek4uSVGMTOJVI=
        -----END ENCRYPTED PRIVATE KEY-----
        """
    private static let elliptic = """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIP5Z1fZ0thS2jrn564vr/lgxP+zViH1eDyjx0FWz9fd1oAoGCCqGSM49
        AwEHoUQDQgAENSIkj+jwvayg07+INlE077r+gds/Bs23M9jyQY76wyN+B++eTMAy
        na2N74H8vldB3vkTMRyMxpDhBvx74oM66w==
        -----END EC PRIVATE KEY-----
        """
    /// `openssl dgst -sha256 -sign` of "hello": the form is deterministic.
    private static let signature =
        "59e4357462c95f9c7103a869fe5fad5c151fd62ccf29704d7ed7f8bc6070c9db"
        + "12ad75f7d119d04ec8bf0e8d05a6047f1a410b8c9b3b8b738cb43fe9be182ab0"
        + "8b2224be53a8cddf22e288e4c7c76ac7309c2f2d20b0535d8461722c2c3afadc"
        + "3dc27904dd0dd7454283865bec9bda8a964752e90bce47a0d9556e03e154b9bc"

    @Test(arguments: [(plain, ""), (plain, "needless"), (encrypted, "geheim")])
    func signsAsTheCommandDoes(pem: String, passphrase: String) throws {
        let key = try SigningKey(pem: pem, passphrase: passphrase)
        #expect(Digest.hex(key.sign(Array("hello".utf8))) == Self.signature)
    }

    @Test(
        arguments: [
            (encrypted, "", .unreadable), (encrypted, "falsch", .unreadable), ("", "", .unreadable),
            ("abc", "", .unreadable), (elliptic, "", .notRSA),
            (String(plain.prefix(300)), "", .unreadable),
        ] as [(String, String, SigningKey.Problem)]
    )
    func whatCannotSignIsRefused(pem: String, passphrase: String, problem: SigningKey.Problem) {
        #expect(throws: problem) { try SigningKey(pem: pem, passphrase: passphrase) }
    }
}
