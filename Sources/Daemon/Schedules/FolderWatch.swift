import Core
import Glibc
import Synchronization

/// Says when something in a folder may have changed, by the system's own notice (inotify).
///
/// Several changes that come together are one: an editor writes a file in steps. `stop()` must be called.
package final class FolderWatch: Sendable {
    /// So many milliseconds nothing more may come before a change is told.
    private static let quiet: Int32 = 200
    /// How often the thread looks whether it is stopped, in milliseconds.
    private static let look: Int32 = 1000

    /// An element after each change; the newest one alone is kept.
    package let changes: AsyncStream<Void>
    private let isStopped = Locked(false)

    /// Watches a folder; nil where the system cannot, as on some network file systems.
    package init?(_ path: String) {
        let notices = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        let events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE
        guard notices >= 0, unsafe inotify_add_watch(notices, path, UInt32(events)) >= 0 else {
            if notices >= 0 { close(notices) }
            return nil
        }
        let (changes, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.changes = changes
        DedicatedThread.start { [self] in follow(notices, continuation) }
    }

    private func follow(_ notices: Int32, _ continuation: AsyncStream<Void>.Continuation) {
        while !isStopped.withLock({ $0 }) {
            guard Self.isReadable(notices, within: Self.look) else { continue }
            repeat { Self.drain(notices) } while Self.isReadable(notices, within: Self.quiet)
            continuation.yield()
        }
        close(notices)
        continuation.finish()
    }

    /// Ends the thread, within a second.
    package func stop() { isStopped.withLock { $0 = true } }

    private static func isReadable(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&descriptor, 1, milliseconds) > 0
    }

    private static func drain(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while unsafe read(descriptor, &buffer, buffer.count) > 0 {}
    }
}
