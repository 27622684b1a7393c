package import Configuration
package import Core
import JSON
package import Telemetry

/// Delivers alerts and pings beside the runs, which never wait for it.
///
/// Each destination has a queue and a task of its own, so that one that is away holds up no other; of a queue that is full
/// the oldest goes, and is counted. `run` delivers until `finish` was called and all is out, or its task is cancelled.
package final class AlertSender: Sendable {
    /// Puts an alert into the topic of alerts: its key and its JSON.
    package typealias TopicPost = @Sendable (_ key: [UInt8], _ value: [UInt8]) async throws -> Void

    /// So many alerts wait for one destination.
    package static let maximumAlerts = 1000
    /// So many pings wait in one of the lanes.
    package static let maximumPings = 4000
    /// Pings of different runs overtake each other, those of one run do not.
    private static let laneCount = 4

    private let webhook: Secret?
    private let secret: Secret?
    private let topic: TopicPost?
    private let source: AlertSource
    private let transport: any HTTPTransport
    private let metrics: AlertMetrics
    private let log: Logger
    private let now: WallClock
    private let clock: Monotonic
    private let posts: Queue<Alert>
    private let records: Queue<Alert>
    private let pings: [Queue<SchedulePing>]

    /// What waits for a destination.
    private struct Queue<Item: Sendable>: Sendable {
        let items: AsyncStream<Item>
        let end: AsyncStream<Item>.Continuation

        init(_ limit: Int) { (items, end) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(limit)) }

        /// Whether all have room.
        func put(_ item: Item) -> Bool {
            if case .dropped = end.yield(item) { false } else { true }
        }
    }

    /// A sender of a daemon; `topic` is nil where there is no topic of alerts.
    package init(
        settings: DaemonSettings.Alerts,
        source: AlertSource,
        topic: TopicPost? = nil,
        transport: any HTTPTransport,
        metrics: AlertMetrics,
        log: Logger = .silent,
        now: @escaping WallClock = Instant.systemClock,
        clock: Monotonic = .system
    ) {
        webhook = settings.webhook
        secret = settings.secret
        self.topic = settings.goesToTopic ? topic : nil
        self.source = source
        self.transport = transport
        self.metrics = metrics
        self.log = log
        self.now = now
        self.clock = clock
        posts = Queue(Self.maximumAlerts)
        records = Queue(Self.maximumAlerts)
        pings = (0..<Self.laneCount).map { _ in Queue(Self.maximumPings) }
        if webhook != nil { metrics.prepare(.webhook) }
        if self.topic != nil { metrics.prepare(.topic) }
    }

    /// Takes an alert, to all destinations that there are; never waits.
    package func send(_ alert: Alert) {
        metrics.told(alert)
        if webhook != nil, !posts.put(alert) { metrics.delivered(.webhook, .dropped) }
        if topic != nil, !records.put(alert) { metrics.delivered(.topic, .dropped) }
    }

    /// Takes a ping; never waits.
    package func send(_ ping: SchedulePing) {
        let lane = Int(Murmur2.hash(ping.run.utf8) % UInt32(Self.laneCount))
        if !pings[lane].put(ping) { metrics.delivered(.ping, .dropped) }
    }

    /// Takes nothing more: `run` ends once all that waits is delivered or given up.
    package func finish() {
        posts.end.finish()
        records.end.finish()
        for lane in pings { lane.end.finish() }
    }

    /// Delivers; called once.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.deliverPosts() }
            group.addTask { await self.deliverRecords() }
            for lane in pings {
                group.addTask { await self.deliverPings(lane.items) }
            }
        }
    }

    // MARK: Destinations

    private func deliverPosts() async {
        guard let webhook else { return }
        let host = (try? HTTPAddress(parsing: webhook.revealed))?.authority ?? ""
        for await alert in posts.items {
            let body = alert.json(source: source).bytes()
            let result = await deliver(.alert) {
                var headers = [(name: "content-type", value: Alert.contentType)]
                headers += WebhookSignature.headers(
                    id: alert.id,
                    at: self.now(),
                    body: body,
                    secret: self.secret
                )
                return HTTPRequest(
                    method: "POST",
                    address: webhook.revealed,
                    headers: headers,
                    body: body,
                    maximumBody: 1 << 20,
                    totalTimeout: .seconds(30)
                )
            }
            note(result, .webhook, host: host, what: alert.key)
        }
    }

    private func deliverRecords() async {
        guard let topic else { return }
        for await alert in records.items {
            let value = alert.json(source: source).bytes()
            let result = await deliver(key: Array(alert.key.utf8), value, topic)
            note(result, .topic, host: "", what: alert.key)
        }
    }

    private func deliverPings(_ items: AsyncStream<SchedulePing>) async {
        for await ping in items {
            guard let request = ping.request else { continue }
            let host = (try? HTTPAddress(parsing: request.address))?.authority ?? ""
            let result = await deliver(.ping) { request }
            note(result, .ping, host: host, what: ping.run)
        }
    }

    // MARK: One delivery

    private enum Outcome {
        case sent
        /// In words that show nothing of an address or body.
        case failed(String)
        case cancelled
    }

    private func deliver(key: [UInt8], _ value: [UInt8], _ topic: TopicPost) async -> Outcome {
        var attempt = 1
        while !Task.isCancelled {
            let outcome = await post(topic, key, value)
            guard case .failed = outcome, case .again(let pause) = DeliveryRule.alert.again(after: attempt)
            else { return outcome }
            guard await wait(pause) else { return .cancelled }
            attempt += 1
        }
        return .cancelled
    }

    private func post(_ topic: TopicPost, _ key: [UInt8], _ value: [UInt8]) async -> Outcome {
        do {
            try await topic(key, value)
            return .sent
        } catch is CancellationError {
            return .cancelled
        } catch {
            return .failed((error as? any SluiceError)?.message ?? "\(error)")
        }
    }

    private func deliver(_ rule: DeliveryRule, _ request: () -> HTTPRequest) async -> Outcome {
        var attempt = 1
        // A stream gives what it holds to a cancelled task as well.
        while !Task.isCancelled {
            let (verdict, outcome) = await ask(request(), rule, attempt)
            guard case .again(let pause) = verdict else { return outcome }
            guard await wait(pause) else { return .cancelled }
            attempt += 1
        }
        return .cancelled
    }

    private func ask(
        _ request: HTTPRequest,
        _ rule: DeliveryRule,
        _ attempt: Int
    ) async -> (DeliveryRule.Verdict, Outcome) {
        do {
            let answer = try await transport.perform(request)
            let retryAfter = answer[header: "retry-after"].flatMap { RetryAfter.parse($0, now: now()) }
            let verdict = rule.verdict(status: answer.status, retryAfter: retryAfter, attempt: attempt)
            return (verdict, verdict == .done ? .sent : .failed("it answered \(answer.status)"))
        } catch is CancellationError {
            return (.givenUp, .cancelled)
        } catch let error as HTTPError {
            // Its message may hold the path of the address, which is the secret.
            let outcome = Outcome.failed("no answer [\(error.codeText)]")
            guard case .retry = error.recovery else { return (.givenUp, outcome) }
            return (rule.again(after: attempt), outcome)
        } catch {
            return (.givenUp, .failed("no answer"))
        }
    }

    /// False where the task was cancelled meanwhile.
    private func wait(_ pause: Duration) async -> Bool {
        do {
            try await clock.sleep(pause)
            return true
        } catch {
            return false
        }
    }

    private func note(_ outcome: Outcome, _ destination: AlertDestination, host: String, what: String) {
        switch outcome {
        case .sent: metrics.delivered(destination, .sent)
        case .cancelled: metrics.delivered(destination, .dropped)
        case .failed(let reason):
            metrics.delivered(destination, .failed)
            log.warning(
                "not delivered to the \(destination.rawValue)",
                ["what": .string(what), "host": .string(host), "reason": .string(reason)]
            )
        }
    }
}
