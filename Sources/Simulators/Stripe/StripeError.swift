import Web

/// An error of the API, in the vendor's words.
struct StripeError: Error {
    var status: Int
    var type = "invalid_request_error"
    var code: String?
    var message: String
    var parameter: String?
    var headers: [(name: String, value: String)] = []

    /// The answer; `requestID` stands in its log address.
    func response(requestID: String, time: Int64, isLive: Bool) -> WebResponse {
        var writer = ObjectWriter(capacity: 512)
        writer.object { writer in
            writer.object("error") { writer in
                if let code {
                    writer.text("code", code)
                    let page = String(code.map { $0 == "_" ? "-" : $0 })
                    writer.text("doc_url", "https://stripe.com/docs/error-codes/\(page)")
                }
                writer.text("message", message)
                if let parameter { writer.text("param", parameter) }
                if status != 401 {
                    writer.text(
                        "request_log_url",
                        "https://dashboard.stripe.com/\(isLive ? "" : "test/")logs/\(requestID)?t=\(time)"
                    )
                }
                writer.text("type", type)
            }
        }
        var response = WebResponse.json(writer.bytes, status: status)
        for header in headers { response.headers.append(header.name, header.value) }
        return response
    }

    static func unknownParameter(_ name: String) -> StripeError {
        StripeError(
            status: 400,
            code: "parameter_unknown",
            message: "Received unknown parameter: \(name)",
            parameter: name
        )
    }

    static func notAnInteger(_ value: String, _ name: String) -> StripeError {
        StripeError(
            status: 400,
            code: "parameter_invalid_integer",
            message: "Invalid integer: \(value)",
            parameter: name
        )
    }

    static func outOfRange(_ name: String, _ message: String) -> StripeError {
        StripeError(status: 400, code: "parameter_invalid_integer", message: message, parameter: name)
    }

    /// 404 where the id stands in the path, 400 where it is a parameter.
    ///
    /// `isIn` is the mode in which it is: not the key's.
    static func missing(
        _ object: String,
        _ id: String,
        parameter: String,
        isIn isLive: Bool? = nil
    ) -> StripeError {
        let elsewhere = isLive.map { isLive in
            let (mode, other) = isLive ? ("live", "test") : ("test", "live")
            return "; a similar object exists in \(mode) mode, but a \(other) mode key was used to make this "
                + "request."
        }
        return StripeError(
            status: parameter == "id" ? 404 : 400,
            code: "resource_missing",
            message: "No such \(object): '\(id)'\(elsewhere ?? "")",
            parameter: parameter
        )
    }

    static func unrecognized(_ method: String, _ path: String) -> StripeError {
        StripeError(
            status: 404,
            message:
                "Unrecognized request URL (\(method): \(path)). Please see https://stripe.com/docs or we can "
                + "help at https://support.stripe.com/."
        )
    }

    static let bothCursors = StripeError(
        status: 400,
        message: "Received both starting_after and ending_before parameters. Please pass in only one."
    )
}
