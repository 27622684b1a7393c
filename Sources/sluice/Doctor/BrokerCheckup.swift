import Configuration
import Core
import Kafka

/// Looks at Kafka as a daemon would need it, without changing anything there.
struct BrokerCheckup {
    let draft: DaemonDraft
    /// Topics of events whose names do not begin with the prefix.
    let otherTopics: [String]

    func run() async -> [Finding] {
        guard let client = draft.kafka else {
            let remedy = "put the settings right first"
            return [.warning("kafka", nil, "not looked at: nothing says where it is", remedy)]
        }
        let settings = KafkaSettings(
            bootstrap: client.bootstrap,
            overrides: client.overrides,
            clientID: "sluice-doctor"
        )
        do throws(PublishError) {
            let checkup = try KafkaCheckup(settings: settings)
            let findings = await look(checkup, client)
            await checkup.close()
            return findings
        } catch {
            return Finding.errors("kafka", client.bootstrap, error)
        }
    }

    private func look(_ checkup: KafkaCheckup, _ client: KafkaClientSettings) async -> [Finding] {
        let brokers: Int
        do {
            brokers = try await checkup.brokerCount()
        } catch {
            let remedy = ConnectionAdvice.remedy(for: error)
            return Finding.errors("kafka", client.bootstrap, error, remedy: remedy)
                + rights(client, missing: [], isNeeded: false, needsIdempotentWrite: false)
        }
        var findings = [
            Finding.ok(
                "kafka",
                client.bootstrap,
                brokers == 1 ? "it answers: 1 broker" : "it answers: \(brokers) brokers"
            )
        ]
        guard let prefix = draft.topicPrefix else {
            let text = "topics, rights and the daemon's place: not looked at without a topic prefix"
            return findings + [.warning("kafka.topics", nil, text, "put the settings right first")]
        }
        var missing: [String] = []
        let rights = rights(client, prefix)
        findings += await topics(checkup, prefix, brokers, rights, &missing)
        findings += await transactions(checkup, prefix, rights, &missing)
        findings += await daemon(checkup, prefix, rights, &missing)
        // Told in many lines of the library's log, which have all come by now.
        let abilities = checkup.abilities
        findings += version(abilities)
        return findings
            + self.rights(
                client,
                missing: missing,
                isNeeded: true,
                needsIdempotentWrite: abilities.needsIdempotentWrite
            )
    }

    // MARK: What it can do

    private func version(_ abilities: BrokerAbilities) -> [Finding] {
        guard let release = abilities.release else {
            return [.ok("kafka.version", nil, "what it can do was not to be learned")]
        }
        let text = "it can do what Apache Kafka \(release) can, or a later one"
        guard !abilities.lacks.isEmpty else { return [.ok("kafka.version", nil, text)] }
        return abilities.lacks.map { lack in
            lack.isFatal
                ? .error("kafka.version", nil, "\(text): \(lack.text)", [lack.remedy], .environment)
                : .warning("kafka.version", nil, "\(text): \(lack.text)", lack.remedy)
        }
    }

    // MARK: Topics

    private struct OwnTopic {
        var name: String
        /// As a daemon refuses any other.
        var policy: String
        var partitions: Int?
        var maker = "the first start"
    }

    private func ownTopics(_ prefix: TopicPrefix) -> [OwnTopic] {
        var topics = [
            OwnTopic(name: prefix.stateTopic, policy: "compact"),
            OwnTopic(name: prefix.versionsTopic, policy: "compact"),
            OwnTopic(
                name: prefix.schemasTopic,
                policy: "compact",
                maker: "the first record that is not as its schema says"
            ),
            OwnTopic(name: prefix.catalogTopic, policy: "compact", maker: "the first run"),
            OwnTopic(
                name: prefix.deadTopic,
                policy: "compact,delete",
                partitions: 1,
                maker: "the first record that cannot be published"
            ),
            OwnTopic(name: prefix.runsTopic, policy: "delete", partitions: 1),
            OwnTopic(name: prefix.commandsTopic, policy: "delete", partitions: 1),
        ]
        if draft.alerts?.goesToTopic == true {
            topics.append(OwnTopic(name: prefix.alertsTopic, policy: "delete", partitions: 1))
        }
        return topics
    }

    private func topics(
        _ checkup: KafkaCheckup,
        _ prefix: TopicPrefix,
        _ brokers: Int,
        _ rights: KafkaRights,
        _ missing: inout [String]
    ) async -> [Finding] {
        var findings: [Finding] = []
        for topic in ownTopics(prefix) {
            let description: TopicDescription?
            do {
                description = try await checkup.describe(topic.name)
            } catch {
                if error.code == .notAuthorized { missing += rights.topics }
                let remedy = ConnectionAdvice.remedy(for: error)
                findings += Finding.errors("kafka.topics", topic.name, error, remedy: remedy)
                continue
            }
            guard let description else {
                findings.append(.ok("kafka.topics", topic.name, "is not there yet; \(topic.maker) makes it"))
                continue
            }
            if description.configuration.isEmpty { missing += rights.topics }
            let problems = problems(topic, description, brokers)
            findings += problems
            if problems.isEmpty {
                let copies = description.replication == 1 ? "1 copy" : "\(description.replication) copies"
                findings.append(
                    .ok(
                        "kafka.topics",
                        topic.name,
                        "\(description.partitions) partitions, \(copies), \(topic.policy)"
                    )
                )
            }
        }
        return findings
    }

