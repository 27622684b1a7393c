import Core

/// What a client handle is for.
enum ClientRole: Sendable {
    case producer(transactionalID: String, transactionTimeout: Duration)
    case reader(committed: Bool)
    /// Appends lines to a log, without transactions.
    case appender
    /// Reads a log as it grows.
    case follower
    case admin
    /// The member of a group that only wants to be it: it reads nothing.
    case member(group: String, instance: String, sessionTimeout: Duration)

    var isConsumer: Bool {
        switch self {
        case .reader, .follower, .member: true
        case .producer, .appender, .admin: false
        }
    }
}

/// The settings of one client handle in librdkafka's names, later ones winning: pure, so that it can be tested as a table.
struct ClientConfiguration: Sendable {
    var entries: [(name: String, value: String)]

    /// Settings that would break what the publisher promises, and why.
    static let reserved: [(name: String, reason: String)] = [
        ("bootstrap.servers", "the bootstrap address has a setting of its own"),
        ("metadata.broker.list", "the bootstrap address has a setting of its own"),
        ("transactional.id", "it is derived from the account, so that one writer fences the other"),
        ("transaction.timeout.ms", "it bounds how long a dead run holds readers back"),
        ("enable.idempotence", "transactions need it on"),
        ("acks", "transactions need all replicas to acknowledge"),
        ("request.required.acks", "transactions need all replicas to acknowledge"),
        ("partitioner", "keys must land where Java clients put them"),
        ("max.in.flight", "more would break the order of a key"),
        ("max.in.flight.requests.per.connection", "more would break the order of a key"),
        ("retries", "a transaction bounds them by time"),
        ("message.send.max.retries", "a transaction bounds them by time"),
        ("message.timeout.ms", "it follows the transaction's timeout"),
        ("delivery.timeout.ms", "it follows the transaction's timeout"),
        ("isolation.level", "each reader has its own"),
        ("enable.partition.eof", "readers need it on"),
        ("auto.offset.reset", "a reader must never start elsewhere unnoticed"),
        ("enable.auto.commit", "state lives in transactions, never in committed offsets"),
        ("enable.auto.offset.store", "state lives in transactions, never in committed offsets"),
        ("allow.auto.create.topics", "topics are created with the settings that state needs"),
        ("group.id", "readers belong to no group"),
        ("group.instance.id", "readers belong to no group"),
        ("session.timeout.ms", "it says when another host may become the daemon"),
        ("heartbeat.interval.ms", "it follows the session's timeout"),
        ("partition.assignment.strategy", "all members of a group must agree about it"),
        ("log.queue", "the client's log goes to the program's"),
        ("client.id", "it has a setting of its own"),
        ("plugin.library.paths", "it would load foreign code"),
    ]

    /// The OAUTHBEARER, OIDC and (before 2.6.1) SCRAM ways to log in are refused here, in words that name a way out.
    init(settings: KafkaSettings, role: ClientRole, libraryVersion: Int32) throws(PublishError) {
        entries = Self.defaults(settings, role)
        for (name, value) in settings.overrides {
            if let entry = Self.reserved.first(where: { $0.name == name }) {
                throw PublishError(
                    .badSetting,
                    "the Kafka setting \(name) cannot be changed: \(entry.reason); remove it"
                )
            }
            try Self.checkLogin(name, value, libraryVersion)
            entries.append((name, value))
        }
    }

    private static func defaults(
        _ settings: KafkaSettings,
        _ role: ClientRole
    ) -> [(name: String, value: String)] {
        var entries = [
            (name: "bootstrap.servers", value: settings.bootstrap),
            ("client.id", settings.clientID),
            ("log.queue", "true"),
            ("socket.nagle.disable", "true"),
            ("socket.keepalive.enable", "true"),
            ("reconnect.backoff.max.ms", "1000"),
        ]
        switch role {
        case .producer(let id, let timeout):
            entries += [
                ("transactional.id", id),
                ("transaction.timeout.ms", String(timeout.milliseconds)),
                ("enable.idempotence", "true"),
                ("acks", "all"),
                ("linger.ms", "5"),
                ("compression.codec", "lz4"),
                ("partitioner", "murmur2_random"),
                // Of what was delivered the commit tells; its memory is free the earlier without a report.
                ("delivery.report.only.error", "true"),
                // Per record, before compression. What a topic takes after it, only the broker can say.
                ("message.max.bytes", "67108864"),
                ("queue.buffering.max.messages", "1000000"),
                ("queue.buffering.max.kbytes", "524288"),
            ]
        case .appender:
            entries += [
                ("enable.idempotence", "true"),
                ("acks", "all"),
                ("linger.ms", "5"),
                ("compression.codec", "lz4"),
                // For as long as Kafka is away: whoever waits decides how long.
                ("message.timeout.ms", "0"),
                ("message.max.bytes", "1048576"),
            ]
        case .follower:
            entries += [
                ("isolation.level", "read_uncommitted"),
                ("enable.partition.eof", "true"),
                ("auto.offset.reset", "error"),
                ("enable.auto.commit", "false"),
                ("enable.auto.offset.store", "false"),
                ("fetch.error.backoff.ms", "50"),
                ("queued.max.messages.kbytes", "10240"),
            ]
        case .reader(let committed):
            entries += [
                ("isolation.level", committed ? "read_committed" : "read_uncommitted"),
                ("enable.partition.eof", "true"),
                ("auto.offset.reset", "error"),
                ("enable.auto.commit", "false"),
                ("enable.auto.offset.store", "false"),
                ("fetch.wait.max.ms", "50"),
                ("fetch.error.backoff.ms", "50"),
                ("queued.max.messages.kbytes", "10240"),
            ]
        case .member(let group, let instance, let sessionTimeout):
            entries += [
                ("group.id", group),
                ("group.instance.id", instance),
                ("session.timeout.ms", String(sessionTimeout.milliseconds)),
                ("heartbeat.interval.ms", String(min(3000, sessionTimeout.milliseconds / 3))),
                ("partition.assignment.strategy", "range"),
                ("enable.auto.commit", "false"),
                ("enable.auto.offset.store", "false"),
                ("queued.max.messages.kbytes", "1024"),
            ]
        case .admin:
            break
        }
        return entries
    }

    private static func checkLogin(_ name: String, _ value: String, _ version: Int32) throws(PublishError) {
        guard name == "sasl.mechanism" || name == "sasl.mechanisms" || name == "sasl.oauthbearer.method"
        else {
            return
        }
        let mechanism = value.uppercased()
        if mechanism.hasPrefix("SCRAM"), version < 0x0206_01ff {
            throw PublishError(
                .unsupported,
                "logging in with \(value) needs librdkafka 2.6.1 or later: older ones send a nonce that current"
                    + " brokers refuse as invalid credentials; install a newer librdkafka (Confluent's packages),"
                    + " or use PLAIN over TLS, or client certificates (mTLS)"
            )
        }
        if mechanism == "OAUTHBEARER" || mechanism == "OIDC" {
            throw PublishError(
                .unsupported,
                "logging in with \(value) is not possible: this librdkafka is built without it; use PLAIN over TLS or"
                    + " client certificates (mTLS), or SCRAM with librdkafka 2.6.1 or later"
            )
        }
    }
}

extension Duration {
    /// Whole milliseconds, never negative, as librdkafka's calls take them.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        let total = seconds.multipliedReportingOverflow(by: 1000)
        guard !total.overflow else { return seconds < 0 ? 0 : .max }
        return Int32(clamping: max(0, total.partialValue + attoseconds / 1_000_000_000_000_000))
    }
}
