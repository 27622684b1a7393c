import Configuration
import Core
import Cryptography
import JSON
import Synchronization
import Telemetry
import Testing

@testable import Daemon

/// Answers requests as told, one after another, and keeps them.
private final class ScriptedTransport: HTTPTransport {
    enum Answer: Sendable {
        case status(Int, retryAfter: String? = nil)
        case error(HTTPError.Code)
        /// Until the task is cancelled.
        case never
    }

    private let script: Locked<[Answer]>
    private let taken = Locked<[HTTPRequest]>([])

    init(_ script: [Answer]) { self.script = Locked(script) }

    var requests: [HTTPRequest] { taken.withLock { $0 } }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        taken.withLock { $0.append(request) }
        let answer = script.withLock { $0.isEmpty ? .status(200) : $0.removeFirst() }
        switch answer {
        case .status(let status, let retryAfter):
            return HTTPResponse(
                status: status,
                headers: retryAfter.map { [(name: "Retry-After", value: $0)] } ?? [],
                body: []
            )
        case .error(let code): throw HTTPError(code, "POST \(request.address): failed")
        case .never:
            for await _ in AsyncStream<Void>.makeStream().stream {}
            throw CancellationError()
        }
    }
}

/// A clock whose sleeps are over at once, and kept.
private final class HastyClock: Clock, Sendable {
    private let slept = Locked<[Duration]>([])
    var sleeps: [Duration] { slept.withLock { $0 } }

    let minimumResolution = Duration.nanoseconds(1)
    var now: ContinuousClock.Instant { ContinuousClock.now }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let pause = (deadline - now) / .seconds(1)
        slept.withLock { $0.append(.seconds(Int(pause.rounded()))) }
    }
}

struct AlertSenderTests {
    private let metrics = DaemonMetrics()
    private let clock = HastyClock()
    private let lines = OutputLines()

    private final class OutputLines: Sendable {
        private let all = Locked("")
        var text: String { all.withLock { $0 } }
        func write(_ bytes: [UInt8]) { all.withLock { $0 += String(decoding: bytes, as: UTF8.self) } }
    }

    private func sender(
        _ transport: ScriptedTransport,
        webhook: String? = "https://hooks.example.com/T0/hunter2?k=hunter2",
        secret: String? = "a-secret",
        topic: AlertSender.TopicPost? = nil
    ) throws -> AlertSender {
        AlertSender(
            settings: .init(
                webhook: webhook.map(Secret.init),
                secret: secret.map(Secret.init),
                goesToTopic: topic != nil
            ),
            source: AlertSource(prefix: try TopicPrefix("retail"), host: "node-1"),
            topic: topic,
            transport: transport,
            metrics: metrics.alerts,
            log: Logger(format: .text, writer: lines.write),
            now: { DaemonViews.time(1) },
            clock: Monotonic(clock)
        )
    }

    private func alert(_ number: Int = 0) -> Alert {
        Alert(
            kind: .late,
            status: .raised,
            key: "late/crm\(number)",
            at: DaemonViews.time(number),
            since: DaemonViews.time(),
            schedule: "crm\(number)",
            text: "late"
        )
    }

    private func count(_ destination: String, _ result: String) -> String? {
        let text = String(decoding: metrics.text(DaemonViews.view()), as: UTF8.self)
        let name = "sluice_alert_deliveries_total{destination=\"\(destination)\",result=\"\(result)\"} "
        return text.split(separator: "\n").first { $0.hasPrefix(name) }.map {
            String($0.dropFirst(name.count))
        }
    }

