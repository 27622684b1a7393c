import Core

/// Looks at the event topics of a session: creates what is missing and refuses what lost events (I2).
struct TopicCheck {
    let settings: SessionSettings
    let admin: KafkaAdmin
    let reader: TopicReader

    /// The lengths of the topics now, checked against what the account's state says of them.
    func run(_ records: [[UInt8]: [UInt8]]) async throws -> [KeptTopic] {
        var kept: [KeptTopic] = []
        for eventTopic in settings.eventTopics {
            let description = try await admin.describeTopic(eventTopic.topic)
            let found = description == nil ? nil : try await reader.endOffsets(topic: eventTopic.topic)
            if !settings.acceptsLoss, !settings.resyncs.contains(eventTopic.stream) {
                try await check(eventTopic, found: found, records)
            }
            if description == nil {
                try await settings.eventLayout.create(
                    eventTopic.topic,
                    brokers: try await admin.brokerCount(),
                    by: admin
                )
            }
            let ends = try await found.orRead { try await reader.endOffsets(topic: eventTopic.topic) }
            kept.append(KeptTopic(topic: eventTopic.topic, ends: ends))
        }
        return kept
    }

    private func check(_ topic: EventTopic, found: [Int64]?, _ records: [[UInt8]: [UInt8]]) async throws {
        try checkLength(topic, found: found, records)
        let key = StateKey.bookmark(settings.account, topic.stream).bytes
        guard records[key] == nil, let found, try await holdsOurEvents(topic, ends: found) else { return }
        throw StateError(
            .missing,
            "\(topic.topic) holds events of \(settings.account) \(topic.stream) and the state has no bookmark for "
                + "it: it was lost or deleted; publish everything again with --resync, or with --accept"
        )
    }

    private func checkLength(
        _ topic: EventTopic,
        found: [Int64]?,
        _ records: [[UInt8]: [UInt8]]
    ) throws(StateError) {
        guard let value = records[StateKey.topic(settings.account, topic.topic).bytes] else { return }
        try KeptTopic(value, account: settings.account, topic: topic.topic).check(found: found)
    }

    private func holdsOurEvents(_ topic: EventTopic, ends: [Int64]) async throws -> Bool {
        var partition = 0
        while partition < ends.count {
            if ends[partition] > 0 {
                let holds = try await holdsOurEvents(topic, Int32(partition), upTo: ends[partition])
                if holds { return true }
            }
            partition += 1
        }
        return false
    }

    /// Whether a committed event of this very stream is there.
    ///
    /// Others may write to the topic, and aborted events count for nothing. Looks at the end first, and at all
    /// of it only where nothing was found.
    private func holdsOurEvents(_ topic: EventTopic, _ partition: Int32, upTo end: Int64) async throws -> Bool
    {
        let tail = end - 1000
        if tail > 0, try await search(topic, partition, from: tail, upTo: end) { return true }
        return try await search(topic, partition, from: nil, upTo: end)
    }

    private func search(_ topic: EventTopic, _ partition: Int32, from: Int64?, upTo end: Int64) async throws
        -> Bool
    {
        let source = "/\(settings.account)/\(topic.stream)"
        var found = 0
        let reached = try await reader.read(
            topic: topic.topic,
            partition: partition,
            committed: true,
            from: from,
            upTo: end,
            deadline: .seconds(60),
            withHeaders: true
        ) { record in
            found += record[header: "ce_source"] == source ? 1 : 0
        }
        guard found == 0 else { return true }
        guard reached >= end else {
            throw PublishError(
                .timedOut,
                "looking for events of \(settings.account) \(topic.stream) in \(topic.topic) "
                    + "did not end within 60 s"
            )
        }
        return false
    }
}

extension [Int64]? {
    fileprivate func orRead(_ read: () async throws -> [Int64]) async throws -> [Int64] {
        if let self { return self }
        return try await read()
    }
}
