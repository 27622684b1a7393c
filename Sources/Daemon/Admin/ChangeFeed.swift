import Core
import Synchronization
import Web

/// Tells everybody who listens that something has changed, as server-sent events; what it is they look up themselves.
final class ChangeFeed: Sendable {
    /// So often something is sent, so that those who left are noticed, and those who stay know that it is alive.
    static let heartbeat: Duration = .seconds(15)
    /// A run that reads changes something all the time: nobody wants to look oftener than that.
    static let pace: Duration = .milliseconds(250)

    private let control: any DaemonControl
    private let time: Monotonic
    private let listeners = Locked([WebStream]())

    init(control: any DaemonControl, time: Monotonic) {
        self.control = control
        self.time = time
    }

    /// An answer that goes on until its client leaves.
    func listen() async -> WebResponse {
        let stream = WebStream(limit: 64 << 10)
        // First on the list, then the look: a change between them is told twice rather than not at all.
        listeners.withLock { $0.append(stream) }
        stream.write(Self.event(await control.revision()))
        return WebResponse(
            status: 200,
            headers: [
                "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no",
            ],
            body: .stream(stream)
        )
    }

    /// Tells of changes until the task is cancelled.
    func run() async {
        var revision = await control.revision()
        while !Task.isCancelled {
            await control.change(from: revision, within: Self.heartbeat)
            let now = await control.revision()
            tell(now == revision ? Array(": still here\n\n".utf8) : Self.event(now))
            revision = now
            try? await time.sleep(Self.pace)
        }
        let left = listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
        for stream in left { stream.finish() }
    }

    /// How many listen.
    var count: Int { listeners.withLock { $0.count } }

    private func tell(_ bytes: [UInt8]) {
        let streams = listeners.withLock { $0 }
        let gone = Set(streams.filter { !$0.write(bytes) }.map(ObjectIdentifier.init))
        guard !gone.isEmpty else { return }
        listeners.withLock { $0.removeAll { gone.contains(ObjectIdentifier($0)) } }
    }

    private static func event(_ revision: Int) -> [UInt8] {
        Array("event: revision\ndata: \(revision)\n\n".utf8)
    }
}
