import Core
import Synchronization

/// Appends lines to a log's one partition in their order, and tries for as long as Kafka is away.
///
/// An idempotent producer without transactions: a line is acknowledged once it is durable. Only where the client had to
/// be replaced after a failure can a line stand twice, at another time.
final class LogWriter: Sendable {
    private struct Shared {
        var backlog = LogBacklog()
        var isClosed = false
    }

    /// The client and how far it is; only the worker touches it.
    private struct Running {
        var client: Client?
        var isReady = false
    }

    private let settings: KafkaSettings
    private let topic: String
    private let monotonic: Monotonic
    private let worker = SerialThread()
    private let shared = Watched(Shared())
    private let running = Locked(Running())

    /// A line that is longer would be refused by a broker that nobody configured.
    static let maximumLineBytes = 1_000_000
    /// Waiting for so long is said.
    private static let tolerance = Duration.seconds(5)

    init(settings: KafkaSettings, topic: String, monotonic: Monotonic) {
        self.settings = settings
        self.topic = topic
        self.monotonic = monotonic
    }

    /// How many lines Kafka does not have yet.
    var backlog: Int { shared.read { $0.backlog.count } }

    /// Takes a line; waits while there are too many already.
    func append(_ line: LogBacklog.Line) async throws {
        guard line.size <= Self.maximumLineBytes else {
            throw PublishError(
                .recordTooLarge,
                "a line of \(line.size) bytes for \(topic): at most \(Self.maximumLineBytes) fit"
            )
        }
        while true {
            if shared.read({ $0.isClosed }) { throw PublishError(.fatal, "the log \(topic) is closed") }
            let isTaken = shared.change { shared in
                guard shared.backlog.hasRoom else { return false }
                shared.backlog.add(line)
                return true
            }
            if isTaken { break }
            // Whoever fills it meanwhile is not the one who flushes: so this does.
            try await flush(upTo: shared.read { $0.backlog.first } + 1)
        }
        // What cannot be handed over now is by the next line, or by whoever waits for the acknowledgement.
        _ = try? await worker.run { [self] () throws(PublishError) in try handOver() }
    }

    /// Returns once Kafka has acknowledged every line that was appended before.
    ///
    /// While Kafka is away it waits, and says so. What Kafka refuses is thrown; the lines stay, and are tried again by
    /// the next call, but for one that is too large for the topic.
    func flush() async throws { try await flush(upTo: shared.read { $0.backlog.next }) }

    private func flush(upTo target: Int) async throws {
        guard shared.read({ $0.backlog.first < target && !$0.isClosed }) else { return }
        let result = await withTaskGroup(of: Result<Void, any Error>.self) { group in
            group.addTask { await Self.result { try await self.settle(target) } }
            group.addTask { await Self.result { try await self.watch() } }
            let first = await group.next() ?? .success(())
            group.cancelAll()
            return first
        }
        try result.get()
    }

