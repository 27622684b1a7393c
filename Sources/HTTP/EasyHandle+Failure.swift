import CCurl
import Core

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
        let code = CURLcode(rawValue: code.raw)
        if code == CURLE_OK && hasAllHeaders && status >= 200 { return nil }
        let what = "\(request.method) \(address.logged)"
        switch code {
        case CURLE_OK:
            return HTTPError(.cut, "\(what): the connection ended in the answer's headers")
        case CURLE_RECV_ERROR where proxyStatus >= 300:
            return HTTPError(
                .cannotConnect,
                "\(what): the proxy refused the connection with status \(proxyStatus)"
            )
        case CURLE_WRITE_ERROR where isTooLarge:
            return HTTPError(.tooLarge, "\(what): the body is larger than \(request.maximumBody) bytes")
        case CURLE_OPERATION_TIMEDOUT:
            return HTTPError(.timedOut, "\(what): \(timeout(request, settings))")
        default:
            break
        }
        let (kind, problem) = EasyHandle.meaning(of: code)
        return HTTPError(kind, "\(what): \(problem)\(EasyHandle.showsDetail(code) ? quotedDetail : "")")
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

    private static func meaning(of code: CURLcode) -> (HTTPError.Code, String) {
        switch code {
        case CURLE_URL_MALFORMAT: (.badAddress, "libcurl cannot use the address")
        case CURLE_COULDNT_RESOLVE_HOST: (.cannotResolve, "the host's name cannot be resolved")
        case CURLE_COULDNT_RESOLVE_PROXY: (.cannotResolve, "the proxy's name cannot be resolved")
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: (.cannotConnect, "no connection")
        case CURLE_PROXY: (.cannotConnect, "the proxy refused the connection")
        case CURLE_PEER_FAILED_VERIFICATION:
            (.certificate, "the server's certificate is not trusted (a private authority? name its file)")
        case CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            (.certificate, "the server's certificate is not trusted")
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE:
            (.certificate, "the file of authorities cannot be used")
        case CURLE_SSL_CERTPROBLEM, CURLE_SSL_CLIENTCERT:
            (.certificate, "the client certificate or its key cannot be used")
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER: (.cannotConnect, "the TLS handshake failed")
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2_STREAM,
            CURLE_SEND_FAIL_REWIND:
            (.cut, "the connection ended before the whole answer was there")
        case CURLE_BAD_CONTENT_ENCODING: (.badEncoding, "the body's encoding is damaged or cut off")
        // The scheme was checked before: what libcurl does not support is the answer, HTTP/0.9.
        case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_UNSUPPORTED_PROTOCOL:
            (.protocolError, "the server does not speak HTTP as it should")
        default: (.protocolError, unsafe String(cString: curl_easy_strerror(code)))
        }
    }

    /// Where libcurl's own text is about names, addresses and certificates only.
    private static func showsDetail(_ code: CURLcode) -> Bool {
        switch code {
        case CURLE_COULDNT_CONNECT, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR,
            CURLE_SSL_CERTPROBLEM:
            true
        default: false
        }
    }

    /// Bounded and without control characters: a server's certificate can put anything into it.
    private var quotedDetail: String {
        let text = detail.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(200)
        return text.isEmpty ? "" : ": " + String(String.UnicodeScalarView(text))
    }
}
