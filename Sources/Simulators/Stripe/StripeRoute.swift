import Web

/// What the path of a request leads to, decoded once.
struct StripeRoute {
    /// The parts of the path, a collection's name in one of them.
    ///
    /// Where it has several, as in `checkout/sessions`, no other path has them in one.
    let parts: [String]
    /// The list that the request is for, of objects that may grow; nil for anything else.
    let listed: StripeCollection?

    init(_ request: WebRequest) {
        parts = Self.parts(request.segments)
        listed =
            request.method == "GET" && parts.count == 2 ? StripeCollection(rawValue: parts[1]) : nil
    }

    private static func parts(_ segments: [String]) -> [String] {
        guard segments.count >= 3, segments[1] == "checkout", segments[2] == "sessions" else {
            let isKnown = segments.count < 2 || segments[1] != StripeCollection.checkoutSessions.rawValue
            return isKnown ? segments : []
        }
        return [segments[0], StripeCollection.checkoutSessions.rawValue] + segments[3...]
    }

    /// Whether it is a list of whatever kind.
    var isList: Bool {
        parts.count == 2 && !parts[1].hasPrefix("account") || parts.count == 4
    }

    /// The path with ids left out, and unknown ones in one heap.
    var logged: String {
        guard parts.first == "v1", parts.count >= 2 else { return "other" }
        let collection = StripeCollection(rawValue: parts[1])
        let others = ["account", "accounts", "events", "subscription_items"]
        guard collection != nil || others.contains(parts[1]) else { return "other" }
        let rest =
            parts.count > 2
            ? ["{id}"] + parts[3...].prefix(1).filter { ["lines", "line_items"].contains($0) } : []
        return ([collection?.path ?? "/v1/\(parts[1])"] + rest).joined(separator: "/")
    }
}
