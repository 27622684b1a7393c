import CCurl
import Core

/// One transfer of libcurl's: configured by who asks, run by the loop, read by who asked, then used again.
@safe
final class EasyHandle: @unchecked Sendable {
    // Safe to share: it has one owner at a time. The task that took it from the pool configures it; from the loop's
    // inbox on, the loop's thread alone touches it, until it has removed it from the multi handle and resumed the
    // task. The inbox's lock and the continuation order the two.
    let pointer: OpaquePointer

    /// Who decodes an answer's body.
    enum Decoding {
        /// This module, a whole gzip body after the transfer.
        case whole
        /// libcurl, any coding while it comes.
        case streamed
    }

    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    /// libcurl does not copy the list: it must live as long as the transfer.
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []
    private var maximumBody = 0
    private var isFirstPiece = true
    /// How much of a body may still come before it must be taken; nil of a body that is buffered whole.
    private var allowance: Int?
    private var isPaused = false
    private var isHeadTaken = false
    /// No option was refused since the last reset: a switch that guards something must not be missing silently.
    private var areOptionsSet = true
    /// The blank line after the headers came: without it libcurl takes a connection's end for the answer's.
    private var hasAllHeaders = false
    /// The body passed its limit, and the transfer was given up for it.
    private(set) var isTooLarge = false

    init() throws(HTTPError) {
        guard CurlLibrary.isReady, let pointer = unsafe curl_easy_init() else {
            throw HTTPError(.protocolError, "libcurl could not start a transfer: out of memory?")
        }
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe curl_slist_free_all(headerList)
        unsafe errorText.deallocate()
    }

    // MARK: Before the transfer

    /// Forgets the last request but keeps what makes the next one cheap.
    func reset(maximumBody: Int) {
        unsafe curl_easy_reset(pointer)
        unsafe curl_slist_free_all(headerList)
        unsafe headerList = nil
        unsafe errorText[0] = 0
        body = []
        self.maximumBody = maximumBody
        isFirstPiece = true
        allowance = nil
        isPaused = false
        isHeadTaken = false
        areOptionsSet = true
        isTooLarge = false
        hasAllHeaders = false
        unsafe sluice_easy_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
        unsafe sluice_easy_set_pointer(pointer, CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque())
        unsafe sluice_easy_set_pointer(pointer, CURLOPT_HEADERDATA, Unmanaged.passUnretained(self).toOpaque())
        unsafe sluice_easy_set_header(pointer) { line, size, count, context in
            if let line = unsafe line, let context = unsafe context, size * count > 0 {
                let handle = unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
                // The blank line, an interim answer's too: that one's headers are followed by others.
                handle.hasAllHeaders = unsafe size * count <= 2 && (line[0] == 0x0D || line[0] == 0x0A)
            }
            return size * count
        }
        unsafe sluice_easy_set_write(pointer) { bytes, size, count, context in
            guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
            // The loop's table keeps the handle alive while its transfer runs.
            let handle = unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
            let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
            switch unsafe handle.append(piece) {
            case .taken: return size * count
            case .paused: return Int(CURL_WRITEFUNC_PAUSE)
            case .refused: return 0
            }
        }
    }

    /// Sets a number or a switch; false where libcurl refuses.
    @discardableResult
    private func set(_ option: CURLoption, _ value: Int) -> Bool {
        let isSet = unsafe sluice_easy_set_long(pointer, option, value) == CURLE_OK
        areOptionsSet = areOptionsSet && isSet
        return isSet
    }

    /// Sets a text, which libcurl copies; false where it refuses.
    @discardableResult
    private func set(_ option: CURLoption, _ value: String) -> Bool {
        let isSet = unsafe value.withCString { unsafe sluice_easy_set_text(pointer, option, $0) == CURLE_OK }
        areOptionsSet = areOptionsSet && isSet
        return isSet
    }

