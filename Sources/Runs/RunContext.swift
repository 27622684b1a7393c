import Core
import Events
import Extraction
import JSON
import Synchronization

/// What the parts of one run share.
final class RunContext: Sendable {
    let run: SyncRun
    let committer: GroupCommitter
    let tally: StreamTally
    /// Where each stream will stand once what was handed over is committed.
    private let bookmarks: Locked<[Bookmark]>
    /// The same of the run's backfill; empty where it is none.
    private let backfills: Locked<[BackfillProgress]>
    /// What was read before streams, by their names.
    private let discovered = Locked<[String: Discovered]>([:])
    /// What the parents of child streams answered.
    private let witnesses = Locked<[Int: ParentWitness]>([:])
    /// By stream; nil where its records are compared with nothing.
    private let drifts: [DriftSeat?]
    /// By stream; nil where the catalogue is told nothing.
    private let catalogs: [CatalogSeat?]

    init(_ run: SyncRun, committer: GroupCommitter, tally: StreamTally) {
        self.run = run
        self.committer = committer
        self.tally = tally
        drifts = run.streams.map { plan in
            plan.drift.map { DriftSeat(DriftWatch($0, account: run.account, stream: plan.name)) }
        }
        let begun = run.wall()
        catalogs = run.streams.map { plan in
            guard let catalog = plan.catalog, run.backfill == nil else { return nil }
            return CatalogSeat(
                CatalogWatch(catalog, account: run.account, stream: plan.name, begun: begun)
            )
        }
        bookmarks = Locked(
            run.streams.map { plan in
                plan.bookmark
                    ?? Bookmark(
                        fingerprint: plan.fingerprint,
                        list: Bookmark.List(since: plan.since),
                        updated: 0
                    )
            }
        )
        backfills = Locked(
            run.backfill.map { part in
                run.streams.map {
                    $0.backfill ?? BackfillProgress(fingerprint: $0.fingerprint, at: part.begin, updated: 0)
                }
            } ?? []
        )
    }

    func plan(_ stream: Int) -> StreamPlan { run.streams[stream] }

    /// How far the run's backfill has read a stream.
    func backfill(_ stream: Int) -> BackfillProgress { backfills.withLock { $0[stream] } }

    /// Moves the place of the run's backfill; the next record of `move` says so.
    func moveBackfill(_ stream: Int, _ change: (inout BackfillProgress) -> Void) {
        backfills.withLock { change(&$0[stream]) }
    }

    /// What compares a stream's records with its schema.
    func drift(of stream: Int) -> DriftSeat? { drifts[stream] }
    /// What tells the catalogue of a stream.
    func catalog(of stream: Int) -> CatalogSeat? { catalogs[stream] }

    func bookmark(_ stream: Int) -> Bookmark { bookmarks.withLock { $0[stream] } }

    /// Moves a stream, and gives the record that says so; it must be handed over with what it covers (I1).
    ///
    /// In a backfill that is the backfill's own record: the bookmark stays where the live runs have it.
    func move(_ stream: Int, _ change: (inout Bookmark) -> Void) throws(StateError) -> StateRecord {
        var bookmark = bookmark(stream)
        change(&bookmark)
        bookmark.takeUp()
        bookmark.updated = Int64(run.wall().milliseconds)
        let moved = bookmark
        bookmarks.withLock { $0[stream] = moved }
        if let part = run.backfill {
            moveBackfill(stream) { $0.updated = moved.updated }
            return try backfill(stream).record(account: run.account, id: part.id, stream: plan(stream).name)
        }
        return try moved.record(account: run.account, stream: plan(stream).name)
    }

    /// Hands over events with the bookmark that covers them, and what is remembered beside them.
    func submit(
        _ stream: Int,
        _ page: EventPage,
        bookmark: StateRecord? = nil,
        facts: PageFacts? = nil,
        changes: [VersionChange] = []
    ) async throws {
        if page.events.contains(where: { $0.kind == .upsert }) {
            // Here and not where it is committed: no other stream waits for what this one asks.
            try await plan(stream).outlet.prepare()
        }
        try await committer.submit(
            GroupMachine.Entry(
                stream: stream,
                page: page,
                bookmark: bookmark,
                facts: facts,
                changes: changes,
                news: try [drifts[stream]?.takeNews(), catalogs[stream]?.takeNews()].compactMap { $0 }
            )
        )
    }

    /// Moves a stream's bookmark, with what is remembered or forgotten on the way: in parts, the bookmark last.
    func submit(_ stream: Int, moving bookmark: StateRecord, with changes: [VersionChange]) async throws {
        let last = changes.count % Self.changesAtOnce
        try await submit(stream, remembering: Array(changes.dropLast(last)))
        try await submit(
            stream,
            plan(stream).builder.noEvents,
            bookmark: bookmark,
            changes: Array(changes.suffix(last))
        )
    }

