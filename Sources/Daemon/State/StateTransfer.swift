package import Core
import Events

/// Decides what becomes of an account's state where a file's is taken over.
package struct StateTransfer: Sendable {
    /// How the streams' topics and what is remembered stand here, by the topics' names: the end of each partition.
    package typealias Ends = [String: [Int64]]

    /// What is gone along with.
    package struct Consent: Hashable, Sendable {
        /// What is here may be newer.
        package var replaces = false
        /// All streams are read anew, and published again.
        package var resyncs = false
        /// The bookmarks hold although the events that they stand for are not here.
        package var acceptsLoss = false

        /// None.
        package init(replaces: Bool = false, resyncs: Bool = false, acceptsLoss: Bool = false) {
            self.replaces = replaces
            self.resyncs = resyncs
            self.acceptsLoss = acceptsLoss
        }
    }

    let file: StateFile
    let prefix: TopicPrefix
    /// The id of the state topic here; nil where there is none yet.
    let layout: String?
    let consent: Consent
    let mark: HandChange

    /// The taking over of a file into an installation.
    package init(
        of file: StateFile,
        into prefix: TopicPrefix,
        layout: String?,
        consent: Consent,
        by: String,
        reason: String,
        at now: Instant
    ) {
        self.file = file
        self.prefix = prefix
        self.layout = layout
        self.consent = consent
        mark = HandChange(
            kind: .reset,
            at: now,
            by: by,
            reason: String(reason.prefix(HandChange.longestReason))
        )
    }

    /// The topics whose ends must be known for an account.
    package func topics(of account: StateFile.Account) throws(StateError) -> Set<String> {
        var topics: Set<String> = [prefix.versionsTopic]
        for stream in try Bookmark.bookmarked(in: account.state) {
            if let bookmark = try Bookmark(in: account.state, account: account.name, stream: stream) {
                topics.insert(bookmark.fingerprint.topic)
            }
        }
        return topics
    }

    /// What is to be committed for an account whose state here is `state`; no records where all of it is here already.
    package func plan(
        _ name: AccountName,
        over state: [[UInt8]: [UInt8]],
        ends: Ends
    ) throws(StateError) -> ChangedState {
        guard let account = file.accounts.first(where: { $0.name == name }) else { return ChangedState() }
        return try plan(account, over: state, ends: ends)
    }

    /// The same for an account of the file.
    package func plan(
        _ account: StateFile.Account,
        over state: [[UInt8]: [UInt8]],
        ends: Ends
    ) throws(StateError) -> ChangedState {
        var changed = ChangedState()
        for record in account.records {
            switch try StateKey(record.key) {
            case .bookmark(let name, let stream):
                try take(record, of: name, stream, over: state, &changed)
            case .schedule(let name, let id): try take(record, of: name, schedule: id, over: state, &changed)
            case .credential(let name): try take(record, credentialOf: name, over: state, &changed)
            // What was seen of a schema is seen again: what stands here is the newer.
            case .schema(let name, let stream):
                guard state[record.key] == nil else { continue }
                let seen = try SchemaRecord(record.value ?? [], account: name, stream: stream)
                changed.lines.append(
                    .init(
                        stream: stream,
                        before: "nothing is known of how its records differ from their schema",
                        after: "\(seen.entries.count) differences from the schema are known"
                    )
                )
                changed.records.append(record)
            // A length here is looked at, not believed. How far a backfill came counts only where it goes on.
            case .topic, .session, .backfill, .catalog, .layout, nil: continue
            }
        }
        // What is here as it is in the file came with its events.
        guard !changed.records.isEmpty else { return changed }
        try check(account, ends)
        changed.records += try lengths(of: account, ends)
        return changed
    }

    // MARK: Records

    private func take(
        _ record: StateRecord,
        of account: AccountName,
        _ stream: StreamName,
        over state: [[UInt8]: [UInt8]],
        _ changed: inout ChangedState
    ) throws(StateError) {
        var bookmark = try Bookmark(record.value ?? [], account: account, stream: stream)
        let before = try Bookmark(in: state, account: account, stream: stream)
        if let before, before == bookmark, !consent.resyncs { return }
        if let before, before.updated > bookmark.updated {
            try refuse(
                "the bookmark of \(account) \(stream) here is of \(Instant(milliseconds: Int(before.updated)).rfc3339()), that "
                    + "of the file of \(Instant(milliseconds: Int(bookmark.updated)).rfc3339())"
            )
        }
        if consent.resyncs {
            bookmark = bookmark.anew(isLost: true)
            bookmark.changed = mark
            bookmark.updated = Int64(mark.at.milliseconds)
        }
        changed.lines.append(
            .init(stream: stream, before: before?.words ?? "never read", after: bookmark.words)
        )
        changed.records.append(try bookmark.record(account: account, stream: stream))
    }

    private func take(
        _ record: StateRecord,
        of account: AccountName,
        schedule id: String,
        over state: [[UInt8]: [UInt8]],
        _ changed: inout ChangedState
    ) throws(StateError) {
        let schedule = try ScheduleRecord(record.value ?? [], account: account, id: id)
        let before = try ScheduleRecord(in: state, account: account, id: id)
        if before == schedule { return }
        if let here = before?.through, schedule.through.map({ here > $0 }) ?? true {
            try refuse(
                "the schedule \(id) of \(account) is decided here up to \(here.rfc3339()), in the file up to "
                    + "\(schedule.through?.rfc3339() ?? "no tick")"
            )
        }
        func words(_ record: ScheduleRecord?) -> String {
            "schedule \(id): decided up to \(record?.through?.rfc3339() ?? "no tick")"
                + (record?.pause == nil ? "" : ", paused")
        }
        changed.lines.append(.init(stream: nil, before: words(before), after: words(schedule)))
        changed.records.append(try schedule.record(account: account))
    }

    private func take(
        _ record: StateRecord,
        credentialOf account: AccountName,
        over state: [[UInt8]: [UInt8]],
        _ changed: inout ChangedState
    ) throws(StateError) {
        let credential = try CredentialRecord(record.value ?? [], account: account)
        let before = try CredentialRecord(in: state, account: account)
        if before == credential { return }
        if let before, before.updated > credential.updated {
            try refuse("the credential of \(account) was renewed here since the file was written")
        }
        changed.lines.append(
            .init(
                stream: nil,
                before: before == nil ? "no credential" : "a credential",
                after: "the sealed credential of the file"
            )
        )
        changed.records.append(try credential.record(account: account))
    }

    private func refuse(_ what: String) throws(StateError) {
        guard !consent.replaces else { return }
        throw StateError(.newerRecord, "\(what): to go back to the file's all the same, use --replace")
    }

    // MARK: Events

    /// Refuses bookmarks that stand for events which are not here (I2).
    private func check(_ account: StateFile.Account, _ ends: Ends) throws(StateError) {
        guard !consent.resyncs, !consent.acceptsLoss else { return }
        for record in account.records {
            guard case .topic(let name, let topic)? = try StateKey(record.key) else { continue }
            var kept = try KeptTopic(record.value ?? [], account: name, topic: topic)
            if topic == file.prefix.versionsTopic { kept.topic = prefix.versionsTopic }
            var found = ends[kept.topic]
            if kept.topic == prefix.versionsTopic, let all = found, !all.isEmpty {
                // Of what is remembered only the account's own partition counts.
                found = [all[Int(name.statePartition(of: all.count))]]
                if file.layout == layout { found = all }
            }
            if file.layout == layout {
                try kept.check(found: found)
            } else if kept.hasEvents, !(found?.contains { $0 > 0 } ?? false) {
                throw StateError(
                    .missing,
                    "\(kept.topic) held records of \(name) where the file comes from, and \(found == nil ? "is not here" : "is empty here"): "
                        + "bring them over first (docs/operations.md), publish all again with --resync, or go on from the "
                        + "bookmarks without them with --accept"
                )
            }
        }
    }

    /// How long the topics are here: shorter ones are refused from now on.
    private func lengths(of account: StateFile.Account, _ ends: Ends) throws(StateError) -> [StateRecord] {
        var records: [StateRecord] = []
        for topic in try topics(of: account).sorted() where topic != prefix.versionsTopic {
            guard let ends = ends[topic] else { continue }
            records.append(try KeptTopic(topic: topic, ends: ends).record(account: account.name))
        }
        return records
    }
}