    /// Sets what is sent as the request's body, which libcurl copies.
    private func setBody(_ bytes: [UInt8]) -> Bool {
        unsafe sluice_easy_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, bytes.count)
        return unsafe bytes.withUnsafeBytes { bytes in
            // An empty array may have no address, and libcurl would read the body from standard input then.
            guard let start = bytes.baseAddress else { return set(CURLOPT_COPYPOSTFIELDS, "") }
            let text = unsafe start.assumingMemoryBound(to: CChar.self)
            return unsafe sluice_easy_set_text(pointer, CURLOPT_COPYPOSTFIELDS, text) == CURLE_OK
        }
    }

    /// Sets the request's header lines; false when out of memory.
    private func setHeaders(_ lines: [String]) -> Bool {
        for line in lines {
            guard let longer = unsafe curl_slist_append(headerList, line) else { return false }
            unsafe headerList = longer
        }
        return unsafe sluice_easy_set_headers(pointer, headerList) == CURLE_OK
    }

    /// Sets the number the loop finds the transfer by.
    func setToken(_ token: UInt) {
        unsafe sluice_easy_set_token(pointer, token)
    }

    /// Sets everything for a request.
    ///
    /// With a window the body is taken while it comes, at most so many bytes in advance, as it is encoded. Throws for
    /// a header or method that HTTP cannot carry.
    func prepare(
        _ request: HTTPRequest,
        to address: HTTPAddress,
        _ settings: CurlTransport.Settings,
        window: Int? = nil
    ) throws(HTTPError) -> Decoding {
        let headers = try RequestHeaders(
            request,
            to: address,
            userAgent: settings.userAgent,
            mayDecode: window == nil
        )
        guard request.method.isHTTPToken else {
            throw HTTPError(
                .badAddress,
                "\(address.logged): \(request.method.debugDescription) is no HTTP method"
            )
        }
        reset(maximumBody: request.maximumBody)
        allowance = window
        setConnection(address, settings)
        set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.wholeMilliseconds)
        set(CURLOPT_TIMEOUT_MS, request.totalTimeout.wholeMilliseconds)
        set(CURLOPT_LOW_SPEED_LIMIT, max(0, settings.lowSpeedLimit))
        set(CURLOPT_LOW_SPEED_TIME, max(1, Int(settings.lowSpeedTime.components.seconds)))
        if let codings = headers.streamedCodings { set(CURLOPT_ACCEPT_ENCODING, codings) }
        guard set(CURLOPT_URL, address.text), setHeaders(headers.lines), setMethodAndBody(request),
            areOptionsSet
        else {
            throw HTTPError(
                .protocolError,
                "\(address.logged): libcurl refuses an option of the request (too old, or built without a feature?)"
            )
        }
        return headers.streamedCodings == nil ? .whole : .streamed
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
        // Refused, without harm, by a handle that still has the buffer of an earlier transfer.
        unsafe sluice_easy_set_long(pointer, CURLOPT_BUFFERSIZE, 128 << 10)
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

    private func setMethodAndBody(_ request: HTTPRequest) -> Bool {
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

    // MARK: During the transfer, on the loop's thread

    /// What becomes of a piece of the body.
    private enum Reception {
        case taken
        /// It comes again once there is room.
        case paused
        /// The transfer ends.
        case refused
    }

    /// Takes a piece of the body.
    ///
    /// Neither locks nor throws: libcurl is in the middle of it.
    private func append(_ piece: UnsafeRawBufferPointer) -> Reception {
        if let allowance {
            guard allowance > 0 else {
                isPaused = true
                return .paused
            }
            self.allowance = allowance - piece.count
            unsafe body.append(contentsOf: piece)
            return .taken
        }
        if isFirstPiece {
            isFirstPiece = false
            let announced = offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
            if announced > maximumBody {
                isTooLarge = true
                return .refused
            }
            if announced > 0 { body.reserveCapacity(announced) }
        }
        guard body.count + piece.count <= maximumBody else {
            isTooLarge = true
            return .refused
        }
        unsafe body.append(contentsOf: piece)
        return .taken
    }

    /// What came of a body that is taken while it comes, with the head at its first bytes; nil where nothing did.
    func takeArrived() -> (head: BodyChannel.Head?, bytes: [UInt8])? {
        guard !body.isEmpty else { return nil }
        return (takeHead(), takeBody())
    }

    /// What the answer says before its body, once.
    func takeHead() -> BodyChannel.Head? {
        guard !isHeadTaken else { return nil }
        isHeadTaken = true
        return BodyChannel.Head(status: status, headers: headers(), hasLength: hasLength)
    }

    /// Lets so many more bytes come, at once where they waited for it; false where libcurl refuses.
    func allow(_ count: Int) -> Bool {
        allowance = (allowance ?? 0) + count
        guard isPaused, allowance ?? 0 > 0 else { return true }
        isPaused = false
        return unsafe curl_easy_pause(pointer, CURLPAUSE_CONT) == CURLE_OK
    }

    // MARK: After the transfer

    /// The body, once.
    func takeBody() -> [UInt8] {
        defer { body = [] }
        return body
    }

    /// The status of the last answer, 0 if there was none.
    var status: Int { number(CURLINFO_RESPONSE_CODE) }

    /// Whether all came that an answer says before its body.
    var hasHead: Bool { hasAllHeaders && status >= 200 }

    /// Whether the protocol tells where the body ends, be it by its length, by chunks or by frames.
    private var hasLength: Bool {
        number(CURLINFO_HTTP_VERSION) >= Int(CURL_HTTP_VERSION_2_0)
            || offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T) >= 0
    }

    /// The status a proxy answered the wish for a tunnel with, 0 if none did.
    var proxyStatus: Int { number(CURLINFO_HTTP_CONNECTCODE) }

    /// Whether the request was on its way: host found, connection and TLS up.
    var wasConnected: Bool { offset(CURLINFO_PRETRANSFER_TIME_T) > 0 }

    /// How long the whole transfer took.
    var totalTime: Duration { .microseconds(offset(CURLINFO_TOTAL_TIME_T)) }

    /// The headers of the final answer in their order, duplicates apart.
    func headers() -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        var last = unsafe curl_easy_nextheader(pointer, UInt32(CURLH_HEADER), -1, nil)
        while let header = unsafe last {
            var value = unsafe String(cString: header.pointee.value)
            // libcurl leaves the line's end in an empty value.
            if value.utf8.count < 3, value.utf8.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) { value = "" }
            unsafe headers.append((String(cString: header.pointee.name), value))
            unsafe last = unsafe curl_easy_nextheader(pointer, UInt32(CURLH_HEADER), -1, header)
        }
        return headers
    }

    /// What libcurl wrote about the failure; may name hosts and certificates.
    var detail: String { unsafe String(cString: errorText) }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        unsafe sluice_easy_get_long(pointer, info, &value)
        return value
    }

    private func offset(_ info: CURLINFO) -> Int {
        var value = 0
        unsafe sluice_easy_get_offset(pointer, info, &value)
        return value
    }
}

extension Duration {
    /// At least one: zero means no limit to libcurl.
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(min(seconds, 2_000_000)) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
