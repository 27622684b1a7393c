import CCurl
import Core

/// libcurl's set of running transfers with their connections.
///
/// All calls but `wake` come from the loop's thread.
@safe
final class MultiHandle: @unchecked Sendable {
    // Safe to share: the pointer never changes, and `curl_multi_wakeup` is the one function that libcurl allows from
    // any thread; `TransferLoop` lets nobody call it after the loop has given the handle up.
    private let pointer: OpaquePointer

    /// Connections kept open for reuse, in all; and open at once to one host.
    init(maximumConnections: Int, maximumConnectionsPerHost: Int) throws(HTTPError) {
        guard CurlLibrary.isReady, let pointer = unsafe curl_multi_init() else {
            throw HTTPError(.protocolError, "libcurl could not be started: out of memory?")
        }
        unsafe self.pointer = pointer
        unsafe sluice_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, maximumConnections)
        unsafe sluice_multi_set_long(pointer, CURLMOPT_MAX_HOST_CONNECTIONS, maximumConnectionsPerHost)
    }

    deinit {
        unsafe curl_multi_cleanup(pointer)
    }

    /// Starts a transfer; false where libcurl refuses.
    func add(_ handle: EasyHandle) -> Bool {
        unsafe curl_multi_add_handle(pointer, handle.pointer) == CURLM_OK
    }

    /// Ends a transfer, finished or not, at once; its connection stays only if it is free for another.
    func remove(_ handle: EasyHandle) { unsafe curl_multi_remove_handle(pointer, handle.pointer) }

    /// Moves all transfers on as far as they go without waiting.
    func perform() -> Bool {
        var running: Int32 = 0
        return unsafe curl_multi_perform(pointer, &running) == CURLM_OK
    }

    /// The next transfer that has ended: its token and libcurl's code.
    func nextFinished() -> (token: UInt, code: TransferCode)? {
        var token: UInt = 0
        var code = CURLE_OK
        guard unsafe sluice_multi_next_finished(pointer, &token, &code) else { return nil }
        return (token, TransferCode(code))
    }

    /// Waits for a socket, a timer of libcurl's, a wakeup or the given time.
    func poll(milliseconds: Int32) -> Bool {
        unsafe curl_multi_poll(pointer, nil, 0, milliseconds, nil) == CURLM_OK
    }

    /// Makes a `poll` return, the next one if none waits.
    ///
    /// From any thread.
    func wake() { unsafe curl_multi_wakeup(pointer) }
}

enum CurlLibrary {
    /// Set up once for the process, before the first handle.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// The library and what it was built with, as it names itself.
    static var version: String { unsafe String(cString: curl_version()) }
}

extension TransferCode {
    fileprivate init(_ code: CURLcode) {
        self =
            switch code {
            case CURLE_OK: .done
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_WRITE_ERROR: .refusedBody
            case CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR,
                CURLE_HTTP2_STREAM,
                CURLE_SEND_FAIL_REWIND:
                .unreadable
            default: TransferCode.failure(code)
            }
    }

    private static func failure(_ code: CURLcode) -> TransferCode {
        switch code {
        case CURLE_URL_MALFORMAT:
            .failed(.badAddress, "libcurl cannot use the address", showsDetail: false)
        case CURLE_COULDNT_RESOLVE_HOST:
            .failed(.cannotResolve, "the host's name cannot be resolved", showsDetail: false)
        case CURLE_COULDNT_RESOLVE_PROXY:
            .failed(.cannotResolve, "the proxy's name cannot be resolved", showsDetail: false)
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED:
            .failed(.cannotConnect, "no connection", showsDetail: true)
        case CURLE_PROXY:
            .failed(.cannotConnect, "the proxy refused the connection", showsDetail: false)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER:
            .failed(.cannotConnect, "the TLS handshake failed", showsDetail: true)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            .failed(
                .certificate,
                "the server's certificate is not trusted (a private authority? name its file with --ca-file)",
                showsDetail: true
            )
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE:
            .failed(.certificate, "the file of authorities cannot be used", showsDetail: false)
        case CURLE_SSL_CERTPROBLEM, CURLE_SSL_CLIENTCERT:
            .failed(
                .certificate,
                "the client certificate or its key cannot be used (do they belong together, is the passphrase right?)",
                showsDetail: true
            )
        case CURLE_BAD_CONTENT_ENCODING:
            .failed(.badEncoding, "the body's encoding is damaged or cut off", showsDetail: false)
        // The scheme was checked before: what libcurl does not support is the answer, HTTP/0.9.
        case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_UNSUPPORTED_PROTOCOL:
            .failed(.protocolError, "the server does not speak HTTP as it should", showsDetail: false)
        default:
            .failed(.protocolError, unsafe String(cString: curl_easy_strerror(code)), showsDetail: false)
        }
    }
}
