import Core
import JSON
import Synchronization

/// The children of one parent, all of them.
struct ChildSet: Sendable {
    /// What one parent's children may take in memory, all pages together (I7).
    static let maximumBytes = 64 << 20

    var pages: [ExtractedPage] = []
    /// Whether there is no such parent any more.
    var isGone = false
    /// Why the answer that says so does not prove it.
    var doubt: ExtractionError?
    /// Why this parent's children may not be read, where those of others may.
    var refusal: ExtractionError?
    var times: AnswerTimes
    var requests = 0

    /// How often a set that lost its place is begun again.
    private static let restarts = 3

    /// Reads the whole list of a parent, from its beginning again where a child at which it went on has gone.
    static func read(
        of parent: [UInt8],
        in stream: StreamDefinition,
        requester: Requester,
        discovered: Discovered = .none,
        maximumBytes: Int = Self.maximumBytes
    ) async throws -> ChildSet {
        var restarts = Self.restarts
        while true {
            do {
                return try await readOnce(
                    of: parent,
                    in: stream,
                    requester: requester,
                    discovered: discovered,
                    maximumBytes: maximumBytes
                )
            } catch let error as ExtractionError where error.code == .placeLost && restarts > 0 {
                restarts -= 1
            }
        }
    }

    private static func readOnce(
        of parent: [UInt8],
        in stream: StreamDefinition,
        requester: Requester,
        discovered: Discovered,
        maximumBytes: Int
    ) async throws -> ChildSet {
        var subject = RequestSubject(stream)
        subject.text += ", parent \(requester.access.shown(parent))"
        subject.mayBeGone = true
        subject.isOfParent = true
        guard let paging = stream.paging else {
            preconditionFailure("the children of a parent are a list")
        }
        let list = ListReader(
            subject: subject,
            shape: RecordShape(stream),
            paging: paging,
            first: try requester.access.request(of: stream, parent: parent, discovered.variables),
            requester: requester,
            adding: try requester.access.additions(to: stream, of: parent)
        )
        var set: ChildSet?
        var bytes = 0
        do {
            while let page = try await list.next() {
                if set == nil { set = ChildSet(times: page.times) }
                set?.requests += page.requests
                set?.times.extend(to: page.times)
                set?.pages.append(page)
                bytes += page.page.bytes.count
                guard bytes <= maximumBytes else {
                    throw subject.error(
                        .tooManyChildren,
                        "\(subject.text): its children have more than \(maximumBytes) bytes, which are held"
                            + " at once; read this stream without it, or as a stream of its own"
                    )
                }
            }
        } catch let end as ListReader.NoList {
            // A parent that goes, or is refused, while its pages are read is so as well.
            var times = set?.times ?? end.times
            times.extend(to: end.times)
            let requests = (set?.requests ?? 0) + end.requests
            switch end.reason {
            case .gone(let doubt):
                return ChildSet(isGone: true, doubt: doubt, times: times, requests: requests)
            case .refused(let error): return ChildSet(refusal: error, times: times, requests: requests)
            }
        }
        guard let set else { preconditionFailure("a list that was not read to its end has a page") }
        return set
    }
}

/// One parent with all its children, and the place behind it.
package struct ParentRead: Sendable {
    /// The parent's key as events bear it; empty where the list of parents ended without a further one: then
    /// only the progress counts.
    package var parent: [UInt8]
    /// All its children; no page where the parent is gone, or refused.
    package var pages: [ExtractedPage]
    /// Whether it is the answer about its children that says that it is gone.
    package var isGone: Bool
    /// Why its children may not be read, where those of others may: what they are is not known then.
    package var refusal: ExtractionError?
    /// What the bookmark holds once its events are committed (I1).
    package var progress: ListProgress
    /// When the pages were given, as one.
    package var times: AnswerTimes
    /// The requests that it took, the parents' page included where it is the first of it.
    package var requests: Int

    /// How many children it has.
    package var recordCount: Int { pages.reduce(0) { $0 + $1.page.records.count } }

    /// A parent.
    package init(
        parent: [UInt8],
        pages: [ExtractedPage],
        isGone: Bool = false,
        refusal: ExtractionError? = nil,
        progress: ListProgress,
        times: AnswerTimes,
        requests: Int
    ) {
        self.parent = parent
        self.pages = pages
        self.isGone = isGone
        self.refusal = refusal
        self.progress = progress
        self.times = times
        self.requests = requests
    }
}

