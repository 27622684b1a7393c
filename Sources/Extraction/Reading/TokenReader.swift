import Core
import JSON
import Synchronization

/// Reads a stream from a token on, page by page, until the API has nothing more for now.
///
/// Every page's progress has the token behind it: a bookmark that goes on there loses nothing and repeats nothing. One
/// call at a time; after an error the reader stands where it stood.
package final class TokenReader: Sendable {
    private struct Place {
        var progress: ListProgress
        var repetition: RepetitionGuard
        var remaining: Int?
        var isComplete = false
        var times: AnswerTimes?
        var isReading = false
    }

    private let subject: RequestSubject
    private let token: TokenProgress
    private let requester: Requester
    private let first: PageRequest
    private let reader: PageReader
    private let hydrator: Hydrator?
    private let from: Instant?
    private let place: Locked<Place>

    /// A reader from a place on, that ends with the page that reaches the limit.
    ///
    /// `child` is the stream that it is read for, where that is not the stream itself.
    package init(
        stream: StreamDefinition,
        requester: Requester,
        from start: TokenPlace = TokenPlace(),
        limit: Int? = nil,
        discovered: Discovered = .none,
        for child: StreamDefinition? = nil
    ) throws(ExtractionError) {
        guard case .token(let token) = stream.progress else {
            preconditionFailure("\(stream.name) has no token")
        }
        self.token = token
        self.requester = requester
        var subject = child.map { RequestSubject($0, readingParent: stream) } ?? RequestSubject(stream)
        subject.caughtUp = token.caughtUp
        self.subject = subject
        first = try requester.access.request(of: stream, discovered.variables)
        hydrator = Hydrator(stream, subject: subject, requester: requester, discovered: discovered)
        reader = PageReader(
            subject: subject,
            shape: RecordShape(stream),
            paging: .singlePage,
            access: requester.access
        )
        from = start.from
        place = Locked(
            Place(
                progress: ListProgress(token: start.token),
                repetition: RepetitionGuard(token: start.token),
                remaining: limit
            )
        )
    }

    /// Where the reading stands: behind the last page that `next` gave.
    package var progress: ListProgress { place.withLock { $0.progress } }

    /// Whether the API had nothing more.
    package var isComplete: Bool { place.withLock { $0.isComplete } }

    /// When the last answer was given, one that says that there is nothing new included.
    package var times: AnswerTimes? { place.withLock { $0.times } }

    /// The next page, or nil where the API has nothing more for now or the limit is reached.
    ///
    /// Throws `placeLost` where it does not know the token any more.
    package func next() async throws -> ExtractedPage? {
        let start = place.withLock { place in
            precondition(!place.isReading, "a stream is read one page at a time")
            place.isReading = true
            return place
        }
        defer { place.withLock { $0.isReading = false } }
        guard !start.isComplete, start.remaining != 0 else { return nil }
        let number = start.progress.pages + 1
        var subject = subject
        if start.progress.token == nil { subject.lost = nil }
        var answer = try await requester.ask(request(at: start.progress.token), for: subject, page: number)
        let times = answer.times
        if answer.isCaughtUp {
            place.withLock { place in
                place.isComplete = true
                place.times = times
            }
            return nil
        }
        var (page, after) = try take(&answer, from: start)
        if let hydrator { page = try await hydrator.hydrate(page, number: number) }
        let reached = after
        place.withLock { $0 = reached }
        return page
    }

    private func request(at token: JSONValue?) -> PageRequest {
        if let token { return first.setting(self.token.parameter, to: token) }
        let start = self.token.start
        // What is asked for may not be later than the API allows, whatever the bookmark's clock was.
        let latest = requester.now.advanced(by: .zero - start.lag)
        let time = start.format.floor(min(max(from ?? start.earliest, start.earliest), latest))
        return first.setting(start.parameter, to: .string(start.format.text(time)))
    }

    private func take(
        _ answer: inout Requester.Answer,
        from start: Place
    ) throws(ExtractionError) -> (ExtractedPage, Place) {
        var after = start
        let number = start.progress.pages + 1
        let (page, _) = try reader.scan(&answer, page: number)
        var next = try reader.pageValue(0, token.field, in: page, page: number)
        if let given = next { next = try reader.checked(given, number) }
        let isEnd = try isEnd(page, next: next, asked: start.progress.token, size: answer.reducedSize, number)
        if !isEnd {
            guard let next else {
                throw reader.badPage(
                    "there is more, yet the token (\(FieldPath.text(token.field))) is missing",
                    number
                )
            }
            if let problem = after.repetition.check(reader.mark(of: page), next: next) {
                throw subject.error(
                    .noProgress,
                    "\(subject.place(number)): \(problem); the bookmark stays before this page"
                )
            }
        }
        // An end without a token of its own is where it was.
        after.progress.token = next ?? start.progress.token
        after.progress.pages = number
        after.progress.records += page.records.count
        after.progress.isDone = isEnd
        after.isComplete = isEnd
        after.times = answer.times
        after.remaining = start.remaining.map { $0 - min(page.records.count, $0) }
        after.isReading = true
        let extracted = try reader.extracted(
            page,
            progress: after.progress,
            times: answer.times,
            requests: answer.requests,
            number: number
        )
        return (extracted, after)
    }

    /// Whether the API itself says that there is nothing more for now (I2; rule 5 of every extractor); `size` is what was
    /// asked for where that was less than the definition says.
    private func isEnd(
        _ page: ScannedPage,
        next: JSONValue?,
        asked: JSONValue?,
        size: Int?,
        _ number: Int
    ) throws(ExtractionError) -> Bool {
        switch token.end {
        case .more(let path): return try !reader.pageFlag(1, path, in: page, page: number)
        case .field(let path, let value):
            let written = reader.pageToken(1, in: page)
            guard !written.isEmpty else {
                throw reader.badPage("whether this is the end (\(FieldPath.text(path))) is missing", number)
            }
            return (try? JSONValue.parse(written)) == value
        case .repeats(let pageSizes):
            // A page without a record has no time to go on from.
            guard let next else { return page.records.isEmpty }
            guard next.lexeme == asked?.lexeme else { return false }
            guard !pageSizes.contains(page.records.count), page.records.count != size else {
                throw subject.error(
                    .noProgress,
                    "\(subject.place(number)): the token repeats, and the page is full: more records than"
                        + " the \(page.records.count) of a page have one time, and the rest cannot be asked for;"
                        + " the bookmark stays before this page"
                )
            }
            return true
        }
    }
}
