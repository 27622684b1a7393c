import Web

/// The API key of a request, and what it may do.
///
/// Any secret or restricted key is good, unless it says otherwise itself: one with `invalid` in it is refused, one with
/// `expired` has expired, and a restricted one with `no_charges` may not read charges. One of the other mode sees
/// nothing.
struct StripeKey {
    var text: String

    /// The key of the request.
    ///
    /// - Throws: if there is none, or it is refused.
    init(of request: WebRequest) throws(StripeError) {
        switch request.credential {
        case .bearer(let key): text = key
        case .basic(let user, _): text = user
        case .none: text = ""
        }
        guard !text.isEmpty else {
            throw StripeError(
                status: 401,
                message:
                    "You did not provide an API key. You need to provide your API key in the Authorization "
                    + "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
                    + "https://stripe.com/docs/api#authentication for details, or we can help at "
                    + "https://support.stripe.com/.",
                headers: [(name: "WWW-Authenticate", value: "Bearer realm=\"Stripe\"")]
            )
        }
        if text.contains("expired") {
            throw StripeError(
                status: 401,
                code: "api_key_expired",
                message: "Expired API Key provided: \(masked)"
            )
        }
        guard text.hasPrefix("sk_test_") || text.hasPrefix("sk_live_") || isRestricted,
            !text.contains("invalid")
        else {
            throw StripeError(status: 401, message: "Invalid API Key provided: \(masked)")
        }
    }

    var isRestricted: Bool { text.hasPrefix("rk_") }

    /// Whether it is a key of the live mode.
    var isLive: Bool { text.hasPrefix("sk_live_") || text.hasPrefix("rk_live_") }

    /// Checks that the key may read a collection.
    ///
    /// - Throws: if it may not.
    func check(_ resource: String, object: String) throws(StripeError) {
        if isRestricted, text.contains("no_\(resource)") { throw forbidden(object) }
    }

    /// The error of a key that may not read a kind of object.
    func forbidden(_ object: String) -> StripeError {
        StripeError(
            status: 403,
            message:
                "The provided key '\(masked)' does not have the required permissions for this endpoint on "
                + "account 'acct_simulated'. Having the 'rak_\(object)_read' permission would allow this "
                + "request to continue."
        )
    }

    /// The kind of key and its last four characters; short ones are all stars.
    var masked: String {
        let kind = text.split(separator: "_", omittingEmptySubsequences: false).prefix(2).joined(
            separator: "_"
        )
        let hidden = text.utf8.count - kind.utf8.count - 1
        guard text.contains("_"), kind.utf8.count <= 8, hidden > 4 else {
            return String(repeating: "*", count: text.utf8.count)
        }
        return "\(kind)_\(String(repeating: "*", count: hidden - 4))\(text.suffix(4))"
    }
}
