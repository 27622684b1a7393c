import Web

extension WebRequest {
    /// The origin as the client wrote it: the links that it follows must come back here.
    var origin: String {
        "\(headers["X-Forwarded-Proto"] ?? "http")://\(headers["Host"] ?? "127.0.0.1")"
    }
}
