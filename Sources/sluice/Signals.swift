import Core
import Glibc
import Runs
import Synchronization

/// SIGINT, SIGTERM and SIGHUP: the first asks the command to end, the second ends the process at once with 128+n.
///
/// A command that cannot end early is ended by the first.
final class Signals: Sendable {
    private let set: SignalSet
    private let stop = StopSignal()
    private let isAwaited = Locked(false)
    private let reloading = Locked<AsyncStream<Void>.Continuation?>(nil)

    /// Blocks the signals in this thread, and so in every later one; made before any thread is started.
    ///
    /// SIGPIPE is ignored: libcurl no longer masks it, and a closed pipe shows as an error of `write`.
    init() {
        signal(SIGPIPE, SIG_IGN)
        set = SignalSet()
        unsafe pthread_sigmask(SIG_BLOCK, set.pointer, nil)
    }

    /// What a command waits on that ends in order at a signal.
    func awaited() -> StopSignal {
        isAwaited.withLock { $0 = true }
        return stop
    }

    /// What a command that reads its files again at SIGHUP waits on: an element a signal, the newest alone kept.
    func reloads() -> AsyncStream<Void> {
        let (reloads, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        reloading.withLock { $0 = continuation }
        return reloads
    }

    /// Takes the signals, for as long as the process lives; the main thread's work.
    func takeForever() -> Never {
        while true {
            var signal: Int32 = 0
            guard unsafe sigwait(set.pointer, &signal) == 0 else { continue }
            if signal == SIGHUP, let reloading = reloading.withLock({ $0 }) {
                reloading.yield()
                continue
            }
            guard stop.signal == nil, isAwaited.withLock({ $0 }) else { _exit(128 + signal) }
            stop.give(signal)
        }
    }
}

/// The signals that end a command, as a set with a fixed address.
@safe
private final class SignalSet: @unchecked Sendable {
    // Safe to share: written in init only.
    let pointer: UnsafeMutablePointer<sigset_t>

    init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe sigemptyset(pointer)
        for signal in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(pointer, signal) }
    }

    deinit { unsafe pointer.deallocate() }
}
