package import Core
import Events
package import Extraction
import JSON

/// Decides what becomes of dead letters whose records are to be published after all, as the definition has it by now.
///
/// An older record is not published over a newer one: what is remembered of its key decides, where that may be forgotten what
/// stands in the topics since.
package struct LetterReplay {
    /// A letter's stream, as its records are published.
    package struct Stream: Sendable {
        package var plan: StreamPlan
        package var records: KeptRecords

        /// A stream.
        package init(plan: StreamPlan, records: KeptRecords) {
            self.plan = plan
            self.records = records
        }
    }

    /// What becomes of a letter.
    package enum End: Hashable, Sendable {
        /// So many events go out, and the letter is over.
        case published(events: Int)
        /// It tells nothing new, for this reason, and is over.
        case overtaken(String)
        /// It cannot be published, for this reason, and stays.
        case kept(String)
        /// It is taken away.
        case dropped
    }

    /// Letters with what becomes of them, and what is committed with that.
    package struct Step: Sendable {
        package var ends: [(letter: DeadLetter, end: End)] = []
        package var group = TransactionGroup(pages: [], state: [])

        /// The text of what becomes of them, letter by letter.
        package var lines: [ChangedState.Line] {
            ends.map { letter, end in
                ChangedState.Line(
                    stream: letter.stream,
                    before: "dead letter \(letter.id)",
                    after: String(end.text.prefix(Self.longestText))
                )
            }
        }

        /// Many of them stand in one line of the audit.
        private static let longestText = 600

        /// A step without letters.
        package init() {}
    }

    /// A key that may have been published since although nothing is remembered of it.
    package typealias Doubt = (topic: String, key: [UInt8])

    private struct Candidate {
        var letter: DeadLetter
        var stream: Stream
        var page: EventPage
        var facts: PageFacts?
        var doubts: [Doubt]
    }

    private let versions: any VersionStore
    private let now: Instant
    private var ends: [String: End] = [:]
    private var candidates: [Candidate] = []
    private let letters: [DeadLetter]

    /// Looks at letters, the oldest first; `stream` gives each one's, or throws why it has none by now.
    package init(
        _ letters: [DeadLetter],
        versions: any VersionStore,
        now: Instant,
        stream: (DeadLetter) throws -> Stream
    ) throws {
        self.letters = letters.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        self.versions = versions
        self.now = now
        for letter in self.letters {
            do {
                let stream = try stream(letter)
                switch try look(at: letter, stream) {
                case .candidate(let candidate): candidates.append(candidate)
                case .end(let end): ends[letter.id] = end
                }
            } catch let error as any SluiceError where error.recovery == .failStream || error is StateError {
                ends[letter.id] = .kept("\(error)")
            }
        }
    }

    /// The keys of which the topics have to say whether they were published since a time.
    package var doubts: [Doubt] { candidates.flatMap(\.doubts) }

    private enum Sight {
        case candidate(Candidate)
        case end(End)
    }

    private func look(at letter: DeadLetter, _ stream: Stream) throws -> Sight {
        guard case .whole(let record) = letter.content else {
            return .end(
                .kept(
                    "only the first \(letter.kept.count) of its \(letter.size) bytes are kept: let the stream read it again, by sluice "
                        + "state set or reset"
                )
            )
        }
        let plan = stream.plan
        guard let bookmark = plan.bookmark, !bookmark.isReset else {
            return .end(.kept("its stream is to be read anew, which brings the record again: sync it"))
        }
        if let read = letter.read, plan.isReadWhole, bookmark.list.isDone, read < bookmark.list.read {
            return .end(.overtaken("a later full read did not have the record in this form any more"))
        }
        if let protection = plan.builder.protection,
            plan.definition.deletionFields.contains(where: { protection.touches($0) })
        {
            return .end(
                .kept(
                    "whether it is deleted stands in a personal field that the policy protects, so that the letter does not say it: let "
                        + "the stream read it again, by sluice state set or reset"
                )
            )
        }
        let times = AnswerTimes(asked: letter.seen)
        let extracted = try stream.records.page(of: record, times: times)
        let page = try plan.builder.build(
            extracted.page,
            keyFields: extracted.keyFields,
            versionField: extracted.versionField,
            now: letter.seen,
            deleted: extracted.isDeleted,
            merged: extracted.mergedKeys
        )
        let refused = page.refused + plan.outlet.refusals(of: page, parent: letter.parent)
        if let first = refused.first { return .end(.kept("\(first.reason.text) [\(first.reason.code)]")) }
        let facts = facts(letter, plan, bookmark)
        if let reason = try newer(than: letter, page, plan) { return .end(.overtaken(reason)) }
        return .candidate(
            Candidate(
                letter: letter,
                stream: stream,
                page: page,
                facts: facts,
                doubts: try doubts(page, letter, plan, isForgotten: bookmark.forgotten != nil)
            )
        )
    }

    private func facts(_ letter: DeadLetter, _ plan: StreamPlan, _ bookmark: Bookmark) -> PageFacts? {
        guard plan.definition.remembers else { return nil }
        return PageFacts(
            stream: plan.name,
            format: plan.definition.version?.format,
            seen: letter.seen,
            read: letter.read ?? bookmark.list.read,
            parent: letter.parent,
            now: now,
            forgotten: bookmark.forgotten.map { _ in VersionRule.Forgotten() }
        )
    }

    /// Why something newer is known of a record's key, though versions give no order; nil where nothing is.
    private func newer(than letter: DeadLetter, _ page: EventPage, _ plan: StreamPlan) throws(StateError)
        -> String?
    {
        guard plan.definition.remembers else { return nil }
        let known = try versions.versions(of: page.events.map(\.key), in: page.text, stream: plan.name)
        for (event, known) in zip(page.events, known) {
            guard let known, known.seen > letter.seen else { continue }
            if let format = plan.definition.version?.format, let version = known.version,
                format.order(of: page.text[event.version], to: version[...], now: now) == .newer
            {
                continue
            }
            return "a later answer told of its key, and what it said is published"
        }
        if let parent = letter.parent, plan.definition.parent?.replaces == true {
            let siblings = try versions.children(of: parent, stream: plan.name)
            if siblings.contains(where: { $0.version.seen > letter.seen }) {
                return "its parent's list was read again since, and changed"
            }
        }
        return nil
    }

    /// Keys that are not remembered, where that does not say that they were never published.
    private func doubts(
        _ page: EventPage,
        _ letter: DeadLetter,
        _ plan: StreamPlan,
        isForgotten: Bool
    ) throws -> [Doubt] {
        if plan.definition.remembers {
            guard isForgotten else { return [] }
            let known = try versions.versions(
                of: page.events.map(\.key),
                in: page.text,
                stream: plan.name
            )
            guard known.contains(where: { $0 == nil }) else { return [] }
        }
        return try plan.outlet.pages(of: page, parent: letter.parent).flatMap { page in
            page.events.map { (page.topic, Array(page.text[$0.key.range])) }
        }
    }

    /// From when on the topics have to be asked for the doubts.
    package var doubtedSince: Instant? {
        candidates.filter { !$0.doubts.isEmpty }.map(\.letter.at).min()?.advanced(by: .zero - Self.clocks)
    }

    /// Clocks of hosts may differ by so much.
    private static let clocks = Duration.seconds(60)

    /// What the topics say of a letter's doubts; nil where nothing speaks against it.
    private func end(of candidate: Candidate, _ published: (Doubt) -> Instant?) -> End? {
        guard let newest = candidate.doubts.compactMap(published).max() else { return nil }
        let gap = newest.since(candidate.letter.at)
        if gap > Self.clocks {
            return .overtaken("its key was published since, and what it said then is not remembered any more")
        }
        guard gap >= .zero - Self.clocks else { return nil }
        return .kept(
            "its key was published within a minute of it, and what it said then is not remembered any more: let the stream read "
                + "it again, by sluice state set or reset"
        )
    }

    /// What becomes of all letters, in steps of a transaction each; `published` says when the key of a doubt was last.
    package func steps(published: (Doubt) -> Instant?) throws -> [Step] {
        var filter = ChangeFilter(store: versions)
        var ends = ends
        var groups: [String: TransactionGroup] = [:]
        for candidate in candidates {
            let id = candidate.letter.id
            if let end = end(of: candidate, published) {
                ends[id] = end
                continue
            }
            let before = filter.changes.count
            let page = try filter.take(
                GroupMachine.Entry(
                    stream: 0,
                    page: candidate.page,
                    bookmark: nil,
                    facts: candidate.facts
                )
            )
            let pages = try candidate.stream.plan.outlet.pages(of: page, parent: candidate.letter.parent)
            groups[id] = TransactionGroup(
                pages: pages,
                state: [],
                versions: Array(filter.changes[before...])
            )
            ends[id] =
                page.events.isEmpty
                ? .overtaken("the same, or a newer version of it, is published")
                : .published(events: pages.reduce(0) { $0 + $1.events.count })
        }
        return Self.steps(of: letters.map { ($0, ends[$0.id] ?? .kept("it was not looked at")) }, groups)
    }

    /// The steps that take letters away.
    package static func drops(of letters: [DeadLetter]) -> [Step] {
        steps(of: letters.map { ($0, .dropped) }, [:])
    }

    /// So many letters, or bytes of them, go into one transaction (I7).
    private static let lettersAtOnce = 500
    private static let bytesAtOnce = 8 << 20

    private static func steps(
        of ends: [(letter: DeadLetter, end: End)],
        _ groups: [String: TransactionGroup]
    ) -> [Step] {
        var steps = [Step()]
        var bytes = 0
        for (letter, end) in ends {
            let last = steps.count - 1
            if steps[last].ends.count == lettersAtOnce || bytes > bytesAtOnce {
                steps.append(Step())
                bytes = 0
            }
            let current = steps.count - 1
            steps[current].ends.append((letter, end))
            if case .kept = end { continue }
            steps[current].group.settled.append(letter)
            guard let group = groups[letter.id] else { continue }
            steps[current].group.pages += group.pages
            steps[current].group.versions += group.versions
            bytes += group.pages.reduce(0) { $0 + $1.byteCount }
        }
        return steps
    }
}

extension LetterReplay.End {
    /// In words.
    package var text: String {
        switch self {
        case .published(let events): "published, \(events) \(events == 1 ? "event" : "events")"
        case .overtaken(let reason): "over, nothing published: \(reason)"
        case .kept(let reason): "stays: \(reason)"
        case .dropped: "dropped"
        }
    }
}
