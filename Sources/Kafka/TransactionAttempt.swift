import Core
import JSON

/// One try at one transaction, blocking: warm, begin, produce, commit, and abort where it fails.
struct TransactionAttempt {
    let client: Client
    let settings: KafkaSettings
    let transactionalID: String
    let group: TransactionGroup
    let state: (topic: String, partition: Int32)
    /// Where the group's changes of what is remembered go; without a place there must be none.
    let versions: VersionsPlace?
    /// What goes to the topics of notices, each of one partition, by their numbers.
    private let notices: [(topic: String, records: [StateRecord])]
    /// What goes to the topic of dead letters.
    private let letters: [EventPage]
    private let versionRecords: VersionRecords?
    let label: [UInt8]
    let start = ContinuousClock.now
    let budget: Duration
    /// The age up to which a transaction that failed is aborted here; see `TransactionalProducer.init`.
    let abortable: Duration
    /// Set by every error after begin, and by a commit that was slow or disturbed.
    private(set) var mustRecycle = false

    init(
        client: Client,
        settings: KafkaSettings,
        transactionalID: String,
        group: TransactionGroup,
        state: (topic: String, partition: Int32),
        versions: VersionsPlace?,
        prefix: TopicPrefix?,
        label: [UInt8],
        budget: Duration,
        abortable: Duration
    ) {
        self.client = client
        self.settings = settings
        self.transactionalID = transactionalID
        self.group = group
        self.state = state
        precondition(
            prefix != nil || group.notices.isEmpty && group.letters.isEmpty && group.settled.isEmpty,
            "a group's notices and letters need their topics"
        )
        notices = NoticeTopic.allCases.map { topic in
            (prefix.map(topic.name) ?? "", group.notices(to: topic))
        }
        letters = group.letterPages(to: prefix?.deadTopic ?? "")
        precondition(group.versions.isEmpty || versions != nil, "a group's versions need their topic")
        self.versions = group.versions.isEmpty ? nil : versions
        versionRecords = self.versions.map { VersionRecords(group.versions, account: $0.account) }
        self.label = label
        self.budget = budget
        self.abortable = abortable
    }

    private var left: Duration { budget - (ContinuousClock.now - start) }

    /// Runs it to the end; whatever it throws, nothing stays open where the broker can be reached.
    mutating func run(_ onStep: (TransactionStep) -> Void) throws(PublishError) -> CommitOutcome {
        try warmTopics()
        client.monitor.reset()
        if let error = client.handle.beginTransaction() {
            mustRecycle = true
            throw report(client.handle.fatalError ?? error, isAborted: false)
        }
        let begun = ContinuousClock.now
        // Until the end is known to be good.
        mustRecycle = true
        onStep(.begun)
        if let error = produceEvents() { throw abort(after: error) }
        onStep(.eventsProduced)
        if let error = produceLetters() ?? produceNotices() ?? produceVersions() ?? produceState() {
            throw abort(after: error)
        }
        onStep(.stateProduced)
        try commit()
        onStep(.committed)
        let duration = ContinuousClock.now - begun
        mustRecycle = duration > .seconds(1) || client.monitor.wasDisturbed
        return CommitOutcome(duration: duration, mustRecycle: mustRecycle)
    }

    // MARK: - Topics

    private func warmTopics() throws(PublishError) {
        for page in group.pages + letters { _ = try warm(page.topic, stream: page.stream) }
        for (kind, place) in zip(NoticeTopic.allCases, notices) where !place.records.isEmpty {
            _ = try warm(place.topic, stream: PublishError.refusing(kind))
        }
        if !group.state.isEmpty { try warm(state.topic, partition: state.partition) }
        if let versions { try warm(versions.topic, partition: versions.partition) }
    }

    private func warm(_ topic: String, partition: Int32) throws(PublishError) {
        let count = try warm(topic, stream: nil)
        guard partition >= 0, partition < count else {
            throw PublishError(
                .fatal,
                "the topic \(topic) has \(count) partitions, the account's records belong into number \(partition):"
                    + " it was created anew with another count; restore it"
            )
        }
    }