    /// The words of a policy, which have no order.
    private static func words(_ policy: String) -> Set<Substring> { Set(policy.split(separator: ",")) }

    private func problems(_ topic: OwnTopic, _ found: TopicDescription, _ brokers: Int) -> [Finding] {
        let (check, name) = ("kafka.topics", topic.name)
        let alter =
            "kafka-configs.sh --bootstrap-server \(draft.kafka?.bootstrap ?? "") --alter --topic \(name) --add-config "
        var findings: [Finding] = []
        if let partitions = topic.partitions, found.partitions != partitions {
            let text = "has \(found.partitions) partitions: its lines have an order in one only"
            findings.append(.error(check, name, text, ["delete it and make it anew with 1 partition"]))
        }
        if let policy = found.configuration["cleanup.policy"], Self.words(policy) != Self.words(topic.policy)
        {
            let text = "has cleanup.policy=\(policy): sluice refuses all but \(topic.policy)"
            findings.append(.error(check, name, text, ["\(alter)cleanup.policy=\(topic.policy)"]))
        }
        if found.configuration.isEmpty {
            let remedy = "grant DescribeConfigs on it, as listed under kafka.rights"
            findings.append(.warning(check, name, "how it is set may not be seen", remedy))
        }
        if found.replication < min(3, brokers) {
            findings.append(
                .warning(
                    check,
                    name,
                    "has a partition with \(found.replication) of \(min(3, brokers)) copies: what a lost disk takes with "
                        + "it is gone",
                    "give it more replicas by kafka-reassign-partitions.sh"
                )
            )
        } else if found.replication == 1 {
            let text = "has 1 copy, on the only broker: what a lost disk takes with it is gone"
            findings.append(
                .warning(check, name, text, "for trying out that will do; else run three brokers")
            )
        }
        if found.replication >= 3, found.configuration["min.insync.replicas"] == "1" {
            let text = "has min.insync.replicas=1: what one broker alone has acknowledged can be lost with it"
            findings.append(.warning(check, name, text, "\(alter)min.insync.replicas=2"))
        }
        return findings
    }

    // MARK: Transactions and the group

    private func transactions(
        _ checkup: KafkaCheckup,
        _ prefix: TopicPrefix,
        _ rights: KafkaRights,
        _ missing: inout [String]
    ) async -> [Finding] {
        do {
            try await checkup.fence(prefix)
            let text = "\(prefix.checkupTransactionalID) could be fenced, as a run fences its account's"
            return [.ok("kafka.transactions", nil, text)]
        } catch {
            if error.code == .notAuthorized { missing.append(rights.transactionalIDs) }
            let remedy =
                error.code == .unreachable || error.code == .timedOut
                ? "look at __transaction_state on the brokers: its replication factor must not exceed their number"
                : ConnectionAdvice.remedy(for: error)
            return Finding.errors("kafka.transactions", nil, error, remedy: remedy)
        }
    }

    private func daemon(
        _ checkup: KafkaCheckup,
        _ prefix: TopicPrefix,
        _ rights: KafkaRights,
        _ missing: inout [String]
    ) async -> [Finding] {
        do {
            guard let host = try await checkup.daemonHost(of: prefix) else {
                return [.ok("kafka.daemon", nil, "nobody is the daemon of \(prefix) now: the place is free")]
            }
            return [
                .ok("kafka.daemon", nil, "the daemon of \(prefix) runs on \(host); a second one is refused")
            ]
        } catch let error as PublishError {
            if error.code == .notAuthorized { missing.append(rights.group) }
            let remedy = ConnectionAdvice.remedy(for: error)
            return Finding.errors("kafka.daemon", nil, error, remedy: remedy)
        } catch {
            return [.error("kafka.daemon", nil, "\(error)", [], .environment)]
        }
    }

    // MARK: Rights

    private func rights(_ client: KafkaClientSettings, _ prefix: TopicPrefix) -> KafkaRights {
        let user = client.overrides.first { $0.0 == "sasl.username" }?.1
        var rights = KafkaRights(bootstrap: client.bootstrap, prefix: prefix, user: user)
        rights.otherTopics = otherTopics
        return rights
    }

    private func rights(
        _ client: KafkaClientSettings,
        missing: [String],
        isNeeded: Bool,
        needsIdempotentWrite: Bool
    ) -> [Finding] {
        guard let prefix = draft.topicPrefix else { return [] }
        var rights = rights(client, prefix)
        rights.needsIdempotentWrite = needsIdempotentWrite
        var lines: [String] = []
        for line in missing where !lines.contains(line) { lines.append(line) }
        if !lines.isEmpty {
            // Who may not see the group is told that it is empty.
            if !lines.contains(rights.group) { lines.append(rights.group) }
            let text =
                "Kafka refuses some that a daemon needs; whether it refuses the last of these cannot be seen"
            return [.error("kafka.rights", nil, text, lines, .environment)]
        }
        let text =
            isNeeded
            ? "nothing that may be tried without changing anything was refused; where Kafka has ACLs, these are needed"
            : "not looked at; where Kafka has ACLs, these are needed"
        return [.ok("kafka.rights", nil, text, rights.commands)]
    }
}
