#if TSAN
    import Glibc

    /// A value behind a pthread lock: under ThreadSanitizer, which reports false races on `Synchronization.Mutex`
    /// (its slow path lies in a library that is not instrumented).
    @safe
    package final class Locked<Value>: @unchecked Sendable {
        // Safe to share: `kept` is only touched between lock and unlock of `mutex`, which lives until deinit.
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        // Never empty: an empty property has the object's own address, where every call reads its class.
        private var kept: (value: Value, room: UInt8)

        /// Takes the initial value.
        package init(_ value: sending Value) {
            kept = (value, 0)
            unsafe pthread_mutex_init(mutex, nil)
        }

        deinit {
            unsafe pthread_mutex_destroy(mutex)
            unsafe mutex.deallocate()
        }

        /// Runs `body` with the value, alone.
        package func withLock<Result, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            unsafe pthread_mutex_lock(mutex)
            defer { unsafe pthread_mutex_unlock(mutex) }
            return try body(&kept.value)
        }
    }
#else
    package import Synchronization

    /// A value behind a lock.
    ///
    /// Decide under it, act after it: no call out, no await and no logging while it is held.
    package typealias Locked = Mutex
#endif
