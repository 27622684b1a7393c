import CMicroHTTPD
import Glibc
import Synchronization

/// A small HTTP/1.1 server on one thread of its own.
///
/// The handler runs on that thread and either answers at once or defers to a child task of `run()`. `stop()` must
/// be called before the last reference goes.
@safe
package final class WebServer: @unchecked Sendable {
    // Safe to share: the daemon pointer is only touched under the lock of `daemon`.

    /// Where to listen, and what to put up with.
    package struct Configuration: Sendable {
        /// A numeric address of this machine.
        package var host = "127.0.0.1"
        /// 0 lets the system choose.
        package var port: UInt16 = 0
        /// The names in `Host` that are answered, in lower case and without port; nil answers to any.
        package var hosts: Set<String>?
        /// The most bytes of a request's body; more is answered with 413.
        package var bodyLimit = 1 << 20
        /// The most connections at a time; others wait unanswered.
        package var connectionLimit = 512
        /// The most bytes of a request's head; more is answered with 431 or 414.
        package var headLimit = 32 << 10
        /// How long a connection may stay without a byte.
        package var idleTimeout: Duration = .seconds(60)
        /// How long an answer of `.silence` holds the connection.
        package var silenceLimit: Duration = .seconds(600)
        /// The threads that serve connections.
        package var threads = 1
        /// The answer to what the server refuses itself: its status and the reason, a sentence.
        package var refusal: @Sendable (_ status: Int, _ reason: String) -> WebResponse = {
            .text($1, status: $0)
        }

        package init(host: String = "127.0.0.1", port: UInt16 = 0) {
            self.host = host
            self.port = port
        }
    }

    @safe
    private struct Daemon {
        var pointer: OpaquePointer?
    }

    /// The port that it listens on.
    package let port: UInt16
    private let core: ServerCore
    private let ownTimer: TimerThread?
    private let daemon: Monitor<Daemon>

    /// Listens, and answers from then on.
    ///
    /// - Parameters:
    ///   - configuration: where, and with what limits.
    ///   - timer: what delayed answers wait on; a thread of the server's own if none is given.
    ///   - handler: called on the server's thread, with the whole request.
    /// - Throws: if the address is none, or cannot be listened on.
    package init(
        configuration: Configuration = Configuration(),
        timer: (any WebTimer)? = nil,
        handler: @escaping @Sendable (WebRequest) -> WebAnswer
    ) throws(WebError) {
        signal(SIGPIPE, SIG_IGN)
        ownTimer = timer == nil ? TimerThread() : nil
        core = ServerCore(
            configuration: configuration,
            timer: timer ?? ownTimer ?? TimerThread(),
            handler: handler
        )
        var address = sockaddr_storage()
        guard unsafe sluice_mhd_address(configuration.host, configuration.port, &address) == 1 else {
            throw WebError(
                code: .badAddress,
                message: "cannot listen on '\(configuration.host)': give a numeric address such as 127.0.0.1"
            )
        }
        errno = 0
        let started = unsafe Self.start(core, on: address)
        guard let started = unsafe started else {
            let reason = unsafe String(cString: strerror(errno))
            throw WebError(
                code: .cannotListen,
                message: "cannot listen on \(configuration.host):\(configuration.port): \(reason); "
                    + "choose another port or stop what uses it"
            )
        }
        port = unsafe sluice_mhd_port(started)
        daemon = unsafe Monitor(Daemon(pointer: started))
    }

    /// Serves the deferred answers, each in a child task, until the server stops or the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await answer in core.deferred {
                group.addTask { answer.exchange.respond(await answer.make()) }
            }
        }
    }

    /// The connections that are open now.
    package var connections: Int {
        daemon.withLock { daemon in
            guard let pointer = unsafe daemon.pointer else { return 0 }
            return Int(unsafe sluice_mhd_connections(pointer))
        }
    }

    /// Refuses new connections, ends what waits, gives deferred answers their grace, and returns when all is closed.
    ///
    /// Blocks; a second call does nothing. Not to be called from a handler, whose thread it ends.
    package func stop(grace: Duration = .seconds(5)) {
        let pointer = unsafe daemon.withLock { daemon in unsafe daemon.pointer.take() }
        guard let pointer = unsafe pointer else { return }
        let listening = unsafe MHD_quiesce_daemon(pointer)
        if listening >= 0 { close(listening) }
        _ = core.drain(grace: grace)
        unsafe MHD_stop_daemon(pointer)
        ownTimer?.stop()
    }

    private static func start(_ core: ServerCore, on address: sockaddr_storage) -> OpaquePointer? {
        var address = address
        let settings = core.configuration
        return unsafe sluice_mhd_start(
            &address,
            UInt32(settings.threads),
            UInt32(settings.connectionLimit),
            UInt32(max(1, settings.idleTimeout.components.seconds)),
            settings.headLimit,
            { _, _, _, method, _, upload, size, slot in
                guard let size = unsafe size, let method = unsafe method, let held = unsafe slot?.pointee
                else {
                    return .NO
                }
                let bytes = unsafe UnsafeRawBufferPointer(start: upload, count: size.pointee)
                unsafe size.pointee = 0
                return unsafe Unmanaged<Exchange>.fromOpaque(held).takeUnretainedValue()
                    .advance(method: method, upload: bytes)
            },
            { context, target, connection in
                guard let context = unsafe context, let target = unsafe target,
                    let connection = unsafe connection
                else { return nil }
                let core = unsafe Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
                let exchange = unsafe Exchange(
                    connection: connection,
                    target: String(cString: target),
                    core: core
                )
                return unsafe Unmanaged.passRetained(exchange).toOpaque()
            },
            { _, _, slot, _ in
                guard let held = unsafe slot?.pointee else { return }
                unsafe slot?.pointee = nil
                let exchange = unsafe Unmanaged<Exchange>.fromOpaque(held).takeRetainedValue()
                exchange.completed()
            },
            { _, _, text in
                guard let text = unsafe text else { return 0 }
                return unsafe strlen(text)
            },
            // Kept alive by the server, which stops the daemon before it goes.
            Unmanaged.passUnretained(core).toOpaque()
        )
    }
}

/// The library that this module runs with.
package enum WebLibrary {
    /// As `libmicrohttpd/0.9.75`.
    package static var version: String { unsafe "libmicrohttpd/\(String(cString: MHD_get_version()))" }
}