/// Reads a child stream: walks its parent's list, and for each parent the whole list of its children.
///
/// The token in its progress is a `ParentToken`. A page that changed up to the last parent that is done is read anew:
/// nothing is left out (I2), and what is known is not published again. One call at a time; a limit ends it behind the
/// parent that reaches it.
package final class ChildReader: Sendable {
    private struct Place {
        var progress: ListProgress
        var remaining: Int?
        /// The parents' page at hand, and the next parent of it.
        var page: ExtractedPage?
        var index = 0
        /// What leads to the page at hand.
        var pageToken: JSONValue?
        /// What of the page was done before this reader.
        var done: ParentToken.Done?
        /// The records of the page before the next parent.
        var trail = ParentToken.Trail()
        /// Requests of the parents' page that no parent was told yet.
        var requests = 0
    }

    private let stream: StreamDefinition
    private let requester: Requester
    private let parents: ListReader
    private let discovered: Discovered
    private let place: Locked<Place>

    /// A reader from a bookmark's place on, at most about so many records far.
    ///
    /// `discovered` is what the stream's own requests have to say, `parentDiscovered` what the parent's have.
    package init(
        stream: StreamDefinition,
        requester: Requester,
        from progress: ListProgress = .start,
        limit: Int? = nil,
        discovered: Discovered = .none,
        parentDiscovered: Discovered = .none
    ) throws(ExtractionError) {
        guard let parent = stream.parent?.definition, let paging = parent.paging else {
            preconditionFailure("only a stream with for_each has a list of parents")
        }
        self.stream = stream
        self.requester = requester
        self.discovered = discovered
        var place = Place(progress: progress, remaining: limit)
        if let token = progress.token {
            guard let token = ParentToken(token) else {
                throw ExtractionError(
                    .badBookmark,
                    "stream \(stream.name): the bookmark's token does not fit a stream with for_each; read the"
                        + " stream anew with --resync",
                    stream: stream.name
                )
            }
            place.pageToken = token.page
            place.done = token.done
        }
        var subject = RequestSubject(stream, readingParent: parent)
        subject.lost = stream.lost
        parents = ListReader(
            subject: subject,
            shape: RecordShape(parent),
            paging: paging,
            first: try parent.since(
                progress.since,
                in: requester.access.request(of: parent, parentDiscovered.variables)
            ),
            requester: requester,
            from: ListProgress(token: place.pageToken)
        )
        self.place = Locked(place)
    }

    /// All children of one parent, by its key; no page where the parent is gone, or refused.
    package static func children(
        of parent: [UInt8],
        in stream: StreamDefinition,
        requester: Requester,
        discovered: Discovered = .none
    ) async throws -> ParentRead {
        let set = try await ChildSet.read(
            of: parent,
            in: stream,
            requester: requester,
            discovered: discovered
        )
        if let doubt = set.doubt { throw doubt }
        return ParentRead(
            parent: parent,
            pages: set.pages,
            isGone: set.isGone,
            refusal: set.refusal,
            progress: .start,
            times: set.times,
            requests: set.requests
        )
    }

    /// Where the reading stands: behind the last parent that `next` gave.
    package var progress: ListProgress { place.withLock { $0.progress } }

    /// The next parent with its children, or nil where the list was read to its end or to the limit.
    package func next() async throws -> ParentRead? {
        var place = place.withLock { $0 }
        guard !place.progress.isDone, place.remaining != 0 else { return nil }
        while true {
            if place.page == nil {
                place.pageToken = parents.progress.token
                guard let page = try await parents.next() else {
                    preconditionFailure("parents that are not done have a next page")
                }
                place.page = page
                place.requests += page.requests
                place.index = 0
                place.trail = ParentToken.Trail()
                if let done = place.done {
                    var trail = place.trail
                    let last = page.page.records.indices.first { record in
                        trail.pass(record, of: page.page)
                        return trail == done.trail
                    }
                    if let last { (place.index, place.trail) = (last + 1, trail) }
                    place.done = nil
                }
                keep(place)
            }
            guard let page = place.page else { continue }
            if place.index < page.page.records.count {
                return try await read(page, place)
            }
            if page.progress.isDone { return end(page, place) }
            place.page = nil
        }
    }

    private func read(_ page: ExtractedPage, _ start: Place) async throws -> ParentRead {
        var place = start
        let parent = parents.reader.keyText(ofRecord: place.index, in: page.page)
        let set = try await ChildSet.read(
            of: parent,
            in: stream,
            requester: requester,
            discovered: discovered
        )
        // A parent that its list has is gone only by an answer that proves it (I2).
        if let doubt = set.doubt { throw doubt }
        let records = set.pages.reduce(0) { $0 + $1.page.records.count }
        place.trail.pass(place.index, of: page.page)
        place.index += 1
        let isLast = place.index == page.page.records.count
        place.progress.isDone = isLast && page.progress.isDone
        place.progress.token = place.progress.isDone ? nil : try token(page, place, parent, isLast: isLast)
        place.progress.records += records
        place.progress.pages += set.pages.count
        place.remaining = place.remaining.map { $0 - min($0, records) }
        let requests = set.requests + place.requests
        place.requests = 0
        keep(place)
        return ParentRead(
            parent: parent,
            pages: set.pages,
            isGone: set.isGone,
            refusal: set.refusal,
            progress: place.progress,
            times: set.times,
            requests: requests
        )
    }

    /// What leads on behind a parent: the next page behind the last of one, else the place within its page.
    private func token(
        _ page: ExtractedPage,
        _ place: Place,
        _ parent: [UInt8],
        isLast: Bool
    ) throws(ExtractionError) -> JSONValue? {
        if isLast { return ParentToken(page: page.progress.token).json }
        guard stream.parent?.definition.paging?.splitsPages == true else {
            return ParentToken(page: place.pageToken, done: .init(parent: parent, trail: place.trail)).json
        }
        // A list that goes on behind any record needs no page to be found again.
        let next = try parents.reader.token(
            ofRecord: place.index - 1,
            in: page.page,
            page: page.progress.pages
        )
        return ParentToken(page: next).json
    }

    /// The list of parents ended with a page that had no further one.
    private func end(_ page: ExtractedPage, _ start: Place) -> ParentRead {
        var place = start
        place.progress.isDone = true
        place.progress.token = nil
        place.requests = 0
        keep(place)
        return ParentRead(
            parent: [],
            pages: [],
            progress: place.progress,
            times: page.times,
            requests: start.requests
        )
    }

    private func keep(_ place: Place) { self.place.withLock { $0 = place } }
}
