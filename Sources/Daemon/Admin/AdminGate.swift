import Core
import Cryptography
import Web

/// Who may ask: the names that the server answers to, tokens, and what keeps pages of others out.
struct AdminGate: Sendable {
    /// The names in `Host` that are answered; nil for any, where a token is needed anyway.
    let hosts: Set<String>?
    /// By the name of whoever holds it.
    let tokens: [(name: String, digest: [UInt8])]

    init(_ configuration: AdminServer.Configuration) {
        tokens = configuration.tokens.sorted { $0.key < $1.key }
            .map { (name: $0.key, digest: Digest.sha256(Array($0.value.revealed.utf8))) }
        let isAnywhere = ["0.0.0.0", "::"].contains(configuration.host)
        var names = Set(configuration.names.map { $0.lowercased() })
        if isAnywhere, names.isEmpty {
            // Which of its names and addresses somebody calls it by is not known; without the token no page of
            // another origin, whose name was rebound to this address, gets further than this.
            hosts = nil
        } else {
            names.formUnion(["localhost", "127.0.0.1", "[::1]"])
            if !isAnywhere {
                names.insert(
                    configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
                )
            }
            hosts = names
        }
    }

    /// Lets a request in, or not.
    ///
    /// - Returns: who asks, for the log of changes.
    func admit(_ request: WebRequest, isOpen: Bool) throws(AdminProblem) -> String {
        if let hosts {
            let host = request.headers.hostName ?? ""
            guard hosts.contains(host) else {
                throw AdminProblem(
                    .unknownHost,
                    "this server does not answer to the name '\(host)'",
                    remedy: "use one of \(hosts.sorted().joined(separator: ", ")), or add the name to its "
                        + "configuration"
                )
            }
        }
        if request.method == "POST" { try checkOrigin(request) }
        return try holder(request, isOpen: isOpen)
    }

    /// A page of another origin can send a form, but neither this content type nor this origin.
    private func checkOrigin(_ request: WebRequest) throws(AdminProblem) {
        let isForeign =
            request.headers["Origin"].map { origin in
                guard let start = origin.firstRange(of: "://") else { return true }
                return origin[start.upperBound...].lowercased() != request.headers["Host"]?.lowercased()
            } ?? false
        guard !isForeign, request.headers["Sec-Fetch-Site"] != "cross-site" else {
            throw AdminProblem(
                .crossSite,
                "a page of another origin asks",
                remedy: "ask from this server's own page, or from a program that sends no Origin"
            )
        }
        let type = request.headers["Content-Type"]?.prefix { $0 != ";" }.lowercased()
        guard type.map({ $0.filter { $0 != " " } }) == "application/json" else {
            throw AdminProblem(
                .contentType,
                "a command needs Content-Type: application/json",
                remedy: "add the header, and send {} where there is nothing to say"
            )
        }
    }

    private func holder(_ request: WebRequest, isOpen: Bool) throws(AdminProblem) -> String {
        guard !tokens.isEmpty, !isOpen else { return Self.somebody }
        let words = request.headers["Authorization"]?.split(separator: " ") ?? []
        let given = words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : ""
        let digest = Digest.sha256(Array(given.utf8))
        var found: String?
        // All of them, whichever fits: the time tells nothing.
        for token in tokens where ConstantTime.isEqual(token.digest, digest) { found = token.name }
        guard let found else {
            var problem = AdminProblem(
                .unauthorized,
                given.isEmpty ? "a token is needed" : "the token is not known",
                remedy: "send Authorization: Bearer TOKEN, with a token of the daemon's configuration"
            )
            problem.headers.append(("WWW-Authenticate", "Bearer realm=\"sluice\""))
            throw problem
        }
        return found
    }

    /// Who asks where no token says it.
    static let somebody = "local"
}