    /// Hands over what is remembered or forgotten, in parts; no bookmark moves by it.
    func submit(_ stream: Int, remembering changes: [VersionChange]) async throws {
        var rest = changes[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.changesAtOnce))
            rest = rest.dropFirst(Self.changesAtOnce)
            try await submit(stream, plan(stream).builder.noEvents, changes: part)
        }
    }

    private static let changesAtOnce = 1000

    /// The facts of a page of a stream; nil where nothing is remembered of it.
    func facts(_ stream: Int, _ page: ExtractedPage, parent: [UInt8]? = nil) -> PageFacts? {
        facts(stream, page.times, parent: parent)
    }

    /// The facts of what was answered then; an unknown record older than `publishedBefore` is a forgotten one.
    func facts(
        _ stream: Int,
        _ times: AnswerTimes,
        parent: [UInt8]? = nil,
        publishedBefore: Instant? = nil
    ) -> PageFacts? {
        let plan = plan(stream)
        guard plan.definition.remembers else { return nil }
        let bookmark = bookmark(stream)
        let list = bookmark.list
        return PageFacts(
            stream: plan.name,
            format: plan.definition.version?.format,
            // Its records hold no time before 1970, and what is read back of them must be what was written.
            seen: max(times.answered, Instant(seconds: 0)),
            read: list.read,
            parent: parent,
            now: times.now,
            isAnew: list.isAnew,
            forgotten: bookmark.forgotten.map { _ in
                VersionRule.Forgotten(publishedBefore: publishedBefore)
            }
        )
    }

    /// The events of a page, whose records are compared with the stream's schema first.
    func events(of page: ExtractedPage, _ stream: Int, happened: Instant? = nil) throws -> EventPage {
        try compare(page, stream)
        return try plan(stream).builder.build(
            page.page,
            keyFields: page.keyFields,
            versionField: page.versionField,
            now: page.times.now,
            happened: happened,
            deleted: page.isDeleted,
            merged: page.mergedKeys
        )
    }

    /// A child's pages as events, and the deletes of what its parent no longer has, last.
    ///
    /// Waits for what was handed over of the same parent: one that comes twice in a reading may have lost since then
    /// what is not committed yet.
    func children(
        _ pages: [ExtractedPage],
        of parent: [UInt8],
        _ stream: Int,
        now: Instant,
        happened: Instant? = nil
    ) async throws -> [EventPage] {
        var events: [EventPage] = []
        var present: Set<[UInt8]> = []
        for page in pages {
            let built = try self.events(of: page, stream, happened: happened)
            for event in built.events { present.insert(Array(built.text[event.key.range])) }
            for refused in built.refused { present.insert(Array(built.text[refused.key.range])) }
            events.append(built)
        }
        let plan = plan(stream)
        guard plan.definition.parent?.replaces == true else { return events }
        try await committer.drain(stream, parent: parent)
        // Only a child that is remembered as this parent's is deleted by its absence.
        let known = try run.destination.versions.children(of: parent, stream: plan.name)
        let gone = known.filter { !$0.version.isDeleted && !present.contains($0.key) }.map(\.key)
        if !gone.isEmpty { events.append(plan.builder.deletes(of: gone, now: now, happened: happened)) }
        return events
    }

    /// Takes note of what parents answered; throws where children would be deleted by what may be no word of theirs.
    func witness(_ reads: [ParentRead], _ stream: Int) throws {
        let gone = reads.filter(\.isGone).map(\.parent)
        for read in reads { note(read, stream) }
        if isDoubtful(stream) { try checkNothingIsDeleted(with: gone, stream) }
    }

    /// Takes note of what a parent answered.
    func note(_ read: ParentRead, _ stream: Int) {
        if let refusal = read.refusal {
            note(refused: read.parent, refusal, stream)
        } else {
            noteParents(there: read.isGone ? 0 : 1, gone: read.isGone ? 1 : 0, stream)
        }
    }

    /// Takes note of a parent whose children may not be read.
    func note(refused parent: [UInt8], _ error: ExtractionError, _ stream: Int) {
        witnesses.withLock { $0[stream, default: ParentWitness()].note(refused: parent, error) }
    }

    /// Takes note of what so many parents answered.
    func noteParents(there: Int = 0, gone: Int = 0, _ stream: Int) {
        witnesses.withLock { $0[stream, default: ParentWitness()].note(there: there, gone: gone) }
    }

    /// Whether the parents that seem gone in this run may be there.
    func isDoubtful(_ stream: Int) -> Bool { witnesses.withLock { $0[stream]?.isDoubtful ?? false } }

    /// Whether all parents that this run has asked were refused, so that no bookmark may move past them (I2).
    func holdsRefused(_ stream: Int) -> Bool { witnesses.withLock { $0[stream]?.holdsRefused ?? false } }

    /// Throws where what was refused are not some parents but the stream: after many, or at a reading's end all of it.
    func checkRefused(_ stream: Int, isAtEnd: Bool) async throws {
        guard let witness = witnesses.withLock({ $0[stream] }), let first = witness.firstRefused,
            witness.holdsRefused, isAtEnd || witness.refused >= ParentWitness.patience
        else { return }
        try await seekProof(stream)
        guard holdsRefused(stream) else { return }
        throw ExtractionError(
            .unavailable,
            "\(first.error.message). All parents that were asked (\(witness.refused)) were refused, so it is the stream that "
                + "is: nothing was deleted, and the bookmark stays before them",
            stream: plan(stream).name.text
        )
    }

    /// Asks, once in a run, for the children of parents that had some.
    ///
    /// Where one is there, others are refused by themselves.
    func seekProof(_ stream: Int) async throws {
        let asked = witnesses.withLock { witnesses in
            guard var witness = witnesses[stream], witness.holdsRefused, !witness.isSought else {
                return nil as Set<[UInt8]>?
            }
            witness.isSought = true
            witnesses[stream] = witness
            return witness.refusedKeys
        }
        guard var asked else { return }
        let plan = plan(stream)
        let known = try run.destination.versions.keys(
            notReadSince: .max,
            after: nil,
            limit: Self.changesAtOnce,
            stream: plan.name
        )
        var tries = 0
        for (_, version) in known {
            guard let parent = version.parent, asked.insert(parent).inserted else { continue }
            let read = try await ChildReader.children(
                of: parent,
                in: plan.definition,
                requester: run.requester,
                discovered: try await discovered(for: plan.definition)
            )
            // One that is gone or refused tells nothing.
            if !read.isGone, read.refusal == nil { return noteParents(there: 1, stream) }
            tries += 1
            guard tries < Self.proofs else { return }
        }
    }

    /// So many parents are asked for a proof at most.
    private static let proofs = 5

    /// What keeps the children of a refused parent from being taken for absent at the end of a list.
    ///
    /// Of what has to go out again since it is lost nothing can be said: it is forgotten, to be new when it can be
    /// read.
    func keeping(childrenOf parent: [UInt8], _ stream: Int) async throws -> [VersionChange] {
        try await committer.drain(stream, parent: parent)
        let list = bookmark(stream).list
        let name = plan(stream).name
        let known = try run.destination.versions.children(of: parent, stream: name)
        return known.filter { !$0.version.isDeleted && $0.version.read < list.read }.map { key, version in
            var version = version
            version.read = list.read
            return VersionChange(name, .version(key: key, list.isAnew ? nil : version))
        }
    }

    /// Throws where one of some parents that may be there has children that would be deleted with it.
    func checkNothingIsDeleted(with parents: [[UInt8]], _ stream: Int) throws {
        for parent in parents {
            let known = try run.destination.versions.children(of: parent, stream: plan(stream).name)
            guard known.contains(where: { !$0.version.isDeleted }) else { continue }
            throw RunError(
                .parentsGone,
                "stream \(plan(stream).name): parent \(run.requester.shown(parent)) has no list of children any more, and "
                    + "no other parent of this run had one, so it may be the path, or a permission; nothing was deleted. "
                    + "Mend that, or wait until the parent's own delete is told"
            )
        }
    }

    /// Hands over all children of a parent, and tells how many; the bookmark stays where it is.
    ///
    /// One that is refused has nothing to hand over: its children stay as they are.
    func hand(_ read: ParentRead, _ stream: Int) async throws -> Int {
        guard read.refusal == nil else { return 0 }
        let count = read.recordCount
        if count > 0 { tell(stream, read: count) }
        let facts = facts(stream, read.times, parent: read.parent)
        for page in try await children(read.pages, of: read.parent, stream, now: read.times.now) {
            // With the place before this parent: events without any bookmark would look like state that was lost (I2).
            try await submit(stream, page, bookmark: move(stream) { _ in }, facts: facts)
        }
        return count
    }

    /// What a stream's requests have to say that must be read before it; once in a run.
    ///
    /// Rule 9 of every extractor: what an API has is asked anew in each run, so that a new field is not left out.
    func discovered(for definition: StreamDefinition) async throws -> Discovered {
        guard !definition.discover.isEmpty else { return .none }
        if let known = discovered.withLock({ $0[definition.name] }) { return known }
        let found = try await Discovery(stream: definition, requester: run.requester).read()
        discovered.withLock { $0[definition.name] = found }
        return found
    }

    // MARK: How streams begin and end

    func start(_ stream: Int) {
        if let changed = bookmark(stream).changed { warn(stream, changed.text) }
        run.observer(.started(stream: plan(stream).name.text, after: bookmark(stream).list.records))
    }

    /// A stream goes to its list, or to its feed.
    func tell(_ stream: Int, reads phase: RunPhase) {
        run.observer(.reading(stream: plan(stream).name.text, phase))
    }

    /// Records were read, and wait to be published.
    func tell(_ stream: Int, read records: Int) {
        run.observer(.read(stream: plan(stream).name.text, records: records))
    }

    /// Something that a person should know though the run goes on.
    func warn(_ stream: Int, _ text: String) {
        run.observer(.warned(stream: plan(stream).name.text, text: text))
        tally.note(stream, text)
    }

    /// The next full read of a stream, from its list's start; becomes true with the first commit that follows.
    func readAnew(_ stream: Int) {
        bookmarks.withLock { bookmarks in
            let list = bookmarks[stream].list
            bookmarks[stream].list = Bookmark.List(read: list.read + 1, since: list.since)
            bookmarks[stream].feed = nil
        }
    }

    /// The next full read of a list, for what its feed does not tell; becomes true with the first commit that follows.
    ///
    /// One that has a part of the objects only (`--since`) covers nothing that the feed told of the others, nor any
    /// delete: the place in the feed stays (I2).
    func relist(_ stream: Int) {
        guard bookmark(stream).list.since != nil else { return readAnew(stream) }
        let now = run.wall()
        bookmarks.withLock { bookmarks in
            let list = bookmarks[stream].list
            bookmarks[stream].list = Bookmark.List(read: list.read + 1, since: list.since)
            bookmarks[stream].passes.resweep = Instant(milliseconds: now.milliseconds)
        }
    }

    /// The next full read of a stream that is read whole in every run, from its list's start.
    ///
    /// One of all that is due again, and did not come to its end, is the same read still: what it published before it
    /// ended would go out twice.
    func readWhole(_ stream: Int) {
        bookmarks.withLock { bookmarks in
            let list = bookmarks[stream].list
            let isSame =
                list.isAnew && !list.isDone || list == Bookmark.List(read: list.read, since: list.since)
            bookmarks[stream].list = Bookmark.List(
                read: isSame ? list.read : list.read + 1,
                since: list.since,
                isAnew: list.isAnew && !list.isDone
            )
        }
    }

    /// Waits until what was handed over is committed; gives the error where it was not.
    func drained(_ stream: Int) async -> (any Error)? {
        do {
            try await committer.drain(stream)
            return nil
        } catch {
            return error
        }
    }

    func end(_ stream: Int, note: String? = nil) {
        if let witness = witnesses.withLock({ $0[stream] }), let first = witness.firstRefused {
            tally.count(refused: witness.refused, stream)
            warn(
                stream,
                "\(witness.refused) parents were refused, the first of them \(run.requester.shown(first.parent)): what was "
                    + "published of their children stays as it is, and they are asked again when they change. If these "
                    + "credentials are to read them, grant that, and run --stream \(plan(stream).name) --resync. "
                    + first.error.message
            )
        }
        if let witness = witnesses.withLock({ $0[stream] }), witness.isDoubtful {
            warn(
                stream,
                "no parent had a list of children (\(witness.gone) answered that there is none): look whether the path is "
                    + "right and these credentials may read it"
            )
        }
        tally.end(stream, .success, note: note)
    }

    /// A stream ends, by an error or well; returns the error where it ends the whole run.
    func settle(_ stream: Int, _ error: (any Error)?) -> (any Error)? {
        guard let error else {
            end(stream)
            return nil
        }
        if error is CancellationError {
            tally.end(stream, .cancelled)
            return nil
        }
        let described = Self.described(error)
        switch described.recovery {
        case .streamUnavailable: tally.end(stream, .unavailable, error: described)
        case .failStream, .retry: tally.end(stream, .failed, error: described)
        case .failRun:
            tally.end(stream, .failed, error: described)
            return described
        }
        return nil
    }

    static func described(_ error: any Error) -> any SluiceError {
        error as? any SluiceError ?? RunError(.unexpected, "\(error)")
    }
}

extension Bookmark {
    /// A run goes on from here: what was made of it by hand is taken up.
    ///
    /// Where a stream is to begin stays known until it has a token again.
    fileprivate mutating func takeUp() {
        guard changed?.from == nil || TokenRun.page(of: self) != nil else { return }
        changed = nil
    }
}
