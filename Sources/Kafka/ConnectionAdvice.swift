package import Core

/// What helps against a Kafka that cannot be used, by what the client library says of it.
package enum ConnectionAdvice {
    /// What the library's texts hold, and what that means; the first that fits counts.
    private static let table: [(part: String, advice: String)] = [
        (
            "wrong version number",
            "the broker's listener speaks no TLS: set security.protocol to plaintext or sasl_plaintext, or name the "
                + "port of its TLS listener"
        ),
        (
            "unexpected eof",
            "the listener hung up on TLS, so it may speak none: set security.protocol to plaintext or sasl_plaintext, "
                + "or name the port of its TLS listener"
        ),
        (
            "certificate verify failed",
            "the broker's certificate is not of an authority that this machine knows: name its PEM file by "
                + "--kafka-set ssl.ca.location=FILE"
        ),
        (
            "certificate required",
            "the broker asks for a client's certificate: set ssl.certificate.location and ssl.key.location"
        ),
        (
            "bad certificate",
            "the broker refuses the client's certificate: look at ssl.certificate.location and its authority"
        ),
        (
            "SSL handshake failed",
            "look at security.protocol, ssl.ca.location and, where the broker asks for them, "
                + "ssl.certificate.location and ssl.key.location"
        ),
        (
            "incorrect security.protocol",
            "the listener expects TLS or a login: set security.protocol to ssl, sasl_ssl or sasl_plaintext"
        ),
        (
            "Unsupported SASL mechanism",
            "the broker does not take this way to log in: set sasl.mechanism to one that it has"
        ),
        ("resolve", "the name has no address: look at --kafka, and at this machine's DNS"),
        ("Connection refused", "nothing listens there: look at the port, and at whether the broker runs"),
        ("No route to host", "the network does not lead there: look at routes and firewalls"),
        ("timed out", "nothing answers: look at the address, and at firewalls between here and there"),
        (
            "Disconnected",
            "the broker hung up: where its listener has TLS or a login, set security.protocol; its log says more"
        ),
    ]

    /// One line for an operator.
    package static func remedy(for error: PublishError) -> String {
        switch error.code {
        case .authentication:
            return
                "look at security.protocol, sasl.mechanism, sasl.username and sasl.password; the broker's log says more"
        case .notAuthorized: return "grant the rights that are listed under kafka.rights"
        case .badSetting, .unsupported: return "change the setting that is named"
        default:
            let text = error.message.lowercased()
            return table.first { text.contains($0.part.lowercased()) }?.advice
                ?? "look at the address, the network and the broker's log"
        }
    }
}
