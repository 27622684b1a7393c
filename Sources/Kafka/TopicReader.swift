package import Core

/// Reads partitions from offsets, without any consumer group; one read at a time, the others wait for their turn.
///
/// Two client handles: watermarks are asked with read_uncommitted, since a read_committed handle answers with the last
/// stable offset, behind which any open transaction of the partition hides committed state. `close()` must be called.
package final class TopicReader: Sendable {
    private let settings: KafkaSettings
    private let committed: Client
    private let uncommitted: Client
    private let worker = SerialThread()
    /// The library takes a second reading of a partition for the end of the first.
    private let turn = Turn()
    /// How long the end of a client is waited for: with the broker away the library may not come to it.
    private static let closePatience = Duration.seconds(5)
    /// How long one question to the broker may take.
    private let patience: Duration

    /// A reader that has not spoken to Kafka yet.
    package init(settings: KafkaSettings, patience: Duration = .seconds(30)) throws(PublishError) {
        self.settings = settings
        self.patience = patience
        uncommitted = try Client(settings: settings, role: .reader(committed: false))
        do {
            committed = try Client(settings: settings, role: .reader(committed: true))
        } catch {
            _ = uncommitted.shutDown()
            throw error
        }
    }

    /// The end of a partition, uncommitted records included: up to here state must be read before it is trusted (I2).
    package func highWatermark(topic: String, partition: Int32) async throws(PublishError) -> Int64 {
        try await worker.run { [self] () throws(PublishError) in
            let attempt = "reading the end of \(topic)/\(partition)"
            // The library (2.0.2) asks a broker that died for an end for ever, whatever the limit; metadata it does not.
            _ = try ask(attempt, topic) { limit in uncommitted.handle.metadata(of: topic, limit: limit) }
            return try ask(attempt, topic) { limit in
                uncommitted.handle.endOffset(topic, partition, limit: limit)
            }
        }
    }

    /// The end of every partition of a topic, uncommitted records included, by one question to each broker.
    func ends(topic: String, partitions: Int) async throws(PublishError) -> [Int64] {
        try await worker.run { [self] () throws(PublishError) in
            let attempt = "reading the ends of \(topic)"
            _ = try ask(attempt, topic) { limit in uncommitted.handle.metadata(of: topic, limit: limit) }
            return try ask(attempt, topic) { limit in
                uncommitted.handle.endOffsets(topic, partitions: partitions, limit: limit)
            }
        }
    }

    /// The offsets of a partition, from that of the oldest record that is still there to the end.
    func bounds(topic: String, partition: Int32) async throws(PublishError) -> Range<Int64> {
        try await worker.run { [self] () throws(PublishError) in
            let attempt = "reading the ends of \(topic)/\(partition)"
            _ = try ask(attempt, topic) { limit in uncommitted.handle.metadata(of: topic, limit: limit) }
            return try ask(attempt, topic) { limit in
                uncommitted.handle.offsets(topic, partition, limit: limit)
            }
        }
    }

    /// The offset of the first record that came at a time or later; nil where none did.
    func offset(topic: String, partition: Int32, at time: Instant) async throws(PublishError) -> Int64? {
        try await worker.run { [self] () throws(PublishError) in
            try ask("looking for a time in \(topic)/\(partition)", topic) { limit in
                uncommitted.handle.offset(topic, partition, at: Int64(time.milliseconds), limit: limit)
            }
        }
    }

    /// Returns when Kafka answers at all, and throws `unreachable` where it does not within the patience.
    package func reach(_ attempt: String, patience: Duration) async throws(PublishError) {
        try await worker.run { [self] () throws(PublishError) in
            _ = try ask(attempt, "", patience: patience) { limit in
                uncommitted.handle.metadata(of: nil, limit: limit)
            }
        }
    }

    /// The end of every partition of a topic, uncommitted records included.
    package func endOffsets(topic: String) async throws(PublishError) -> [Int64] {
        try await worker.run { [self] () throws(PublishError) in
            let attempt = "reading the ends of \(topic)"
            let partitions = try ask(attempt, topic) { limit in
                uncommitted.handle.metadata(of: topic, limit: limit).map { $0.replicas.count }
            }
            var ends: [Int64] = []
            for partition in 0..<Int32(partitions) {
                ends.append(
                    try ask(attempt, topic) { limit in
                        uncommitted.handle.endOffset(topic, partition, limit: limit)
                    }
                )
            }
            return ends
        }
    }

    /// The last value of each key of a committed topic, as `take` makes it of the record; nil there leaves it out.
    ///
    /// Nothing but what `take` gives is held (I7). A topic that is not there has none.
    package func lastValues<Value>(
        of topic: String,
        within patience: Duration,
        take: (_ key: [UInt8], _ value: [UInt8]) throws -> Value?
    ) async throws -> [[UInt8]: Value] {
        var last: [[UInt8]: Result<Value, any Error>] = [:]
        for (partition, end) in (try await endOffsets(ifThere: topic) ?? []).enumerated() where end > 0 {
            try await readWhole(
                topic: topic,
                partition: Int32(partition),
                upTo: end,
                deadline: patience
            ) { record in
                let key = record.key ?? []
                guard let value = record.value else {
                    last[key] = nil
                    return
                }
                do {
                    let taken = try take(key, value)
                    if let taken { last[key] = .success(taken) } else { last[key] = nil }
                } catch {
                    // No matter where a newer one can be read.
                    last[key] = .failure(error)
                }
            }
        }
        return try last.mapValues { try $0.get() }
    }

    /// The end of every partition of a topic, uncommitted records included; nil where there is no such topic.
    package func endOffsets(ifThere topic: String) async throws(PublishError) -> [Int64]? {
        do {
            return try await endOffsets(topic: topic)
        } catch {
            guard error.code == .unknownTopic else { throw error }
            return nil
        }
    }

    /// Reads what is committed of a partition from an offset (nil: its beginning) up to an end, all of it; throws where the
    /// deadline comes first.
    func readWhole(
        topic: String,
        partition: Int32,
        from start: Int64? = nil,
        upTo end: Int64,
        deadline: Duration,
        each: (TopicRecord) -> Void
    ) async throws(PublishError) {
        let position = try await read(
            topic: topic,
            partition: partition,
            committed: true,
            from: start,
            upTo: end,
            deadline: deadline,
            each: each
        )
        guard position < end else { return }
        throw PublishError(
            .timedOut,
            "\(topic)/\(partition) could be read to \(position) of \(end) only: an open transaction holds the rest back; "
                + "try again in a minute"
        )
    }

    /// Reads a partition from an offset (nil: its beginning) up to an end, giving `each` what lies before the end, and
    /// returns the position reached: the end, or less where the deadline came first.
    ///
    /// Control records leave gaps that no record fills; the position passes them. A committed read that stands still
    /// before the end is being held back by an open transaction of the partition: the caller decides whom to fence.
    /// With `standstill` it ends once it has stood still for so long.
    package func read(
        topic: String,
        partition: Int32,
        committed isCommitted: Bool,
        from start: Int64?,
        upTo end: Int64,
        deadline: Duration,
        standstill: Duration? = nil,
        withHeaders: Bool = false,
        each: (TopicRecord) -> Void
    ) async throws(PublishError) -> Int64 {
        var position = start ?? 0
        guard position < end else { return position }
        await turn.take()
        defer { turn.give() }
        let client = isCommitted ? committed : uncommitted
        let attempt = "reading \(topic)/\(partition)"
        let begun = ContinuousClock.now
        client.monitor.reset()
        let handle: PartitionHandle
        switch await worker.run({ client.handle.startReading(topic, partition, from: start) }) {
        case .success(let started): handle = started
        case .failure(let error): throw failure(attempt, topic, error, client)
        }
        var lastProgress = begun
        var wasHeard = false
        var problem: PublishError?
        while position < end, problem == nil {
            let left = deadline - (ContinuousClock.now - begun)
            guard left > .zero, !Task.isCancelled else { break }
            if let standstill, ContinuousClock.now - lastProgress > standstill { break }
            let batch = await worker.run {
                handle.next(limit: min(left, .milliseconds(200)), withHeaders: withHeaders)
            }
            for record in batch.records where record.offset < end { each(record) }
            if let reached = batch.position {
                if reached > position { lastProgress = ContinuousClock.now }
                position = max(position, reached)
                wasHeard = true
            }
            if let error = batch.error, !isTransient(error) {
                problem = failure(attempt, topic, error, client)
            }
        }
        await worker.run { handle.stop() }
        if let problem { throw problem }
        if !wasHeard, client.monitor.wasDisturbed, !Task.isCancelled {
            throw client.unreachable(attempt, settings: settings)
        }
        return min(position, end)
    }

    /// Ends both handles, at the same time and within some seconds.
    package func close() async {
        await worker.run { [self] in
            for ended in [committed, uncommitted].compactMap({ $0.beginShutDown() })
            where !ended.wait(atMost: Self.closePatience) {
                settings.onLog(
                    KafkaSettings.LogLine(
                        level: 4,
                        facility: "CLOSE",
                        text: "a Kafka reader did not end in time and was left behind"
                    )
                )
            }
        }
        worker.stop()
    }

    private func isTransient(_ error: ClientError) -> Bool {
        switch error.code {
        case ErrorNumber.authentication, ErrorNumber.saslAuthentication: false
        default: ErrorClass.isConnection(error.code) || ErrorClass.isLeaderMoving(error.code)
        }
    }

    /// Asks until there is an answer, for as long as the reader's patience lasts, or another.
    private func ask<Value>(
        _ attempt: String,
        _ topic: String,
        patience other: Duration? = nil,
        _ question: (Duration) -> Result<Value, ClientError>
    ) throws(PublishError) -> Value {
        let begun = ContinuousClock.now
        let patience = other ?? self.patience
        // A topic that was only just created is not known to every broker yet.
        let grace = min(patience, .seconds(2))
        while true {
            let error: ClientError
            let left = patience - (ContinuousClock.now - begun)
            switch question(max(.milliseconds(100), min(left, .seconds(5)))) {
            case .success(let value): return value
            case .failure(let found): error = found
            }
            let spent = ContinuousClock.now - begun
            let isUnknown = ErrorClass.publishCode(of: error.code) == .unknownTopic
            guard isUnknown ? spent < grace : isTransient(error) && spent < patience else {
                throw failure(attempt, topic, error, uncommitted)
            }
            Latch.pause(.milliseconds(50))
        }
    }

    private func failure(_ attempt: String, _ topic: String, _ error: ClientError, _ client: Client)
        -> PublishError
    {
        switch ErrorClass.publishCode(of: error.code) {
        case .unknownTopic?:
            return PublishError(
                .unknownTopic,
                "\(attempt): the topic \(topic) does not exist, or not this partition of it"
            )
        case .notAuthorized?:
            return PublishError(
                .notAuthorized,
                "\(attempt): \(error.text); grant the principal Describe and Read on it"
            )
        default: break
        }
        if error.code == ErrorNumber.autoOffsetReset || error.code == ErrorNumber.offsetOutOfRange {
            return PublishError(
                .fatal,
                "\(attempt): the place to go on from does not exist any more (\(error.text)); the topic was cut or created"
                    + " anew"
            )
        }
        if ErrorClass.isConnection(error.code) { return client.unreachable(attempt, settings: settings) }
        return PublishError(.fatal, "\(attempt): \(error.text) (\(error.name))")
    }
}
