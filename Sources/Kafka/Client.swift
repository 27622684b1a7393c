import Core
import Synchronization

/// A running client: its handle, its poll thread, and the one way to end both.
final class Client: Sendable {
    let handle: ClientHandle
    let monitor: ClientMonitor
    private let pollEnded = Latch()
    private let isShutDown = Locked(false)

    /// `onReport` is told what became of each record, by the number it was produced with, on the poll thread.
    init(
        settings: KafkaSettings,
        role: ClientRole,
        onReport: ClientMonitor.Report? = nil
    ) throws(PublishError) {
        let configuration = try ClientConfiguration(
            settings: settings,
            role: role,
            libraryVersion: ClientHandle.libraryVersion
        )
        handle = try ClientHandle(configuration, isConsumer: role.isConsumer)
        monitor = ClientMonitor(onLog: settings.onLog, onReport: onReport)
        DedicatedThread.start { [handle, monitor, pollEnded] in
            while !monitor.isStopping { handle.poll(monitor, milliseconds: 1000) }
            pollEnded.open()
        }
    }

    /// Drops what is unsent, ends the poll thread and frees the client; whether it was done in time.
    ///
    /// Blocks: for the thread of blocking calls only. Destroying can hang in the library's own threads, so it has a
    /// thread of its own, which is left behind where it does (I7).
    func shutDown(atMost limit: Duration = .seconds(10)) -> Bool {
        beginShutDown()?.wait(atMost: limit) ?? true
    }

    /// Starts what `shutDown` waits for, so that several clients can end at the same time; nil where it was started.
    func beginShutDown() -> Latch? {
        let isFirst = isShutDown.withLock { isDone in
            defer { isDone = true }
            return !isDone
        }
        guard isFirst else { return nil }
        handle.purge()
        handle.flush(.seconds(1))
        monitor.stop()
        handle.wakePoll()
        let destroyed = Latch()
        DedicatedThread.start { [handle, pollEnded] in
            _ = pollEnded.wait(atMost: .seconds(3600))
            handle.destroy()
            destroyed.open()
        }
        return destroyed
    }

    /// The error for a broker that did not answer, with the last thing that was heard.
    func unreachable(_ attempt: String, settings: KafkaSettings) -> PublishError {
        let last = monitor.lastError
        if let last, ErrorClass.publishCode(of: last.code) == .authentication {
            return PublishError(
                .authentication,
                "\(attempt): Kafka at \(settings.bootstrap) refused the login: \(last.text); check the credentials"
                    + " and security.protocol"
            )
        }
        return PublishError(
            .unreachable,
            "\(attempt): no usable answer from Kafka at \(settings.bootstrap)"
                + (last.map { " (\($0.text))" } ?? "") + "; check the address, the network and the broker"
        )
    }
}
