import Core
import Cryptography

/// The headers by which the receiver of a webhook knows who sent it, and when, as Standard Webhooks has them.
///
/// The code is HMAC-SHA256 over `ID.TIMESTAMP.BODY`: whoever takes old timestamps for refused cannot be sent an old post
/// again. The key is the secret's bytes as they are.
enum WebhookSignature {
    static func headers(
        id: String,
        at now: Instant,
        body: [UInt8],
        secret: Secret?
    ) -> [(name: String, value: String)] {
        let timestamp = String(now.seconds)
        var headers = [(name: "webhook-id", value: id), (name: "webhook-timestamp", value: timestamp)]
        if let secret {
            let signed = Array("\(id).\(timestamp).".utf8) + body
            let code = HMAC.sha256(key: Array(secret.revealed.utf8), of: signed)
            headers.append((name: "webhook-signature", value: "v1,\(Base64.encode(code))"))
        }
        return headers
    }
}
