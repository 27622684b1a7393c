import Web

/// An error of the API, in the vendor's words.
struct HubSpotError: Error {
    /// One of several things that are wrong.
    struct Detail {
        var message: String
        var code: String?
        var context: [(name: String, values: [String])] = []
    }

    var status: Int
    /// What stands in the body as the status.
    var word = "error"
    var message: String
    var category: String?
    var context: [(name: String, values: [String])] = []
    var details: [Detail] = []
    /// Of a limit that was reached.
    var policy: (name: String, group: String)?
    var headers: [(name: String, value: String)] = []
    /// What proxies in front of the API say, in place of its JSON.
    var page: String?

    init(status: Int, message: String, category: String? = nil) {
        self.status = status
        self.message = message
        self.category = category
    }

    /// The answer.
    func response(correlationID: String) -> WebResponse {
        var response: WebResponse
        if let page {
            response = WebResponse(
                status: status,
                headers: ["Content-Type": "text/html; charset=UTF-8"],
                body: .bytes(Array(page.utf8))
            )
        } else {
            response = .json(bytes(correlationID: correlationID), status: status)
        }
        for header in headers { response.headers.append(header.name, header.value) }
        return response
    }

    private func bytes(correlationID: String) -> [UInt8] {
        var writer = ObjectWriter(capacity: 512)
        writer.object { writer in
            writer.text("status", word)
            writer.text("message", message)
            if policy != nil { writer.text("errorType", "RATE_LIMIT") }
            writer.text("correlationId", correlationID)
            if let policy {
                writer.text("policyName", policy.name)
                writer.text("groupName", policy.group)
            }
            if !context.isEmpty { Self.write(context, to: &writer) }
            if !details.isEmpty {
                writer.array("errors") { writer in
                    for detail in details {
                        writer.object { writer in
                            writer.text("message", detail.message)
                            if let code = detail.code { writer.text("code", code) }
                            if !detail.context.isEmpty { Self.write(detail.context, to: &writer) }
                        }
                    }
                }
            }
            if category == "MISSING_SCOPES" {
                writer.object("links") { writer in
                    writer.text("scopes", "https://developers.hubspot.com/scopes")
                }
            }
            if let category { writer.text("category", category) }
        }
        return writer.bytes
    }

    private static func write(_ context: [(name: String, values: [String])], to writer: inout ObjectWriter) {
        writer.object("context") { writer in
            for (name, values) in context { writer.texts(name, values) }
        }
    }

    // MARK: Errors

    /// A parameter or a body without meaning.
    static func invalid(_ message: String) -> HubSpotError {
        HubSpotError(status: 400, message: message, category: "VALIDATION_ERROR")
    }

    /// What a proxy in front of the API says.
    static func page(_ status: Int, _ title: String) -> HubSpotError {
        var error = HubSpotError(status: status, message: title)
        error.page = "<html><head><title>\(title)</title></head><body><h1>\(title)</h1></body></html>\n"
        return error
    }

    static func unknownProperty(_ name: String) -> HubSpotError {
        var error = invalid("There was a problem with the request.")
        error.details = [
            Detail(
                message: "Property \"\(name)\" does not exist",
                code: "PROPERTY_DOESNT_EXIST",
                context: [("propertyName", [name])]
            )
        ]
        return error
    }

    static func unknownType(_ name: String) -> HubSpotError {
        HubSpotError(status: 400, message: "Unable to infer object type from: \(name)")
    }

    static let missing = HubSpotError(
        status: 404,
        message: "resource not found",
        category: "OBJECT_NOT_FOUND"
    )

    static let missingPath = HubSpotError(status: 404, message: "The requested URL was not found.")

    static let wrongMethod = HubSpotError(status: 405, message: "Method Not Allowed")

    static let noCredentials = HubSpotError(
        status: 401,
        message:
            "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find "
            + "more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        category: "INVALID_AUTHENTICATION"
    )

    static let expired = HubSpotError(
        status: 401,
        message: "The OAuth token used to make this call expired 0 second(s) ago.",
        category: "EXPIRED_AUTHENTICATION"
    )

    static func missingScope(_ scope: String) -> HubSpotError {
        var error = HubSpotError(
            status: 403,
            message: "One or more of the following scopes are required.",
            category: "MISSING_SCOPES"
        )
        error.context = [("requiredGranularScopes", [scope])]
        return error
    }

    /// A limit that was reached, as the policy of that name calls it.
    static func limit(_ policy: String, _ words: String, group: String) -> HubSpotError {
        var error = HubSpotError(status: 429, message: "You have reached your \(words) limit.")
        error.policy = (policy, group)
        return error
    }
}
