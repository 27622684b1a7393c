import CCurl
import Core

extension EasyHandle {
    /// Who decodes the answer's body.
    enum Decoding {
        /// A whole gzip body, after the transfer.
        case ours
        /// libcurl, while it comes.
        case libcurl
    }

    /// Sets everything for a request.
    ///
    /// Throws for a header or method that HTTP cannot carry.
    func prepare(
        _ request: HTTPRequest,
        to address: HTTPAddress,
        _ settings: CurlTransport.Settings
    ) throws(HTTPError) -> Decoding {
        reset(maximumBody: request.maximumBody)
        setConnection(address, settings)
        set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.wholeMilliseconds)
        set(CURLOPT_TIMEOUT_MS, request.totalTimeout.wholeMilliseconds)
        set(CURLOPT_LOW_SPEED_LIMIT, settings.lowSpeedLimit)
        set(CURLOPT_LOW_SPEED_TIME, max(1, Int(settings.lowSpeedTime.components.seconds)))
        let decoding = try setHeaders(request, address, settings)
        guard set(CURLOPT_URL, address.text), try setMethodAndBody(request, address) else {
            throw HTTPError(.badAddress, "\(address.logged): libcurl refuses the request: out of memory?")
        }
        return decoding
    }

    private func setConnection(_ address: HTTPAddress, _ settings: CurlTransport.Settings) {
        set(CURLOPT_NOSIGNAL, 1)
        // Without it the end of any transfer joins its resolver's thread, and a name server that does not answer
        // stops the whole loop for seconds.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_PROTOCOLS_STR, address.scheme)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        // A second request waits for the TLS handshake of the first, which says whether one connection carries both.
        // Plain http has no handshake: it would wait for the first answer.
        set(CURLOPT_PIPEWAIT, address.scheme == "https" ? 1 : 0)
        set(CURLOPT_BUFFERSIZE, 128 << 10)
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // Credentials in headers go to the server, never to the proxy.
        set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
        if address.isLoopback {
            set(CURLOPT_PROXY, "")
        } else if let proxy = settings.proxy {
            set(CURLOPT_PROXY, proxy)
        }
        if let file = settings.caFile {
            set(CURLOPT_CAINFO, file)
            set(CURLOPT_PROXY_CAINFO, file)
        }
        if let file = settings.clientCertificate {
            set(CURLOPT_SSLCERT, file)
            // Always a password: without one an encrypted key makes OpenSSL ask on the terminal.
            set(CURLOPT_KEYPASSWD, settings.clientKeyPassword ?? "")
        }
        if let file = settings.clientKey { set(CURLOPT_SSLKEY, file) }
    }

    private func setHeaders(
        _ request: HTTPRequest,
        _ address: HTTPAddress,
        _ settings: CurlTransport.Settings
    ) throws(HTTPError) -> Decoding {
        var names: Set<String> = []
        var lines: [String] = []
        var accepted: String?
        for (name, value) in request.headers {
            guard name.isHTTPToken, value.isHTTPHeaderValue else {
                throw HTTPError(
                    .badAddress,
                    "\(address.logged): a request header has a name or value that HTTP cannot carry (a line break?)"
                )
            }
            let key = name.lowercased()
            names.insert(key)
            if key == "accept-encoding", value.namesStreamedCoding {
                accepted = value
            } else {
                // libcurl's way of writing a header without a value.
                lines.append(value.allSatisfy { $0 == " " || $0 == "\t" } ? "\(name);" : "\(name): \(value)")
            }
        }
        if let accepted {
            set(CURLOPT_ACCEPT_ENCODING, accepted)
        } else if !names.contains("accept-encoding") {
            lines.append("Accept-Encoding: gzip")
        }
        if !names.contains("user-agent") { set(CURLOPT_USERAGENT, settings.userAgent) }
        // What libcurl would add by itself: a wait for "100 Continue", and a form's type for every body.
        if !names.contains("expect") { lines.append("Expect:") }
        if !names.contains("content-type") { lines.append("Content-Type:") }
        guard setHeaders(lines) else {
            throw HTTPError(.protocolError, "\(address.logged): out of memory for the request's headers")
        }
        return accepted == nil ? .ours : .libcurl
    }

    private func setMethodAndBody(_ request: HTTPRequest, _ address: HTTPAddress) throws(HTTPError) -> Bool {
        guard request.method.isHTTPToken else {
            throw HTTPError(
                .badAddress,
                "\(address.logged): \(request.method.debugDescription) is no HTTP method"
            )
        }
        if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
            return true
        }
        if let body = request.body ?? (["POST", "PUT", "PATCH"].contains(request.method) ? [] : nil) {
            set(CURLOPT_POST, 1)
            guard setBody(body) else { return false }
        } else {
            set(CURLOPT_HTTPGET, 1)
        }
        return request.method == "GET" && request.body == nil || set(CURLOPT_CUSTOMREQUEST, request.method)
    }
}

extension Duration {
    /// At least one: zero means no limit to libcurl.
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(min(seconds, 2_000_000)) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}

extension String {
    fileprivate var isHTTPToken: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    fileprivate var isHTTPHeaderValue: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 } }

    /// Whether an `Accept-Encoding` asks for more than what is decoded as a whole.
    fileprivate var namesStreamedCoding: Bool {
        lowercased().split(separator: ",").contains { item in
            ["br", "zstd", "deflate"].contains(item.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" })
        }
    }
}
