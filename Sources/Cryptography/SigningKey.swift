import CCrypto

/// A private RSA key that signs with SHA-256 (PKCS #1 v1.5, as JWT's RS256 has it).
@safe package final class SigningKey {
    /// Why a text is no key that can sign.
    package enum Problem: Error, Hashable, Sendable {
        /// No private key in PEM form, or a passphrase that does not open it.
        case unreadable
        /// A key, but not of RSA.
        case notRSA
    }

    private let key: OpaquePointer

    /// The key of a PEM text (PKCS #1 or #8), with its passphrase where it is encrypted.
    package init(pem: String, passphrase: String = "") throws(Problem) {
        let bytes = Array(pem.utf8)
        guard bytes.count <= 1 << 16 else { throw .unreadable }
        let found = unsafe bytes.withUnsafeBytes { buffer -> OpaquePointer? in
            let source = unsafe BIO_new_mem_buf(buffer.baseAddress, Int32(buffer.count))
            defer { unsafe BIO_free(source) }
            // With a text libcrypto asks no terminal for a passphrase, be it an empty one.
            var text = passphrase.utf8.map { CChar(bitPattern: $0) } + [0]
            return unsafe PEM_read_bio_PrivateKey(source, nil, nil, &text)
        }
        // What it says of a text that it cannot read would stay for whoever asks next.
        ERR_clear_error()
        guard let key = unsafe found else { throw .unreadable }
        guard unsafe EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else {
            unsafe EVP_PKEY_free(key)
            throw .notRSA
        }
        unsafe self.key = key
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// The signature of some bytes.
    package func sign(_ bytes: [UInt8]) -> [UInt8] {
        let digest = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(digest) }
        var count = 0
        var signature: [UInt8] = []
        var isSigned =
            unsafe EVP_DigestSignInit(digest, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestSign(digest, nil, &count, bytes, bytes.count) == 1
        if isSigned {
            signature = [UInt8](repeating: 0, count: count)
            isSigned = unsafe EVP_DigestSign(digest, &signature, &count, bytes, bytes.count) == 1
        }
        guard isSigned else { preconditionFailure("libcrypto cannot sign with this RSA key") }
        return Array(signature.prefix(count))
    }
}
