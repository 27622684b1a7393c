import Core
import JSON
import Synchronization

/// Reads a list page by page.
///
/// `next()` depends on nothing but the pages before it, never on whether they were committed. So who publishes
/// overlaps the two without any machinery of this type: `async let following = reader.next()`, commit the page at
/// hand, then await `following`. One call at a time; after an error the reader stands where it stood.
///
/// A limit ends the reading after so many records. Where the list goes on behind any record
/// (`Paging.splitsPages`), that is exact. Elsewhere a place within a page has no name, and a page taken in part
/// would have to be published again: the last page is taken whole (I1).
///
/// An answer of JSON lines or CSV is read while it comes, and given in pages of some thousand records. Until all of it
/// came their place is the one before it: a body that is cut moves nothing (I2). It is asked for again then, and given
/// from its beginning.
package final class ListReader: Sendable {
    /// There is no such list, or none that may be read: thrown of a subject that may be gone, or refused.
    struct NoList: Error {
        enum Reason {
            /// It is gone; with a doubt the answer alone does not prove it.
            case gone(doubt: ExtractionError?)
            case refused(ExtractionError)
        }

        var reason: Reason
        var times: AnswerTimes
        var requests: Int
    }

    private struct Place {
        var progress: ListProgress
        var repetition: RepetitionGuard
        var remaining: Int?
        var isReading = false
        /// The answer at hand, of a list that is read while its answers come.
        var part: Part?
        /// What is left of trying to get it.
        var retry: RetryMachine?
    }

    /// An answer that was read in part.
    private struct Part {
        var answer: StreamedAnswer
        /// Of what was read of it.
        var mark: RepetitionGuard.PageMark?
        /// Requests that no page was told yet.
        var requests: Int

        var count: Int { mark?.count ?? 0 }
    }

    private let subject: RequestSubject
    private let paging: Paging
    private let requester: Requester
    private let first: PageRequest
    private let isStreamed: Bool
    private let hydrator: Hydrator?
    /// What the records begin with.
    private let additions: [UInt8]
    let reader: PageReader
    private let place: Locked<Place>

    /// A reader from a bookmark's place on, at most so many records far.
    package convenience init(
        stream: StreamDefinition,
        requester: Requester,
        from progress: ListProgress = .start,
        limit: Int? = nil,
        discovered: Discovered = .none
    ) throws(ExtractionError) {
        guard let paging = stream.paging else {
            preconditionFailure("\(stream.name) is no list: read its tokens or windows")
        }
        let subject = RequestSubject(stream)
        try self.init(
            subject: subject,
            shape: RecordShape(stream),
            paging: paging,
            first: stream.since(
                progress.since,
                in: requester.access.request(of: stream, discovered.variables)
            ),
            requester: requester,
            hydrator: Hydrator(
                stream,
                subject: subject,
                requester: requester,
                discovered: discovered,
                paging: paging
            ),
            from: progress,
            limit: limit,
            isStreamed: stream.format.isCut
        )
    }

    /// A reader of any list that begins with a request; `isStreamed` where its answers are read while they come.
    init(
        subject: RequestSubject,
        shape: RecordShape,
        paging: Paging,
        first: PageRequest,
        requester: Requester,
        hydrator: Hydrator? = nil,
        adding additions: [UInt8] = [],
        from progress: ListProgress = .start,
        limit: Int? = nil,
        isStreamed: Bool = false
    ) {
        precondition(limit ?? 0 >= 0, "a limit is a number of records")
        precondition(hydrator == nil || !isStreamed, "the answers that are asked for by key are of JSON")
        self.subject = subject
        self.requester = requester
        self.paging = paging
        self.first = first
        self.isStreamed = isStreamed
        self.hydrator = hydrator
        self.additions = additions
        reader = PageReader(subject: subject, shape: shape, paging: paging, access: requester.access)
        place = Locked(
            Place(progress: progress, repetition: RepetitionGuard(token: progress.token), remaining: limit)
        )
    }

    /// Where the reading stands: behind the last page that `next` gave.
    package var progress: ListProgress { place.withLock { $0.progress } }

    /// The next page, or nil where the list was read to its end or to the limit.
    package func next() async throws -> ExtractedPage? {
        let start = place.withLock { place in
            precondition(!place.isReading, "a list is read one page at a time")
            place.isReading = true
            return place
        }
        defer { place.withLock { $0.isReading = false } }
        guard !start.progress.isDone, start.remaining != 0 || start.part != nil else { return nil }
        if isStreamed { return try await nextPart(from: start) }
        var answer = try await ask(from: start)
        var (page, after) = try take(&answer, from: start)
        if let hydrator { page = try await hydrator.hydrate(page, number: after.progress.pages) }
        keep(after)
        return page
    }

    private func keep(_ place: Place) {
        self.place.withLock { own in
            own = place
            own.isReading = true
        }
    }

    private func ask(from start: Place) async throws -> Requester.Answer {
        let number = start.progress.pages + 1
        let request = try request(at: start.progress.token, page: number)
        var subject = subject
        if start.progress.token == nil { subject.lost = nil }
        let answer = try await requester.ask(request, for: subject, page: number)
        let reason: NoList.Reason? =
            answer.isGone ? .gone(doubt: answer.doubt) : answer.refusal.map { .refused($0) }
        if let reason {
            throw NoList(reason: reason, times: answer.times, requests: answer.requests)
        }
        return answer
    }

    /// The request for the page that a token leads to.
    private func request(at token: JSONValue?, page: Int) throws(ExtractionError) -> PageRequest {
        var first = first
        first.isStreamed = isStreamed
        guard let token else { return first }
        let text = token.lexeme
        switch paging {
        case .lastRecord(let parameter, _, _), .cursor(_, let parameter, _):
            if text != nil { return first.setting(parameter, to: token) }
        case .offset(let parameter, _), .number(let parameter, _, _):
            if token.int != nil { return first.setting(parameter, to: token) }
        case .nextLink, .linkHeader:
            if let text, let address = try? HTTPAddress(parsing: text) {
                first.address = address
                return first
            }
        case .singlePage: break
        }
        throw subject.error(
            .badBookmark,
            "\(subject.place(page)): the bookmark's page token does not fit the stream's paging;"
                + " read the stream anew with --resync"
        )
    }

    private func take(
        _ answer: inout Requester.Answer,
        from start: Place
    ) throws(ExtractionError) -> (ExtractedPage, Place) {
        let (page, links) = try reader.scan(&answer, page: start.progress.pages + 1, adding: additions)
        return try end(with: page, of: answer, links, from: start)
    }

    /// The last page of an answer, and the place behind it.
    private func end(
        with last: ScannedPage,
        of answer: Requester.Answer,
        _ links: [String],
        behind before: RepetitionGuard.PageMark? = nil,
        from start: Place
    ) throws(ExtractionError) -> (ExtractedPage, Place) {
        var after = start
        var page = last
        let number = start.progress.pages + 1
        let next = try reader.next(
            after: page,
            behind: before?.count ?? 0,
            links: links,
            from: answer.address,
            asked: start.progress.token,
            page: number
        )
        let mark = reader.mark(of: page, behind: before)
        if let problem = after.repetition.check(mark, next: next) {
            throw subject.error(
                .noProgress,
                "\(subject.place(number)): \(problem); the bookmark stays before this page"
            )
        }
        let count = (before?.count ?? 0) + page.records.count
        after.progress.token = next
        after.progress.isDone = next == nil
        after.progress.pages = number
        after.remaining = start.remaining.map { $0 - min(count, $0) }
        after.progress.records += count
        if let remaining = start.remaining, remaining < count, paging.splitsPages {
            after.progress.records -= count - remaining
            page.keep(first: remaining - (before?.count ?? 0))
            after.progress.token = try reader.token(
                ofRecord: page.records.count - 1,
                in: page,
                page: number
            )
            after.progress.isDone = false
        }
        let extracted = try reader.extracted(
            page,
            progress: after.progress,
            times: answer.times,
            requests: answer.requests,
            number: number
        )
        return (extracted, after)
    }
}

