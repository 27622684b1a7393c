import Glibc

/// Something that happens once and that threads can wait for, for a while.
@safe
final class Latch: @unchecked Sendable {
    // Safe to share: `isOpen` is only touched with the mutex held; all is freed in deinit, when nobody can wait any more.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let opened = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var isOpen = false

    init() {
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        // A wall clock that is set must neither end nor stretch a wait.
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(opened, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(opened)
        unsafe pthread_mutex_destroy(mutex)
        unsafe opened.deallocate()
        unsafe mutex.deallocate()
    }

    /// It happened.
    func open() {
        unsafe pthread_mutex_lock(mutex)
        isOpen = true
        unsafe pthread_cond_broadcast(opened)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Waits until it happened, at most so long; whether it did.
    func wait(atMost limit: Duration) -> Bool {
        var end = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &end)
        let nanoseconds = end.tv_nsec + Int(limit.milliseconds) * 1_000_000
        end.tv_sec += nanoseconds / 1_000_000_000
        end.tv_nsec = nanoseconds % 1_000_000_000
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while !isOpen {
            if unsafe pthread_cond_timedwait(opened, mutex, &end) == ETIMEDOUT { break }
        }
        return isOpen
    }

    /// Stops the calling thread for so long: between two tries of a blocking call, on a thread made for blocking.
    static func pause(_ duration: Duration) { _ = Latch().wait(atMost: duration) }
}
