import Core

/// Looks at the event topics of a session: creates what is missing and refuses what lost events (I2).
struct TopicCheck {
    let settings: SessionSettings
    let admin: KafkaAdmin
    let reader: TopicReader

    /// What a look at event topics came to.
    struct Found {
        /// Their lengths.
        var kept: [KeptTopic] = []
        /// The streams that are gone along with although their topics lost events.
        var lost: Set<StreamName> = []

        /// What says so in the account's state, beside the bookmarks of streams that are read anew for it.
        func records(
            _ state: [[UInt8]: [UInt8]],
            isMemoryLost: Bool = false,
            _ settings: SessionSettings
        ) throws(StateError) -> [StateRecord] {
            var records: [StateRecord] = []
            for topic in kept { records.append(try topic.record(account: settings.account)) }
            return try records
                + Bookmark.anew(
                    settings.resyncs,
                    lost: lost,
                    isMemoryLost: isMemoryLost,
                    in: state,
                    account: settings.account
                )
        }
    }

    /// The lengths of the topics now, checked against what the account's state says of them, and the streams that
    /// are gone along with although their topics lost events.
    func run(_ topics: [EventTopic], _ records: [[UInt8]: [UInt8]]) async throws -> Found {
        var all = Found()
        for eventTopic in topics {
            let description = try await settings.topicOrigin.describe(eventTopic.topic, by: admin)
            let found = description == nil ? nil : try await reader.endOffsets(topic: eventTopic.topic)
            if !settings.acceptsLoss, !settings.resyncs.contains(eventTopic.stream) {
                try await check(eventTopic, found: found, records)
            } else if hasLost(eventTopic, found: found, records) {
                all.lost.insert(eventTopic.stream)
            }
            if description == nil {
                try await settings.eventLayout.create(
                    eventTopic.topic,
                    brokers: try await admin.brokerCount(),
                    by: admin
                )
            }
            let ends = try await found.orRead { try await reader.endOffsets(topic: eventTopic.topic) }
            all.kept.append(KeptTopic(topic: eventTopic.topic, ends: ends))
        }
        return all
    }

    /// Whether events that a bookmark stands for are gone with the topic, or with a part of it.
    private func hasLost(_ topic: EventTopic, found: [Int64]?, _ records: [[UInt8]: [UInt8]]) -> Bool {
        guard records[StateKey.bookmark(settings.account, topic.stream).bytes] != nil else { return false }
        guard found != nil else { return true }
        do throws(StateError) {
            try checkLength(topic, found: found, records)
            return false
        } catch {
            return true
        }
    }

    /// The versions topic: as it is created and checked, its end in the account's partition, how long tombstones stay, and
    /// whether it lost records that the settings go along without.
    ///
    /// Another partition count is refused as the state's is; one that became shorter as an event topic's.
    func versions(_ records: [[UInt8]: [UInt8]], partition: Int32, of partitions: Int) async throws -> (
        kept: KeptTopic, retention: Duration?, isLost: Bool
    ) {
        let topic = settings.prefix.versionsTopic
        var description = try await settings.topicOrigin.describe(topic, by: admin)
        // What is remembered is of all streams that were read, so all must be read anew without it.
        let isForgiven =
            try settings.acceptsLoss
            || settings.resyncs.containsAll(of: Bookmark.bookmarked(in: records))
        let key = StateKey.topic(settings.account, topic).bytes
        let before = try records[key].map { try KeptTopic($0, account: settings.account, topic: topic) }
        var isLost = false
        func check(_ found: [Int64]?) throws(StateError) {
            do {
                try before?.check(found: found)
            } catch {
                guard isForgiven else { throw error }
                isLost = true
            }
        }
        if description == nil {
            try check(nil)
            var layout = settings.versionsLayout
            layout.partitions = partitions
            try await layout.create(topic, brokers: try await admin.brokerCount(), by: admin)
            description = try await settings.topicOrigin.describe(topic, by: admin)
        }
        guard let description else {
            throw PublishError(.unknownTopic, "the versions topic \(topic) was created and is not there")
        }
        guard description.partitions == partitions else {
            throw StateError(
                .otherLayout,
                "\(topic) has \(description.partitions) partitions, \(settings.prefix.stateTopic) has \(partitions): what "
                    + "accounts remember would be looked for in the wrong ones; restore it with \(partitions)"
            )
        }
        guard description.configuration.isEmpty || description.configuration["cleanup.policy"] == "compact"
        else {
            throw StateError(
                .otherLayout,
                "\(topic) has cleanup.policy=\(description.configuration["cleanup.policy"] ?? ""): "
                    + "what is remembered would be deleted by age; set it to compact"
            )
        }
        let end = try await reader.highWatermark(topic: topic, partition: partition)
        let kept = KeptTopic.versions(settings.prefix, end: end, partition: partition, of: partitions)
        try check(kept.ends)
        let retention = description.configuration["delete.retention.ms"].flatMap { Int64($0) }
        return (kept, retention.map { .milliseconds($0) }, isLost)
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
            found += record.source == source ? 1 : 0
        }
        guard found == 0 else { return true }
        guard reached >= end else {
            try Task.checkCancellation()
            throw PublishError(
                .timedOut,
                "looking for events of \(settings.account) \(topic.stream) in \(topic.topic) "
                    + "did not end within 60 s"
            )
        }
        return false
    }
}

extension KeptTopic {
    /// The length of the versions topic where an account looks at it; the other partitions are not its own.
    static func versions(_ prefix: TopicPrefix, end: Int64, partition: Int32, of partitions: Int) -> KeptTopic
    {
        var ends = [Int64](repeating: 0, count: partitions)
        ends[Int(partition)] = end
        return KeptTopic(topic: prefix.versionsTopic, ends: ends)
    }
}

extension [Int64]? {
    fileprivate func orRead(_ read: () async throws -> [Int64]) async throws -> [Int64] {
        if let self { return self }
        return try await read()
    }
}
