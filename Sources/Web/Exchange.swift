import CMicroHTTPD
import Synchronization

/// One request and its answer, from the request line until the library is done with both.
@safe
final class Exchange: @unchecked Sendable {
    // Safe to share: everything but `answer` is only touched on the server's thread, inside the library's callbacks.
    // `connection` is also resumed from other threads, but only while suspended: it cannot be freed then.
    private let connection: OpaquePointer
    fileprivate let core: ServerCore
    private let target: String
    private var headers = WebHeaders()
    private var body: [UInt8] = []
    private var isBegun = false
    private var isTooLarge = false
    private var isHandled = false
    private var stream: WebStream?
    /// What to say when the connection wakes.
    private let answer = Mutex(WebResponse?.none)

    init(connection: OpaquePointer, target: String, core: ServerCore) {
        unsafe self.connection = unsafe connection
        self.target = target
        self.core = core
        core.opened()
    }

    /// One call of the library: after the head, for each piece of the body, at its end, and after each waking.
    func advance(method: UnsafePointer<CChar>, upload: UnsafeRawBufferPointer) -> MHD_Result {
        if !isBegun {
            isBegun = true
            collectHeaders()
            guard let refusal = RequestRules(core.configuration).refusal(of: headers, target: target) else {
                return .YES
            }
            return send(refusal)
        }
        if upload.count > 0 {
            // The library takes no answer between the first piece and the last, so that the rest is dropped.
            isTooLarge = isTooLarge || body.count + upload.count > core.configuration.bodyLimit
            if !isTooLarge { unsafe body.append(contentsOf: upload) }
            return .YES
        }
        if isHandled {
            return send(answer.withLock { $0.take() } ?? core.stopping)
        }
        isHandled = true
        if isTooLarge { return send(RequestRules(core.configuration).tooLarge) }
        let request = unsafe WebRequest(
            method: String(cString: method),
            target: target,
            headers: headers,
            body: body
        )
        body = []
        switch core.handler(request) {
        case .response(let response):
            return send(response)
        case .deferred(let make):
            guard core.sleep(self, isDeferred: true) else {
                return send(core.stopping)
            }
            core.defer(DeferredAnswer(exchange: self, make: make))
            return .YES
        }
    }

    /// Answers a request whose connection sleeps; from any thread.
    func respond(_ response: WebResponse) {
        answer.withLock { $0 = response }
        core.wake(self)
    }

    func suspendConnection() { unsafe MHD_suspend_connection(connection) }

    func resumeConnection() { unsafe MHD_resume_connection(connection) }

    /// The library is done with the request, well or not.
    func completed() {
        stream?.abandon()
        core.closed()
    }

    // MARK: Answers

    private func send(_ response: WebResponse) -> MHD_Result {
        switch response.body {
        case .bytes(let bytes):
            let made = unsafe bytes.withUnsafeBytes { buffer in
                unsafe MHD_create_response_from_buffer(
                    buffer.count,
                    UnsafeMutableRawPointer(mutating: buffer.baseAddress),
                    .RESPMEM_MUST_COPY
                )
            }
            return unsafe queue(made, response)
        case .stream(let stream):
            self.stream = stream
            return unsafe queue(BodyReader(self, .stream(stream)).response(length: nil), response)
        case .cut(let bytes, let after):
            let reader = BodyReader(self, .broken(bytes, after: min(after, bytes.count), isReset: false))
            return unsafe queue(reader.response(length: bytes.count), response)
        case .reset(let bytes, let after?):
            let reader = BodyReader(self, .broken(bytes, after: min(after, bytes.count), isReset: true))
            return unsafe queue(reader.response(length: bytes.count), response)
        case .reset(_, nil):
            reset()
            return .NO
        case .silence:
            // Nothing is answered after it either: the connection closes.
            return later(core.configuration.silenceLimit, response, .reset([], after: nil))
        case .delayed(let delay, let body):
            return later(delay, response, body)
        }
    }

    private func later(_ delay: Duration, _ response: WebResponse, _ body: WebResponse.Body) -> MHD_Result {
        var response = response
        response.body = body
        answer.withLock { $0 = response }
        isHandled = true
        guard core.sleep(self) else { return .NO }
        core.timer.call(after: delay) { [core] in core.wake(self) }
        return .YES
    }

    private func queue(_ made: OpaquePointer?, _ response: WebResponse) -> MHD_Result {
        guard let made = unsafe made else { return .NO }
        defer { unsafe MHD_destroy_response(made) }
        for field in response.headers.fields {
            guard unsafe MHD_add_response_header(made, field.name, field.value) == .YES else { return .NO }
        }
        return unsafe MHD_queue_response(connection, UInt32(response.status), made)
    }

    fileprivate func reset() { unsafe sluice_mhd_reset(connection) }

    // MARK: Input

    private func collectHeaders() {
        var found = WebHeaders()
        unsafe withUnsafeMutablePointer(to: &found) { found in
            _ = unsafe MHD_get_connection_values(
                connection,
                .HEADER_KIND,
                { context, _, name, value in
                    guard let context = unsafe context, let name = unsafe name else { return .YES }
                    let text = unsafe value.map { unsafe String(cString: $0) } ?? ""
                    unsafe context.assumingMemoryBound(to: WebHeaders.self).pointee
                        .append(String(cString: name), text)
                    return .YES
                },
                found
            )
        }
        headers = found
    }
}

/// What the library asks for the pieces of a body that is not sent in one.
@safe
private final class BodyReader {
    enum Source {
        case stream(WebStream)
        case broken([UInt8], after: Int, isReset: Bool)
    }

    let exchange: Exchange
    let core: ServerCore
    let source: Source

    init(_ exchange: Exchange, _ source: Source) {
        self.exchange = exchange
        core = exchange.core
        self.source = source
    }

    func response(length: Int?) -> OpaquePointer? {
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        let made = unsafe MHD_create_response_from_callback(
            length.map(UInt64.init) ?? .max,
            16 << 10,
            { context, position, bytes, limit in
                guard let context = unsafe context, let bytes = unsafe bytes else {
                    return MHD_CONTENT_READER_END_WITH_ERROR
                }
                return unsafe Unmanaged<BodyReader>.fromOpaque(context).takeUnretainedValue()
                    .read(
                        into: UnsafeMutableRawBufferPointer(start: bytes, count: limit),
                        from: Int(position)
                    )
            },
            context,
            { context in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<BodyReader>.fromOpaque(context).release()
            }
        )
        if unsafe made == nil { unsafe Unmanaged<BodyReader>.fromOpaque(context).release() }
        return unsafe made
    }

    /// How many bytes were put into `buffer`; or that the body ends, is cut, or sleeps (0).
    private func read(into buffer: UnsafeMutableRawBufferPointer, from position: Int) -> Int {
        switch source {
        case .stream(let stream):
            let portion = unsafe stream.read(
                into: buffer,
                suspend: { core.sleep(exchange) },
                wake: { [core, exchange] in core.wake(exchange) }
            )
            switch portion {
            case .bytes(let count): return count
            case .waiting: return 0
            case .end: return MHD_CONTENT_READER_END_OF_STREAM
            case .cut: return MHD_CONTENT_READER_END_WITH_ERROR
            }
        case .broken(let bytes, let after, let isReset):
            guard position < after else {
                if isReset { exchange.reset() }
                return MHD_CONTENT_READER_END_WITH_ERROR
            }
            let piece = bytes[position..<after].prefix(buffer.count)
            unsafe buffer.copyBytes(from: piece)
            return piece.count
        }
    }
}
