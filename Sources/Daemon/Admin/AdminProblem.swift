import JSON
import Web

/// An answer that is none: RFC 9457, with a code that programs may compare and what to do.
struct AdminProblem: Error, Sendable {
    /// The stable words; others come with what the daemon refuses.
    enum Code: String, CaseIterable, Sendable {
        case badRequest = "admin.bad_request"
        case badParameter = "admin.bad_parameter"
        case badBody = "admin.bad_body"
        case unauthorized = "admin.unauthorized"
        case crossSite = "admin.cross_site"
        case unknownHost = "admin.unknown_host"
        case unknownPath = "admin.unknown_path"
        case unknownSchedule = "admin.unknown_schedule"
        case unknownRun = "admin.unknown_run"
        case unknownTopic = "admin.unknown_topic"
        case wrongMethod = "admin.wrong_method"
        case contentType = "admin.content_type"
        case bodyTooLarge = "admin.body_too_large"
        case unavailable = "admin.unavailable"
        case stopping = "admin.stopping"

        var status: Int {
            switch self {
            case .badRequest, .badParameter, .badBody: 400
            case .unauthorized: 401
            case .crossSite: 403
            case .unknownPath, .unknownSchedule, .unknownRun, .unknownTopic: 404
            case .wrongMethod: 405
            case .bodyTooLarge: 413
            case .contentType: 415
            case .unknownHost: 421
            case .unavailable, .stopping: 503
            }
        }
    }

    static let mediaType = "application/problem+json"

    static let shape = Shape<AdminProblem>(
        "Problem",
        "Why a request was not answered (RFC 9457).",
        [
            .text("type", "`urn:sluice:problem:` and the code.") { "urn:sluice:problem:\($0.code)" },
            .text("title", "What the status means.") { title(of: $0.status) },
            .number("status", "The status of the answer.") { $0.status },
            .text("detail", "What was found.") { $0.detail },
            .text("code", "For programs.") { $0.code },
            .text("remedy", "What to do.") { $0.remedy },
        ]
    )

    var status: Int
    var code: String
    var detail: String
    var remedy: String
    var headers: [(name: String, value: String)] = []

    init(_ code: Code, _ detail: String, remedy: String) {
        self.init(status: code.status, code: code.rawValue, detail: detail, remedy: remedy)
    }

    init(status: Int, code: String, detail: String, remedy: String) {
        self.status = status
        self.code = code
        self.detail = detail
        self.remedy = remedy
    }

    /// What the server itself refuses, before anybody sees the request.
    init(status: Int, refusedWith text: String) {
        let (code, remedy): (Code, String) =
            switch status {
            case 413: (.bodyTooLarge, "send less; every body of this API is small")
            case 503: (.stopping, "ask again when it has started again")
            default: (.badRequest, "send each header once, and one length of the body")
            }
        self.init(status: status, code: code.rawValue, detail: text, remedy: remedy)
    }

    var response: WebResponse {
        var response = WebResponse(
            status: status,
            headers: ["Content-Type": Self.mediaType, "Cache-Control": "no-store"],
            body: .bytes(Self.shape.json(self).bytes())
        )
        for header in headers { response.headers.append(header.name, header.value) }
        return response
    }

    private static func title(of status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 421: "Misdirected Request"
        case 503: "Service Unavailable"
        default: "Error"
        }
    }
}