    @Test func postsAreSigned() async throws {
        let transport = ScriptedTransport([])
        let sender = try sender(transport)
        sender.send(alert())
        sender.finish()
        await sender.run()
        let request = try #require(transport.requests.first)
        #expect(transport.requests.count == 1)
        #expect(
            (request.method, request.address) == ("POST", "https://hooks.example.com/T0/hunter2?k=hunter2")
        )
        let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) })
        #expect(headers["content-type"] == "application/cloudevents+json; charset=utf-8")
        #expect(headers["webhook-id"] == alert().id)
        #expect(headers["webhook-timestamp"] == "\(DaemonViews.time(1).seconds)")
        let body = try #require(request.body)
        let signed = "\(alert().id).\(DaemonViews.time(1).seconds).\(String(decoding: body, as: UTF8.self))"
        let code = HMAC.sha256(key: Array("a-secret".utf8), of: Array(signed.utf8))
        #expect(headers["webhook-signature"] == "v1,\(Base64.encode(code))")
        #expect(Alert(json: try JSONValue.parse(body)) == alert())
        #expect(count("webhook", "sent") == "1" && count("webhook", "failed") == "0")
        let scrape = String(decoding: metrics.text(DaemonViews.view()), as: UTF8.self)
        #expect(scrape.contains("sluice_alerts_total{kind=\"late\",status=\"raised\"} 1\n"))
        #expect(lines.text == "")
    }

    @Test func withoutASecretNothingIsSigned() async throws {
        let transport = ScriptedTransport([])
        let sender = try sender(transport, secret: nil)
        sender.send(alert())
        sender.finish()
        await sender.run()
        #expect(
            transport.requests.first?.headers.map(\.name) == [
                "content-type", "webhook-id", "webhook-timestamp",
            ]
        )
    }

    @Test func whatFailsForNowIsTriedAgain() async throws {
        let transport = ScriptedTransport([
            .error(.cannotConnect), .status(503), .status(429, retryAfter: "40"),
            .status(500, retryAfter: "9999"),
            .status(204), .status(202),
        ])
        let sender = try sender(transport)
        sender.send(alert(1))
        sender.send(alert(2))
        sender.finish()
        await sender.run()
        #expect(clock.sleeps == [.seconds(2), .seconds(4), .seconds(40), .seconds(300)])
        // One after another, and each under its own id however often it is sent.
        let ids = transport.requests.map { $0.headers.first { $0.name == "webhook-id" }?.value }
        #expect(ids == [String](repeating: alert(1).id, count: 5) + [alert(2).id])
        #expect(count("webhook", "sent") == "2")
    }

    @Test(
        arguments: [
            ([.status(400)], 1), ([.status(301)], 1), ([.error(.certificate)], 1),
            ([ScriptedTransport.Answer](repeating: .status(503), count: 9), 8),
        ] as [([ScriptedTransport.Answer], Int)]
    )
    private func whatIsFinalIsGivenUpAndLogged(script: [ScriptedTransport.Answer], attempts: Int) async throws
    {
        let transport = ScriptedTransport(script)
        let sender = try sender(transport)
        sender.send(alert())
        sender.finish()
        await sender.run()
        #expect(transport.requests.count == attempts)
        #expect(count("webhook", "failed") == "1")
        #expect(lines.text.contains("not delivered to the webhook what=late/crm0 host=hooks.example.com"))
        #expect(!lines.text.contains("hunter2"))
    }

    @Test func aFullQueueDropsTheOldest() async throws {
        let transport = ScriptedTransport([])
        let sender = try sender(transport)
        for number in 0..<(AlertSender.maximumAlerts + 5) { sender.send(alert(number)) }
        sender.finish()
        await sender.run()
        #expect(count("webhook", "dropped") == "5")
        #expect(count("webhook", "sent") == "\(AlertSender.maximumAlerts)")
        #expect(transport.requests.first?.headers.first { $0.name == "webhook-id" }?.value == alert(5).id)
    }

    @Test func aDestinationThatIsAwayHoldsUpNoOther() async throws {
        let transport = ScriptedTransport([.never])
        let posted = AsyncStream<String>.makeStream()
        let attempts = Locked(0)
        let sender = try sender(transport) { key, value in
            if attempts.withLock({
                $0 += 1; return $0
            }) == 1 {
                throw HTTPError(.timedOut, "Kafka is away")
            }
            posted.continuation.yield(String(decoding: key, as: UTF8.self))
            #expect(try Alert(json: JSONValue.parse(value))?.kind == .late)
        }
        sender.send(alert(1))
        sender.send(alert(2))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await sender.run() }
            var keys: [String] = []
            for await key in posted.stream {
                keys.append(key)
                if keys.count == 2 { break }
            }
            #expect(keys == ["late/crm1", "late/crm2"])
            group.cancelAll()
        }
        #expect(count("topic", "sent") == "2")
        // What waits when it ends is given up without being asked for.
        #expect(count("webhook", "sent") == "0" && count("webhook", "dropped") == "2")
        #expect(transport.requests.count == 1)
        #expect(lines.text == "")
    }

    @Test func withoutDestinationsNothingIsKept() async throws {
        let transport = ScriptedTransport([])
        let sender = try sender(transport, webhook: nil, secret: nil)
        sender.send(alert())
        sender.finish()
        await sender.run()
        #expect(transport.requests.isEmpty)
        #expect(count("webhook", "sent") == nil && count("topic", "sent") == nil)
    }

    // MARK: Pings

    private static let addresses = PingAddresses(
        start: Secret("https://hc.example.com/ping/hunter2/start"),
        success: Secret("https://hc.example.com/ping/hunter2"),
        failure: Secret("https://hc.example.com/ping/hunter2/fail?create=1")
    )

    @Test func pingsOfARunHaveOneID() async throws {
        let transport = ScriptedTransport([.status(200), .status(503)])
        let sender = try sender(transport, webhook: nil)
        let run = "20261126T120000Z-1f3a09bc"
        sender.send(try #require(SchedulePing.start(Self.addresses, run: run)))
        sender.send(
            try #require(
                SchedulePing.end(Self.addresses, run: run, RunEnd(status: .timeout, reason: "2h are over"))
            )
        )
        sender.finish()
        await sender.run()
        let uuid = StableUUID.text(of: run)
        #expect(
            uuid.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil
        )
        #expect(
            transport.requests.map(\.address) == [
                "https://hc.example.com/ping/hunter2/start?rid=\(uuid)",
                "https://hc.example.com/ping/hunter2/fail?create=1&rid=\(uuid)",
                "https://hc.example.com/ping/hunter2/fail?create=1&rid=\(uuid)",
            ]
        )
        #expect(
            transport.requests.map { String(decoding: $0.body ?? [], as: UTF8.self) }.last
                == "timeout: 2h are over"
        )
        #expect(count("ping", "sent") == "2")
    }

    @Test func aPingIsGivenUpSoon() async throws {
        let transport = ScriptedTransport([.error(.timedOut), .error(.timedOut), .error(.timedOut)])
        let sender = try sender(transport, webhook: nil)
        sender.send(try #require(SchedulePing.start(Self.addresses, run: "r")))
        sender.finish()
        await sender.run()
        #expect(transport.requests.count == 3)
        #expect(clock.sleeps == [.seconds(1), .seconds(2)])
        #expect(lines.text.contains("host=hc.example.com") && !lines.text.contains("hunter2"))
    }

    @Test(
        arguments: [
            (.success, "hunter2"), (.failed, "create=1"), (.partial, "create=1"), (.cancelled, "create=1"),
            (.timeout, "create=1"), (.duplicate, nil),
        ] as [(RunEnd.Status, String?)]
    )
    func whoIsToldOfAnEnd(status: RunEnd.Status, end: String?) {
        let ping = SchedulePing.end(Self.addresses, run: "r", RunEnd(status: status))
        #expect((ping == nil) == (end == nil))
        if let end { #expect(ping?.address.revealed.hasSuffix(end) == true) }
        #expect(SchedulePing.end(PingAddresses(), run: "r", RunEnd(status: status)) == nil)
    }
}
