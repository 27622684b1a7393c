import Glibc
import Synchronization

/// One thread that runs what it is given, in order: where blocking calls go, off the cooperative pool.
@safe
package final class SerialThread: @unchecked Sendable {
    // Safe to share: `jobs` is behind its lock, and the semaphore is made for being shared; it is freed in deinit,
    // which the running thread holds off by keeping `self`.
    private let jobs = Locked<(queue: [@Sendable () -> Void], isStopped: Bool)>(([], false))
    private let signal = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    /// Starts the thread.
    package init() {
        unsafe sem_init(signal, 0, 0)
        DedicatedThread.start { [self] in loop() }
    }

    deinit {
        unsafe sem_destroy(signal)
        unsafe signal.deallocate()
    }

    /// Runs `body` after what was given before and returns its result; not cancelled by the task.
    package func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Value, Failure>, Never>) in
            submit { continuation.resume(returning: Result(catching: body)) }
        }
        return try result.get()
    }

    /// Runs `body` on a thread made for it alone: what takes seconds, and is done seldom.
    package static func apart<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let thread = SerialThread()
        defer { thread.stop() }
        return try await thread.run(body)
    }

    /// Runs `body` on each element, in pieces side by side on threads made for them; the results in the elements' order.
    package static func sideBySide<Element: Sendable, Value: Sendable>(
        _ elements: [Element],
        _ body: @escaping @Sendable (Element) -> Value
    ) async -> [Value] {
        let size = max(leastPiece, (elements.count + processors - 1) / processors)
        let pieces = stride(from: 0, to: elements.count, by: size).map {
            Array(elements[$0..<min($0 + size, elements.count)])
        }
        return await withTaskGroup(of: (Int, [Value]).self) { group in
            for (number, piece) in pieces.enumerated() {
                group.addTask { (number, await apart { piece.map(body) }) }
            }
            var results = [[Value]](repeating: [], count: pieces.count)
            for await (number, values) in group { results[number] = values }
            return Array(results.joined())
        }
    }

    /// Less is not worth a thread.
    private static let leastPiece = 64
    private static let processors = min(8, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// Ends the thread after what was given before; what comes later runs on the caller's thread.
    package func stop() {
        jobs.withLock { $0.isStopped = true }
        unsafe sem_post(signal)
    }

    /// Runs `job` after what was given before, and returns at once.
    package func submit(_ job: @escaping @Sendable () -> Void) {
        let isAccepted = jobs.withLock { jobs in
            if !jobs.isStopped { jobs.queue.append(job) }
            return !jobs.isStopped
        }
        if isAccepted {
            unsafe sem_post(signal)
        } else {
            job()
        }
    }

    private func loop() {
        while true {
            let (batch, isStopped) = jobs.withLock { jobs in
                defer { jobs.queue.removeAll() }
                return (jobs.queue, jobs.isStopped)
            }
            for job in batch { job() }
            if batch.isEmpty {
                if isStopped { return }
                while unsafe sem_wait(signal) != 0 {}
            }
        }
    }
}

/// Starts threads that end by themselves.
package enum DedicatedThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a thread of its own.
    package static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let box = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
        let code = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                if let argument = unsafe argument {
                    unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            },
            box
        )
        // Without a thread nothing can be closed any more either: as for memory, there is no way on.
        guard code == 0 else {
            preconditionFailure("no thread: pthread_create gave \(code)")
        }
        pthread_detach(thread)
    }
}