    private static func result(_ body: () async throws -> Void) async -> Result<Void, any Error> {
        do {
            try await body()
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func settle(_ target: Int) async throws {
        while true {
            try Task.checkCancellation()
            let isHandedOver = try await worker.run { [self] () throws(PublishError) in try handOver() }
            guard isHandedOver else {
                try await monotonic.sleep(.milliseconds(200))
                continue
            }
            await shared.wait { $0.backlog.first >= target || $0.backlog.failure != nil || $0.isClosed }
            try Task.checkCancellation()
            let (isDone, failure, isClosed) = shared.read {
                ($0.backlog.first >= target, $0.backlog.failure, $0.isClosed)
            }
            if isDone { return }
            if isClosed {
                throw PublishError(.fatal, "the log \(topic) was closed before it was acknowledged")
            }
            guard let failure else { continue }
            try judge(failure.number, failure.error)
            try await monotonic.sleep(.seconds(1))
        }
    }

    /// Throws what trying again will not mend; else says what happened.
    private func judge(_ number: Int, _ error: ClientError) throws(PublishError) {
        let attempt = "appending to \(topic)"
        guard let code = ErrorClass.publishCode(of: error.code), code != .fenced else {
            say(5, "\(attempt): \(error.text) (\(error.name)); trying again with a new client")
            return
        }
        // Else it would stand in the way of all that follow.
        if code == .recordTooLarge || code == .recordRefused { shared.change { $0.backlog.drop(number) } }
        // The next call begins anew.
        let remedy = ErrorClass.remedy(for: code).map { "; \($0)" } ?? ""
        throw PublishError(code, "\(attempt): \(error.text) (\(error.name))\(remedy)")
    }

    /// Says that Kafka takes its time, now and then, and throws where it refuses the login.
    private func watch() async throws {
        var wait = Self.tolerance
        while true {
            try await monotonic.sleep(wait)
            wait = .seconds(60)
            let client = running.withLock { $0.client }
            let lines = backlog
            guard lines > 0 else { continue }
            let error = client?.unreachable("appending to \(topic)", settings: settings)
            if let error, error.code == .authentication { throw error }
            say(4, "\(topic): \(lines) lines wait for Kafka: \(error?.message ?? "no client could be made")")
        }
    }

    private func say(_ level: Int, _ text: String) {
        settings.onLog(KafkaSettings.LogLine(level: level, facility: "LOG", text: text))
    }

    // MARK: On the worker's thread

    /// Gives a client what it was not given yet; false where it cannot be now.
    private func handOver() throws(PublishError) -> Bool {
        let isBroken = shared.read { $0.backlog.failure != nil }
        guard let client = try client(isBroken: isBroken) else { return false }
        while let (number, line) = shared.read({ $0.backlog.nextToSend() }) {
            let record = StateRecord(key: line.key ?? [], value: line.value)
            let token = RecordToken(rawValue: number)
            guard let error = client.handle.produce(record, topic: topic, partition: 0, token: token) else {
                shared.change { $0.backlog.sent(number) }
                continue
            }
            // Slow down: reports make room.
            if error.code == ErrorNumber.queueFull { return false }
            shared.change { $0.backlog.failed(number, error) }
        }
        return true
    }

    /// The client, a new one where the old one is of no more use; nil where Kafka does not know the topic to it yet.
    private func client(isBroken: Bool) throws(PublishError) -> Client? {
        var (client, isReady) = running.withLock { ($0.client, $0.isReady) }
        if isBroken, let old = client {
            _ = old.shutDown()
            client = nil
            isReady = false
            running.withLock { $0 = Running() }
        }
        if client == nil {
            let new = try Client(settings: settings, role: .appender) { [weak self] token, error in
                self?.report(token, error)
            }
            client = new
            shared.change { $0.backlog.beginAnew() }
            running.withLock { $0.client = new }
        }
        guard let client else { return nil }
        if isReady { return client }
        switch client.handle.warm(topic, limit: .seconds(1)) {
        case .success: running.withLock { $0.isReady = true }
        case .failure(let error):
            switch ErrorClass.publishCode(of: error.code) {
            case .notAuthorized?:
                throw PublishError(
                    .notAuthorized,
                    "appending to \(topic): \(error.text); grant the principal Describe and Write on it"
                )
            default: return nil
            }
        }
        return client
    }

    private func report(_ number: Int, _ error: ClientError?) {
        guard let error else { return shared.change { $0.backlog.acknowledged(number) } }
        switch error.code {
        // Thrown away with its client, and given to the next.
        case ErrorNumber.purgeQueue, ErrorNumber.purgeInFlight: return
        default: shared.change { $0.backlog.failed(number, error) }
        }
    }

    /// Waits so long at most for what was appended, and ends the client.
    func close(patience: Duration) async {
        if backlog > 0 { await monotonic.wait(atMost: patience) { [self] in try? await flush() } }
        shared.change { $0.isClosed = true }
        await worker.run { [self] in
            let client = running.withLock { running in
                defer { running = Running() }
                return running.client
            }
            guard let client, !client.shutDown() else { return }
            say(4, "the Kafka producer of \(topic) did not end in time and was left behind")
        }
        worker.stop()
    }
}
