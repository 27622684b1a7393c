import Glibc

/// Calls back later: what delayed answers wait on.
///
/// A test gives its own and decides when "later" is.
package protocol WebTimer: Sendable {
    /// Calls `body` once, on any thread, after so long.
    func call(after delay: Duration, _ body: @escaping @Sendable () -> Void)
}

/// The timer of a server that was given none: one thread that sleeps until the next call is due.
@safe
final class TimerThread: WebTimer {
    private struct Call {
        var due: Int64
        var body: @Sendable () -> Void
    }

    private struct Pending {
        var calls: [Call] = []  // latest first, so that the next one is at the end
        var isStopped = false
        var thread: pthread_t?
    }

    private let pending = Monitor(Pending())

    func call(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        let (seconds, attoseconds) = delay.components
        let wait = max(0, min(seconds, 1_000_000_000)) * 1_000_000_000 + max(0, attoseconds / 1_000_000_000)
        let call = Call(due: Monitor<Pending>.now + wait, body: body)
        pending.withLock { pending in
            guard !pending.isStopped else { return }
            let place = pending.calls.firstIndex { $0.due <= call.due } ?? pending.calls.endIndex
            pending.calls.insert(call, at: place)
            if pending.thread == nil { pending.thread = start() }
        }
        pending.signal()
    }

    /// Drops what is still to come and ends the thread.
    func stop() {
        let thread = pending.withLock { pending in
            pending.isStopped = true
            pending.calls = []
            return pending.thread.take()
        }
        pending.signal()
        if let thread { pthread_join(thread, nil) }
    }

    private func start() -> pthread_t? {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(pending).toOpaque()
        let failure = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                TimerThread.serve(unsafe Unmanaged<Monitor<Pending>>.fromOpaque(context).takeRetainedValue())
                return nil
            },
            context
        )
        precondition(failure == 0, "no thread for delayed answers: \(failure)")
        return thread
    }

    private static func serve(_ pending: Monitor<Pending>) {
        while true {
            let (isStopped, next) = pending.withLock { ($0.isStopped, $0.calls.last?.due) }
            if isStopped { return }
            var due: Call?
            pending.wait(until: next) { pending in
                if pending.isStopped { return true }
                guard let last = pending.calls.last else { return false }
                if last.due <= Monitor<Pending>.now {
                    due = pending.calls.removeLast()
                    return true
                }
                return next == nil || last.due < (next ?? .max)
            }
            due?.body()
        }
    }
}
