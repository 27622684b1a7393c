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
        return (token, TransferCode(raw: code.rawValue))
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

/// What a transfer ended with, as libcurl numbers it.
struct TransferCode: Equatable, Sendable {
    let raw: UInt32
}

enum CurlLibrary {
    /// Set up once for the process, before the first handle.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
