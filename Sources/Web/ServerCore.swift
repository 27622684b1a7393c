/// What the requests of a server share: its handler and limits, and the book of who is open and who sleeps.
final class ServerCore: Sendable {
    private struct Book {
        var open = 0
        /// Requests whose connection is suspended, and whether a task is working on their answer.
        var sleeping: [ObjectIdentifier: (exchange: Exchange, isDeferred: Bool)] = [:]
        var isStopping = false
    }

    let configuration: WebServer.Configuration
    let timer: any WebTimer
    let handler: @Sendable (WebRequest) -> WebAnswer
    /// Deferred answers on their way to `WebServer.run()`.
    let deferred: AsyncStream<DeferredAnswer>
    private let deferring: AsyncStream<DeferredAnswer>.Continuation
    private let book = Monitor(Book())

    init(
        configuration: WebServer.Configuration,
        timer: any WebTimer,
        handler: @escaping @Sendable (WebRequest) -> WebAnswer
    ) {
        self.configuration = configuration
        self.timer = timer
        self.handler = handler
        (deferred, deferring) = AsyncStream.makeStream()
    }

    /// What is said to whoever can't be answered any more.
    var stopping: WebResponse { configuration.refusal(503, "The server is stopping.") }

    func opened() { book.withLock { $0.open += 1 } }

    func closed() {
        let isLast = book.withLock { book in
            book.open -= 1
            return book.open == 0
        }
        if isLast { book.signal() }
    }

    /// Suspends a request's connection unless the server is stopping; on the server's thread.
    func sleep(_ exchange: Exchange, isDeferred: Bool = false) -> Bool {
        book.withLock { book in
            guard !book.isStopping else { return false }
            exchange.suspendConnection()
            book.sleeping[ObjectIdentifier(exchange)] = (exchange, isDeferred)
            return true
        }
    }

    /// Resumes a request's connection, once; from any thread.
    func wake(_ exchange: Exchange) {
        // Only who finds the entry resumes, and until then the connection cannot be freed.
        let entry = book.withLock { $0.sleeping.removeValue(forKey: ObjectIdentifier(exchange)) }
        entry?.exchange.resumeConnection()
    }

    func `defer`(_ answer: DeferredAnswer) { deferring.yield(answer) }

    /// Ends what waits and returns when no request is open or the time is over; false if some are still open.
    ///
    /// The library aborts the process if it is stopped with a connection suspended, so nothing may sleep
    /// afterwards. Answers that a task is working on get the time of `grace`, and are 503 after it.
    func drain(grace: Duration) -> Bool {
        wakeAll { !$0 }
        let end = Monitor<Book>.now + Int64(grace / .nanoseconds(1))
        if !book.wait(until: end, { $0.open == 0 }) {
            wakeAll { _ in true }
            book.wait(until: Monitor<Book>.now + 1_000_000_000) { $0.open == 0 }
        }
        deferring.finish()
        return book.withLock { $0.open == 0 }
    }

    private func wakeAll(_ isMeant: (_ isDeferred: Bool) -> Bool) {
        let woken = book.withLock { book in
            book.isStopping = true
            let woken = book.sleeping.filter { isMeant($0.value.isDeferred) }
            for key in woken.keys { book.sleeping[key] = nil }
            return woken.values.map(\.exchange)
        }
        for exchange in woken { exchange.resumeConnection() }
    }
}

/// A request that a child task answers.
struct DeferredAnswer: Sendable {
    var exchange: Exchange
    var make: @Sendable () async -> WebResponse
}