    private func warm(_ topic: String, stream: String?) throws(PublishError) -> Int32 {
        // A topic that was only just created is not known to every broker yet.
        let patience = ContinuousClock.now + .seconds(2)
        while true {
            let error: ClientError
            switch client.handle.warm(topic, limit: min(left, .seconds(5))) {
            case .success(let count): return count
            case .failure(let failure): error = failure
            }
            let code = ErrorClass.publishCode(of: error.code)
            switch code {
            case .unknownTopic? where ContinuousClock.now >= patience:
                if stream == nil {
                    throw PublishError(
                        .fatal,
                        "the topic \(topic) does not exist; restore it, or create it anew"
                    )
                }
                throw PublishError(
                    .unknownTopic,
                    "the topic \(topic) does not exist; create it: \(KafkaAdmin.createCommand(topic, settings: settings))",
                    stream: stream
                )
            case .notAuthorized?:
                throw PublishError(
                    .notAuthorized,
                    "the topic \(topic) is closed to this principal: \(error.text); grant it Describe and Write",
                    stream: stream
                )
            default: break
            }
            if left <= .milliseconds(1) || code == .authentication {
                throw client.unreachable("looking up the topic \(topic)", settings: settings)
            }
            Latch.pause(.milliseconds(50))
        }
    }

    // MARK: - Records

    private func produceEvents() -> ClientError? { produce(group.pages, from: 0) }

    /// Behind everything else in the numbers of its reports, as the other topics have fixed ones.
    private func produceLetters() -> ClientError? { produce(letters, from: firstLetter) }

    private var firstLetter: Int { firstNotice + notices.count }
    private var firstNotice: Int { group.pages.count + 2 }

    private func produce(_ pages: [EventPage], from first: Int) -> ClientError? {
        for (place, page) in pages.enumerated() {
            let number = first + place
            var next = 0
            while let stopped = client.handle.produce(
                page,
                pageNumber: number,
                transactionLabel: label,
                from: next
            ) {
                next = stopped.index
                let token = RecordToken(page: number, record: next)
                let event = page.events[next]
                let size = Int(event.key.count) + (event.kind == .delete ? 0 : Int(event.value.count))
                guard waitForRoom(after: stopped.error) else { return refused(stopped.error, token, size) }
            }
        }
        return nil
    }

    private func produceVersions() -> ClientError? {
        guard let versions, let versionRecords else { return nil }
        var next = 0
        while let stopped = client.handle.produce(
            versionRecords,
            topic: versions.topic,
            partition: versions.partition,
            pageNumber: group.pages.count + 1,
            from: next
        ) {
            next = stopped.index
            let record = versionRecords.records[next]
            let token = RecordToken(page: group.pages.count + 1, record: next)
            let size = record.key.range.count + record.value.range.count
            guard waitForRoom(after: stopped.error) else { return refused(stopped.error, token, size) }
        }
        return nil
    }

    private func produceNotices() -> ClientError? {
        for (number, place) in notices.enumerated() {
            let error = produce(place.records, to: (place.topic, 0), pageNumber: firstNotice + number)
            if let error { return error }
        }
        return nil
    }

    /// State goes last: what a torn transaction leaves behind then shows events without their bookmark.
    private func produceState() -> ClientError? {
        produce(group.state, to: state, pageNumber: group.pages.count)
    }

    private func produce(
        _ records: [StateRecord],
        to place: (topic: String, partition: Int32),
        pageNumber: Int
    ) -> ClientError? {
        for (number, record) in records.enumerated() {
            let token = RecordToken(page: pageNumber, record: number)
            while let error = client.handle.produce(
                record,
                topic: place.topic,
                partition: place.partition,
                token: token
            ) {
                let size = record.key.count + (record.value?.count ?? 0)
                guard waitForRoom(after: error) else { return refused(error, token, size) }
            }
        }
        return nil
    }

    /// A full queue means "slow down": the poll thread makes room as reports come in.
    private func waitForRoom(after error: ClientError) -> Bool {
        guard error.code == ErrorNumber.queueFull, left > .zero else { return false }
        Latch.pause(.milliseconds(5))
        return true
    }

    private func refused(_ error: ClientError, _ token: RecordToken, _ size: Int) -> ClientError {
        // `_STATE` says only that the transaction failed before: the report that failed it tells why.
        if error.code != ErrorNumber.state, error.code != ErrorNumber.fatal {
            client.monitor.deliveryFailed(
                ClientMonitor.Failure(token: token.rawValue, error: error, size: size)
            )
        }
        var error = client.handle.fatalError ?? error
        error.requiresAbort = !error.isFatal
        return error
    }

    // MARK: - The end of it

    private func commit() throws(PublishError) {
        while let error = client.handle.commitTransaction(max(left, .milliseconds(1))) {
            switch ErrorClass(error) {
            case .retriable where left > .zero: continue
            case .retriable:
                throw client.unreachable(
                    "committing: whether it went through is not known yet, the next session reads it",
                    settings: settings
                )
            case .abortable: throw abort(after: error)
            case .fenced, .fatal: throw report(client.handle.fatalError ?? error, isAborted: false)
            }
        }
    }

