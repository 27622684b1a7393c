import CCrypto

/// Authenticated encryption: AES with a key of 256 bits in Galois/Counter Mode (NIST SP 800-38D).
package enum AESGCM {
    package static let keyByteCount = 32
    static let nonceByteCount = 12
    static let tagByteCount = 16

    /// The text under a random nonce: nonce, ciphertext and tag, in this order.
    ///
    /// `context` is not in the result, and must be the same when it is opened. Nonces of 96 random bits are safe for
    /// 2³² texts under one key.
    package static func seal(_ text: [UInt8], key: [UInt8], context: [UInt8]) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        let nonce = (0..<nonceByteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
        return seal(text, key: key, nonce: nonce, context: context)
    }

    static func seal(_ text: [UInt8], key: [UInt8], nonce: [UInt8], context: [UInt8]) -> [UInt8] {
        precondition(key.count == keyByteCount && nonce.count == nonceByteCount, "a key of 256 bits")
        let cipher = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(cipher) }
        var count: Int32 = 0
        var sealed = [UInt8](repeating: 0, count: text.count)
        var tag = [UInt8](repeating: 0, count: tagByteCount)
        let isSealed =
            unsafe EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), nil, key, nonce) == 1
            && EVP_EncryptUpdate(cipher, nil, &count, context, Int32(context.count)) == 1
            && EVP_EncryptUpdate(cipher, &sealed, &count, text, Int32(text.count)) == 1
            // GCM has nothing left to write at the end, but asks for a place.
            && EVP_EncryptFinal_ex(cipher, &tag, &count) == 1
            && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, Int32(tagByteCount), &tag) == 1
        guard isSealed else { preconditionFailure("libcrypto cannot encrypt with AES-256-GCM") }
        return nonce + sealed + tag
    }

    /// The text of what `seal` gave; nil for another key or context, or where a bit was changed.
    package static func open(_ sealed: [UInt8], key: [UInt8], context: [UInt8]) -> [UInt8]? {
        precondition(key.count == keyByteCount, "a key of 256 bits")
        guard sealed.count >= nonceByteCount + tagByteCount else { return nil }
        let nonce = Array(sealed.prefix(nonceByteCount))
        var tag = Array(sealed.suffix(tagByteCount))
        let body = Array(sealed.dropFirst(nonceByteCount).dropLast(tagByteCount))
        let cipher = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(cipher) }
        var count: Int32 = 0
        var text = [UInt8](repeating: 0, count: body.count)
        var rest = [UInt8](repeating: 0, count: tagByteCount)
        let isOpened =
            unsafe EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), nil, key, nonce) == 1
            && EVP_DecryptUpdate(cipher, nil, &count, context, Int32(context.count)) == 1
            && EVP_DecryptUpdate(cipher, &text, &count, body, Int32(body.count)) == 1
            && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(tagByteCount), &tag) == 1
            && EVP_DecryptFinal_ex(cipher, &rest, &count) == 1
        return isOpened ? text : nil
    }
}
