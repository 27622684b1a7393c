import Glibc
import Runs

/// SIGINT, SIGTERM and SIGHUP: the first asks the run to end, the second ends the process at once with 128+n.
enum Signals {
    /// Blocks the signals in this thread, and so in every later one; call it before any thread is started.
    ///
    /// SIGPIPE is ignored: libcurl no longer masks it, and a closed pipe shows as an error of `write`.
    static func block() -> SignalSet {
        signal(SIGPIPE, SIG_IGN)
        let set = SignalSet()
        unsafe pthread_sigmask(SIG_BLOCK, set.pointer, nil)
        return set
    }

    /// Starts the thread that waits for the signals and gives the first to `stop`.
    static func forward(_ set: SignalSet, to stop: StopSignal) {
        let waiter = unsafe Unmanaged.passRetained(SignalWaiter(set: set, stop: stop)).toOpaque()
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<SignalWaiter>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            waiter
        )
        precondition(result == 0, "no thread could be made to wait for signals: error \(result)")
        pthread_detach(thread)
    }
}

/// The signals that end a run, as a set with a fixed address.
@safe
final class SignalSet: @unchecked Sendable {
    // Safe to share: written in init only.
    let pointer: UnsafeMutablePointer<sigset_t>

    init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe sigemptyset(pointer)
        for signal in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(pointer, signal) }
    }

    deinit { unsafe pointer.deallocate() }
}

/// Waits for signals for as long as the process lives.
private final class SignalWaiter: Sendable {
    private let set: SignalSet
    private let stop: StopSignal

    init(set: SignalSet, stop: StopSignal) {
        self.set = set
        self.stop = stop
    }

    func run() {
        while true {
            var signal: Int32 = 0
            guard unsafe sigwait(set.pointer, &signal) == 0 else { continue }
            if stop.signal != nil { _exit(128 + signal) }
            stop.give(signal)
        }
    }
}
