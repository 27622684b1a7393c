import Core

/// What a transfer ended with, in the terms of this project.
enum TransferCode: Equatable, Sendable {
    /// libcurl is content.
    case done
    /// Some limit in time was passed.
    case timedOut
    /// The body's receiver said no.
    case refusedBody
    /// Nothing more could be read.
    case unreadable
    /// Anything else; `showsDetail` where libcurl's own text is about names, addresses and certificates only.
    case failed(HTTPError.Code, String, showsDetail: Bool)
}

extension EasyHandle {
    /// The error a finished transfer stands for, if it is one.
    ///
    /// Its text holds the address without query and what libcurl says about hosts and certificates, nothing of the
    /// request (I6).
    func failure(
        _ code: TransferCode,
        _ request: HTTPRequest,
        _ address: HTTPAddress,
        _ settings: CurlTransport.Settings
    ) -> HTTPError? {
        let what = "\(request.method) \(address.logged)"
        switch code {
        case .done where hasHead:
            return nil
        case .done:
            return HTTPError(.cut, "\(what): the connection ended in the answer's headers")
        case .refusedBody where isTooLarge:
            return HTTPError(.tooLarge, "\(what): the body is larger than \(request.maximumBody) bytes")
        case .refusedBody:
            return HTTPError(.protocolError, "\(what): the body could not be taken")
        case .unreadable where proxyStatus >= 300:
            return HTTPError(
                .cannotConnect,
                "\(what): the proxy refused the connection with status \(proxyStatus)"
            )
        case .unreadable:
            return HTTPError(.cut, "\(what): the connection ended before the whole answer was there")
        case .timedOut:
            return HTTPError(.timedOut, "\(what): \(timeout(request, settings))")
        case .failed(let kind, let problem, let showsDetail):
            return HTTPError(kind, "\(what): \(problem)\(showsDetail ? quotedDetail : "")")
        }
    }

    private func timeout(_ request: HTTPRequest, _ settings: CurlTransport.Settings) -> String {
        guard wasConnected else {
            return "no connection within \(min(request.connectTimeout, request.totalTimeout))"
        }
        // libcurl's clock may be a little early.
        guard totalTime + .milliseconds(50) < request.totalTimeout else {
            return "no whole answer within \(request.totalTimeout)"
        }
        return "less than \(settings.lowSpeedLimit) bytes a second for \(settings.lowSpeedTime)"
    }

    /// Bounded and without control characters: a server's certificate can put anything into it.
    private var quotedDetail: String {
        let text = detail.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(200)
        return text.isEmpty ? "" : ": " + String(String.UnicodeScalarView(text))
    }
}