    /// Aborts until it is done or time is over, and gives the error to throw.
    private func abort(after cause: ClientError) -> PublishError {
        guard ErrorClass(cause) == .abortable || ErrorClass(cause) == .fenced else {
            return report(cause, isAborted: false)
        }
        guard ContinuousClock.now - start < abortable else { return report(cause, isAborted: false) }
        let end = ContinuousClock.now + max(left, .seconds(2))
        while let error = client.handle.abortTransaction(
            max(end - ContinuousClock.now, .milliseconds(1))
        ) {
            if ErrorClass(error) == .retriable, ContinuousClock.now < end { continue }
            let fatal = client.handle.fatalError ?? error
            return report(ErrorClass(fatal) == .fenced ? fatal : cause, isAborted: false)
        }
        return report(cause, isAborted: true)
    }

    /// The error as the caller sees it: the record's own where a report named one.
    private func report(_ error: ClientError, isAborted: Bool) -> PublishError {
        if ErrorClass(error) == .fenced { return fenced(error) }
        let failure = client.monitor.failure
        if let failure, let code = ErrorClass.publishCode(of: failure.error.code) {
            return code == .fenced ? fenced(failure.error) : describe(failure, as: code)
        }
        if let code = ErrorClass.publishCode(of: error.code) {
            let remedy = ErrorClass.remedy(for: code).map { "; \($0)" } ?? ""
            return PublishError(
                code,
                "publishing as \(transactionalID): \(error.text) (\(error.name))\(remedy)"
            )
        }
        let reason = failure.map(\.error) ?? error
        if isAborted {
            return PublishError(.aborted, "the transaction was aborted: \(reason.text) (\(reason.name))")
        }
        if ErrorClass.isConnection(error.code) {
            return client.unreachable("publishing: \(reason.text)", settings: settings)
        }
        return PublishError(
            .fatal,
            "the producer \(transactionalID) cannot go on: \(reason.text) (\(reason.name)); a new session reads what was"
                + " committed and goes on from there"
        )
    }

    private func fenced(_ error: ClientError) -> PublishError {
        PublishError(
            .fenced,
            "the producer \(transactionalID) was fenced: another one writes for this account now, or Kafka gave up a"
                + " transaction that took too long (\(error.name))"
        )
    }

    private func describe(_ failure: ClientMonitor.Failure, as code: PublishError.Code) -> PublishError {
        let token = RecordToken(rawValue: failure.token)
        let remedy = ErrorClass.remedy(for: code).map { "; \($0)" } ?? ""
        let found = "\(failure.error.text) (\(failure.error.name))\(remedy)"
        if token.page >= firstLetter {
            let letter = letters[token.page - firstLetter]
            return PublishError(
                code,
                "the dead letter \(Self.text(letter.text.prefix(16))) of a record of stream \(letter.stream), \(failure.size) "
                    + "bytes, for topic \(letter.topic): \(found)",
                stream: letter.stream
            )
        }
        if token.page >= firstNotice {
            let number = token.page - firstNotice
            return PublishError(
                code,
                "a record of \(failure.size) bytes for \(notices[number].topic): \(found)",
                stream: PublishError.refusing(NoticeTopic.allCases[number])
            )
        }
        if token.page > group.pages.count {
            let stream =
                group.versions.indices.contains(token.record) ? group.versions[token.record].stream : nil
            return PublishError(
                code,
                "what is remembered of a key of stream \(stream?.text ?? ""), \(failure.size) bytes, for topic "
                    + "\(versions?.topic ?? ""): \(found)",
                stream: stream?.text
            )
        }
        guard token.page < group.pages.count else {
            let key = group.state.indices.contains(token.record) ? group.state[token.record].key : []
            // No stream could do better than one whose state does not fit.
            return PublishError(
                code == .notAuthorized ? code : .fatal,
                "a state record of \(failure.size) bytes, key \(Self.text(key)), for \(state.topic): \(found)"
            )
        }
        let page = group.pages[token.page]
        let key =
            page.events.indices.contains(token.record) ? page.text[page.events[token.record].key.range] : []
        return PublishError(
            code,
            "a record of stream \(page.stream), \(failure.size) bytes, key \(Self.text(key)), for topic \(page.topic):"
                + " \(found)",
            stream: page.stream
        )
    }

    /// A key for a message: cut, since it comes from outside.
    private static func text(_ key: some Collection<UInt8>) -> String {
        let text = String(decoding: key.prefix(120), as: UTF8.self)
        return key.count > 120 ? text + "…" : text
    }
}
