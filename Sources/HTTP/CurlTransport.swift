package import Core
import Glibc
import Synchronization

/// Sends requests with libcurl: HTTP/1.1 and HTTP/2, connections kept and shared, all on one thread of its own.
///
/// Redirects are not followed, certificates are checked, plain http goes to this machine only unless the settings say otherwise. A request asks for
/// gzip unless it has an `Accept-Encoding` of its own: one that names `br`, `zstd` or `deflate` hands the decoding to
/// libcurl, which does it piece by piece on the thread all requests share; `maximumBody` counts decoded bytes in
/// every case. A body that is opened is inflated where it is read, and knows gzip only.
package final class CurlTransport: HTTPTransport, Sendable {
    /// What holds for all requests of a transport.
    package struct Settings: Sendable {
        /// A PEM file with the authorities to trust in place of the system's.
        package var caFile: String?
        /// A PEM file with the certificate to show to servers that ask for one.
        package var clientCertificate: String?
        /// A PEM file with its key; nil where the certificate's file holds it.
        package var clientKey: String?
        /// The key's password, if it has one.
        package var clientKeyPassword: String?
        /// The proxy's address; empty for none; nil for what `https_proxy`, `all_proxy` and `no_proxy` say.
        ///
        /// Never used for requests to this machine.
        package var proxy: String?
        /// Whether plain http goes to other machines as well: of a service that is told no secret.
        package var sendsPlainHTTP = false
        /// Sent unless a request has its own.
        package var userAgent: String
        /// Connections open at once to one host; more requests wait for a free one.
        package var maximumConnectionsPerHost: Int
        /// Connections kept open for reuse, in all.
        package var maximumIdleConnections: Int
        /// Bytes a second, the wait for the first one included: a transfer that stays slower is given up.
        package var lowSpeedLimit: Int
        /// How long it may stay slower, in whole seconds.
        package var lowSpeedTime: Duration

        /// Settings that suit an API on the internet.
        package init(
            caFile: String? = nil,
            clientCertificate: String? = nil,
            clientKey: String? = nil,
            clientKeyPassword: String? = nil,
            proxy: String? = nil,
            userAgent: String = "sluice",
            maximumConnectionsPerHost: Int = 16,
            maximumIdleConnections: Int = 64,
            lowSpeedLimit: Int = 1,
            lowSpeedTime: Duration = .seconds(60)
        ) {
            self.caFile = caFile
            self.clientCertificate = clientCertificate
            self.clientKey = clientKey
            self.clientKeyPassword = clientKeyPassword
            self.proxy = proxy
            self.userAgent = userAgent
            self.maximumConnectionsPerHost = maximumConnectionsPerHost
            self.maximumIdleConnections = maximumIdleConnections
            self.lowSpeedLimit = lowSpeedLimit
            self.lowSpeedTime = lowSpeedTime
        }
    }

    private let settings: Settings
    private let loop: TransferLoop
    private let idle = Locked<[EasyHandle]>([])

    /// Starts the thread.
    ///
    /// Throws `http.certificate` for a file that cannot be read.
    package init(settings: Settings = Settings()) throws(HTTPError) {
        for (file, what) in [
            (settings.caFile, "the file of authorities"),
            (settings.clientCertificate, "the client certificate"),
            (settings.clientKey, "the client certificate's key"),
        ] {
            guard let file, unsafe access(file, R_OK) != 0 else { continue }
            throw HTTPError(
                .certificate,
                "\(what), \(file), cannot be read: \(unsafe String(cString: strerror(errno)))"
            )
        }
        self.settings = settings
        loop = try TransferLoop(
            multi: MultiHandle(
                maximumConnections: settings.maximumIdleConnections,
                maximumConnectionsPerHost: settings.maximumConnectionsPerHost
            )
        )
    }

    deinit {
        loop.requestClose()
    }

    /// Sends a request and gives the whole answer, its body decoded.
    package func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let address = try HTTPAddress(parsing: request.address)
        if !settings.sendsPlainHTTP { try address.checkIsSecure() }
        let handle = try takeHandle()
        defer { giveBack(handle) }
        let decoding = try handle.prepare(request, to: address, settings)
        switch await loop.transfer(handle, isCancellable: !request.outlivesCancellation) {
        case .cancelled: throw CancellationError()
        case .broken:
            throw HTTPError(.protocolError, "\(address.logged): libcurl's loop failed; restart the program")
        case .finished(let code):
            if let error = handle.failure(code, request, address, settings) { throw error }
            let headers = handle.headers()
            var body = handle.takeBody()
            if decoding == .whole, !body.isEmpty {
                // On the caller's task: the loop's thread goes on with the other transfers meanwhile.
                body = try decode(body, headers, limit: request.maximumBody, from: address)
            }
            return HTTPResponse(status: handle.status, headers: headers, body: body)
        }
    }

    /// Sends a request and gives the answer's head, its body to be read while it comes.
    ///
    /// What is not taken stops the transfer once `StreamedBody.window` bytes wait. A body whose end nothing tells from
    /// a cut is refused.
    package func open(_ request: HTTPRequest) async throws -> HTTPOpenResponse {
        try Task.checkCancellation()
        let address = try HTTPAddress(parsing: request.address)
        if !settings.sendsPlainHTTP { try address.checkIsSecure() }
        let handle = try takeHandle()
        do {
            _ = try handle.prepare(request, to: address, settings, window: StreamedBody.window)
        } catch {
            giveBack(handle)
            throw error
        }
        let transfer = StreamedTransfer(handle, request, address, settings, loop) { [self] in giveBack($0) }
        let head: BodyChannel.Head
        do {
            head = try await transfer.head()
        } catch {
            transfer.cancel()
            throw error
        }
        do {
            let coding = try coding(of: head.headers, from: address)
            let body = StreamedBody(transfer, gzip: coding == .gzip ? try GzipStream() : nil)
            // What an error says is worth something, be it cut.
            guard
                head.hasLength || isChunked(head) || !(200..<300).contains(head.status)
                    || head.status == 204
            else {
                throw HTTPError(
                    .protocolError,
                    "\(address.logged): the answer neither says its length nor comes in chunks: where it is cut could not"
                        + " be told from its end"
                )
            }
            return HTTPOpenResponse(status: head.status, headers: head.headers, body: body)
        } catch {
            transfer.cancel()
            throw error
        }
    }

    private func isChunked(_ head: BodyChannel.Head) -> Bool {
        head.headers.contains {
            $0.name.lowercased() == "transfer-encoding" && $0.value.lowercased().contains("chunked")
        }
    }

    /// Ends the thread and closes all connections; running requests throw `CancellationError`, later ones too.
    package func close() async { await loop.close() }

    private func decode(
        _ body: [UInt8],
        _ headers: [(name: String, value: String)],
        limit: Int,
        from address: HTTPAddress
    ) throws(HTTPError) -> [UInt8] {
        try coding(of: headers, from: address) == .gzip
            ? Inflater.inflate(body, limit: limit, from: address) : body
    }

    private enum Coding {
        case identity
        case gzip
    }

    /// How a body is encoded; one layer: nested ones multiply, and nobody sends them.
    private func coding(
        of headers: [(name: String, value: String)],
        from address: HTTPAddress
    ) throws(HTTPError) -> Coding {
        let codings = headers.lazy
            .filter { $0.name.lowercased() == "content-encoding" }
            .flatMap { $0.value.split(separator: ",") }
            .map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            .filter { !$0.isEmpty && $0 != "identity" }
        for (index, coding) in codings.enumerated() {
            guard index == 0, coding == "gzip" || coding == "x-gzip" else {
                throw HTTPError(
                    .badEncoding,
                    "\(address.logged): the body came encoded as \(coding.prefix(40).debugDescription), gzip was asked for"
                )
            }
        }
        return codings.isEmpty ? .identity : .gzip
    }

    private func takeHandle() throws(HTTPError) -> EasyHandle {
        if let handle = idle.withLock({ $0.popLast() }) { return handle }
        return try EasyHandle()
    }

    private func giveBack(_ handle: EasyHandle) {
        // Secrets of the last request do not stay in memory longer than they must.
        handle.reset(maximumBody: 0)
        idle.withLock { idle in
            if idle.count < 32 { idle.append(handle) }
        }
    }
}
