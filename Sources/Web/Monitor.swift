import Glibc

/// A value behind a lock on whose changes a thread can wait.
@safe
final class Monitor<Value>: @unchecked Sendable {
    // Safe to share: `value` is only touched between lock and unlock of `mutex`; both C objects live until deinit.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: sending Value) {
        self.value = value
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(changed, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(mutex)
        unsafe changed.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs `body` with the value, alone.
    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(&value)
    }

    /// Wakes whoever waits, so that it looks again.
    func signal() { unsafe pthread_cond_broadcast(changed) }

    /// Blocks until `isDone` holds or the time has come; nil waits for ever.
    ///
    /// - Parameters:
    ///   - deadline: nanoseconds of the monotonic clock.
    ///   - isDone: looked at under the lock, at first and after every signal.
    /// - Returns: whether it holds.
    @discardableResult
    func wait(until deadline: Int64?, _ isDone: (inout Value) -> Bool) -> Bool {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while !isDone(&value) {
            guard let deadline else {
                unsafe pthread_cond_wait(changed, mutex)
                continue
            }
            var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
            if unsafe pthread_cond_timedwait(changed, mutex, &time) == ETIMEDOUT { return isDone(&value) }
        }
        return true
    }

    /// The monotonic clock, in nanoseconds.
    static var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
