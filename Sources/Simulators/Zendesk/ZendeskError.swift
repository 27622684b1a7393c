import Web

/// A refusal of the API, in one of the forms that the vendor has for them.
struct ZendeskError: Error {
    var status: Int
    /// The JSON of the body, or plain text.
    var body: String
    var isText = false
    var headers: [(name: String, value: String)] = []

    /// The answer.
    var response: WebResponse {
        var response = WebResponse(
            status: status,
            headers: ["Content-Type": isText ? "text/plain" : "application/json; charset=utf-8"],
            body: .bytes(Array(body.utf8))
        )
        for header in headers { response.headers.append(header.name, header.value) }
        return response
    }

    /// `{"error": CODE, "description": TEXT}`.
    static func plain(_ status: Int, _ code: String, _ description: String) -> ZendeskError {
        var writer = ObjectWriter()
        writer.object { writer in
            writer.text("error", code)
            writer.text("description", description)
        }
        return ZendeskError(status: status, body: String(decoding: writer.bytes, as: UTF8.self))
    }

    /// `{"errors": [{"code": CODE, "title": TEXT}]}`, with its status inside where the endpoint is a newer one.
    static func list(_ status: Int, _ code: String, _ title: String, hasStatus: Bool = false) -> ZendeskError
    {
        var writer = ObjectWriter()
        writer.object { writer in
            writer.array("errors") { writer in
                writer.object { writer in
                    writer.text("code", code)
                    if hasStatus { writer.text("status", String(status)) }
                    writer.text("title", title)
                }
            }
        }
        return ZendeskError(status: status, body: String(decoding: writer.bytes, as: UTF8.self))
    }

    // MARK: Credentials

    static let notAuthenticated = ZendeskError(
        status: 401,
        body: #"{"error":"Couldn't authenticate you"}"#,
        headers: [("WWW-Authenticate", "Basic realm=\"Web Password\"")]
    )
    static let invalidToken = ZendeskError.oauth(
        "invalid_token",
        "The access token provided is expired, revoked, malformed or invalid for other reasons."
    )
    static let forbidden = ZendeskError(
        status: 403,
        body: #"{"error":{"title":"Forbidden","message":"You do not have access to this page. "#
            + #"Please contact the account owner of this help desk for further help."}}"#
    )
    static let missingScope = ZendeskError(
        status: 403,
        body: #"{"description":"Missing the following required scopes: read","error":"Forbidden"}"#
    )

    /// `{"error": CODE, "error_description": TEXT}`, as OAuth has it.
    static func oauth(_ code: String, _ description: String, status: Int = 401) -> ZendeskError {
        var writer = ObjectWriter()
        writer.object { writer in
            writer.text("error", code)
            writer.text("error_description", description)
        }
        return ZendeskError(status: status, body: String(decoding: writer.bytes, as: UTF8.self))
    }

    // MARK: Requests

    static let notFound = plain(404, "RecordNotFound", "Not found")
    static let noEndpoint = plain(404, "InvalidEndpoint", "Not found")
    static let tooDeep = list(
        400,
        "InvalidPaginationDepth",
        "Pagination requests using Offset Pagination are limited to the first 10,000 records of a collection. "
            + "Use Cursor Pagination."
    )
    static let badCursor = plain(400, "InvalidPaginationParameter", "The cursor is invalid")
    static let tooManyResults = plain(
        422,
        "Unprocessable Entity",
        "Invalid search: Requested response size was greater than Search Response Limits"
    )

    /// The start time lies in the last minute.
    static func tooRecent(isOld: Bool, isNewer: Bool) -> ZendeskError {
        if isNewer {
            return list(400, "StartTimeTooRecent", "The start_time is too recent", hasStatus: true)
        }
        return isOld
            ? plain(422, "InvalidValue", "Too recent start_time. Use a start_time older than 5 minutes")
            : plain(
                400,
                "StartTimeTooRecent",
                "Too recent start_time. Use a start_time older than 60 seconds"
            )
    }

    static func invalidCursor(isNewer: Bool) -> ZendeskError {
        isNewer
            ? list(400, "InvalidCursor", "The cursor is invalid", hasStatus: true)
            : plain(400, "InvalidCursor", "The cursor is invalid")
    }

    static func invalidValue(_ name: String) -> ZendeskError {
        plain(422, "InvalidValue", "\(name) is invalid")
    }

    // MARK: Limits and failures

    /// Too many requests: the next is welcome after so many seconds; nil does not say when.
    static func rateLimited(after seconds: Int?) -> ZendeskError {
        ZendeskError(
            status: 429,
            body: "Number of allowed API requests per minute exceeded",
            isText: true,
            headers: seconds.map { [("Retry-After", String($0))] } ?? []
        )
    }

    static func recordsRateLimited(after seconds: Int) -> ZendeskError {
        var error = list(429, "RateLimitExceeded", "Rate limit exceeded", hasStatus: true)
        error.headers = [("Retry-After", String(seconds))]
        return error
    }

    static let serverError = ZendeskError(
        status: 500,
        body: #"{"status":500,"error":"Internal Server Error"}"#
    )
    static let conflict = plain(409, "DatabaseConflict", "Database collision")
    static let timeout = ZendeskError(status: 504, body: "upstream request timeout", isText: true)

    static func maintenance(after seconds: Int) -> ZendeskError {
        ZendeskError(
            status: 503,
            body: "Service Unavailable",
            isText: true,
            headers: [("Retry-After", String(seconds))]
        )
    }

    /// What a page of a suspended account looks like to a client.
    static let page = ZendeskError(
        status: 403,
        body: "<!DOCTYPE html><html><head><title>Suspended</title></head><body>Oops</body></html>",
        headers: []
    )
}