// MARK: - While an answer comes

extension ListReader {
    /// The next records of the answer at hand, or of the next one.
    private func nextPart(from start: Place) async throws -> ExtractedPage? {
        var place = start
        while true {
            if place.part == nil { place.part = try await open(from: place) }
            guard let part = place.part else { preconditionFailure("an answer was opened") }
            // Whatever ends this, the answer is asked for anew.
            place.part = nil
            keep(place)
            let number = place.progress.pages + 1
            do {
                let (page, isLast) = try await reader.scan(
                    next: part.answer,
                    page: number,
                    adding: additions
                )
                let (extracted, after) = try take(page, isLast: isLast, of: part, from: place)
                keep(after)
                return extracted
            } catch let error as HTTPError {
                part.answer.close()
                let retry = place.retry
                place.retry = nil
                keep(place)
                place.retry = try await requester.wait(after: error, retry, for: subject, page: number)
            } catch {
                part.answer.close()
                throw error
            }
        }
    }

    private func open(from start: Place) async throws -> Part {
        let answer = try await ask(from: start)
        guard let streamed = reader.streamed(answer, RecordChunk.Limits()) else {
            preconditionFailure("a streamed request has a body to read")
        }
        return Part(answer: streamed, requests: answer.requests)
    }

    private func take(
        _ page: ScannedPage,
        isLast: Bool,
        of part: Part,
        from start: Place
    ) throws(ExtractionError) -> (ExtractedPage, Place) {
        let mark = reader.mark(of: page, behind: part.mark)
        // A list that goes on behind any record needs no more of it than the limit.
        let isEnough = paging.splitsPages && start.remaining.map { $0 <= mark?.count ?? 0 } ?? false
        var answer = part.answer.answer
        answer.requests = part.requests
        var after = start
        var extracted: ExtractedPage
        if isLast || isEnough {
            after.retry = nil
            (extracted, after) = try end(
                with: page,
                of: answer,
                PageReader.links(of: answer),
                behind: part.mark,
                from: after
            )
            part.answer.close()
        } else {
            extracted = try reader.extracted(
                page,
                progress: start.progress,
                times: answer.times,
                requests: answer.requests,
                number: start.progress.pages + 1
            )
            extracted.isPart = true
            after.part = Part(answer: part.answer, mark: mark, requests: 0)
        }
        extracted.recordsBefore = part.count
        return (extracted, after)
    }
}

extension StreamDefinition {
    /// A request for its list that begins at a time.
    func since(_ since: Instant?, in request: PageRequest) throws(ExtractionError) -> PageRequest {
        guard let since else { return request }
        guard let parameter = self.since else {
            throw ExtractionError(
                .noSince,
                "stream \(name) cannot begin at a time: its list has no parameter for it (since: in the"
                    + " definition); read it whole, without --since",
                stream: name
            )
        }
        let time = parameter.format.floor(since)
        return request.setting(parameter.parameter, to: .string(parameter.format.text(time)))
    }
}

extension ScannedPage {
    /// Leaves out the records behind the first so many; the bytes stay.
    fileprivate mutating func keep(first count: Int) {
        records.removeLast(records.count - count)
        fields.removeLast(fields.count - count * fieldsPerRecord)
    }
}
