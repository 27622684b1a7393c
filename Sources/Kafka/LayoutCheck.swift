import Core

/// Makes sure that the state topic is there and laid out as it always was.
struct LayoutCheck {
    private let settings: Installation
    private let admin: KafkaAdmin
    private let reader: TopicReader

    init(_ installation: Installation, admin: KafkaAdmin, reader: TopicReader) {
        settings = installation
        self.admin = admin
        self.reader = reader
    }

    private var topic: String { settings.prefix.stateTopic }
    /// A dead writer's open transaction holds partition 0 for its timeout and the coordinator's next scan.
    private static let patience: Duration = .seconds(60)
    private static let attempts = 10

    /// The layout, created with the topic where there is none.
    func ensure() async throws -> LayoutRecord {
        var description = try await settings.topicOrigin.describe(topic, by: admin)
        if description == nil {
            try await settings.stateLayout.create(topic, brokers: try await admin.brokerCount(), by: admin)
            description = try await settings.topicOrigin.describe(topic, by: admin)
        }
        guard let description else {
            throw PublishError(.unknownTopic, "the state topic \(topic) was created and is not there")
        }
        guard description.configuration.isEmpty || description.configuration["cleanup.policy"] == "compact"
        else {
            throw StateError(
                .otherLayout,
                "\(topic) has cleanup.policy=\(description.configuration["cleanup.policy"] ?? ""): "
                    + "bookmarks would be deleted by age; set it to compact"
            )
        }
        let layout: LayoutRecord
        if let found = try await find() {
            layout = found
        } else {
            layout = try await write(partitions: description.partitions)
        }
        try layout.check(topic: topic, partitions: description.partitions, prefix: settings.prefix)
        return layout
    }

    private func find() async throws -> LayoutRecord? {
        let end = try await reader.highWatermark(topic: topic, partition: 0)
        let begun = settings.monotonic.now()
        var position: Int64?
        var found: [UInt8]?
        let key = StateKey.layout.bytes
        while position ?? 0 < end {
            position = try await reader.read(
                topic: topic,
                partition: 0,
                committed: true,
                from: position,
                upTo: end,
                deadline: .seconds(2)
            ) { record in
                if record.key == key { found = record.value }
            }
            // It was the first record and never changes: what is held back behind it does not matter.
            if let found { return try LayoutRecord(found, topic: topic) }
            // A cancelled reading ends where it stands, and would be begun again and again.
            try Task.checkCancellation()
            guard settings.monotonic.now() - begun < Self.patience else {
                throw PublishError(
                    .timedOut,
                    "reading the layout of \(topic): an open transaction holds its partition 0 back; "
                        + "try again in a minute"
                )
            }
        }
        return nil
    }

    /// Written by a fenced id of its own, so that of two first starts one writes and the other reads.
    private func write(partitions: Int) async throws -> LayoutRecord {
        for _ in 0..<Self.attempts {
            let producer = try TransactionalProducer(
                settings: settings.kafka,
                transactionalID: settings.prefix.layoutTransactionalID
            )
            do {
                try await producer.initTransactions(deadline: .seconds(60))
                if let layout = try await find() {
                    await producer.close()
                    return layout
                }
                if let orphan = try await orphan() {
                    // Another first start may have gone ahead since: its layout stood before any of its records.
                    guard let layout = try await find() else { throw orphan }
                    await producer.close()
                    return layout
                }
                let layout = LayoutRecord(
                    partitions: partitions,
                    prefix: settings.prefix.text,
                    id: RandomID.make()
                )
                _ = try await producer.commit(
                    TransactionGroup(pages: [], state: [try layout.record(topic: topic)]),
                    stateTopic: topic,
                    statePartition: 0,
                    transaction: (run: "layout", number: 1)
                )
                await producer.close()
                return layout
            } catch let error as PublishError where error.code == .fenced {
                await producer.close()
                try await settings.monotonic.sleep(.milliseconds(200))
                if let layout = try await find() { return layout }
            } catch {
                await producer.close()
                throw error
            }
        }
        throw PublishError(.fenced, "writing the layout of \(topic): others start again and again; try again")
    }

    /// Accounts without a layout: what stood in partition 0 is lost, and with it who knows what else (I2).
    private func orphan() async throws -> StateError? {
        let ends = try await reader.endOffsets(topic: topic)
        guard let partition = ends.indices.dropFirst().first(where: { ends[$0] > 0 }) else { return nil }
        return StateError(
            .otherLayout,
            "\(topic) holds records in partition \(partition) and no layout record; it was cut or copied in part: "
                + "restore it, or use another prefix"
        )
    }
}
