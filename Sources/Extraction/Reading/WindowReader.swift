package import Core
import JSON
import Synchronization

/// Reads one window of a stream page by page: the records of [from, to), each at least once.
///
/// It has ended only when all of it came (`isComplete`); until then no bookmark may pass it (I2). Records that are
/// later than the window were changed since and come with the next one; older ones are passed on. One call at a time;
/// after an error the reader stands where it stood.
package final class WindowReader: Sendable {
    private struct Place {
        var progress = ListProgress.start
        var times: AnswerTimes?
        var isComplete = false
        var isReading = false
        /// Requests that no page was told yet.
        var requests = 0
        /// Of an ordered window, and of one unit of time that exceeds the cap.
        var keyset: KeysetMachine?
        /// Of a window that is read in pages.
        var halves = WindowHalves(from: Instant(nanoseconds: 0), to: Instant(nanoseconds: 0), cap: nil)
        var list: ListReader?
    }

    private let stream: StreamDefinition
    private let window: WindowProgress
    private let subject: RequestSubject
    private let requester: Requester
    private let variables: [String: JSONValue]
    private let reader: PageReader
    private let hydrator: Hydrator?
    private let version: StreamDefinition.Version
    /// In whole units of the window's format.
    package let from: Instant
    package let to: Instant
    private let place: Locked<Place>

    /// A reader of the whole units of [from, to).
    ///
    /// `child` is the stream that it is read for, where that is not the stream itself.
    package init(
        stream: StreamDefinition,
        requester: Requester,
        from: Instant,
        to: Instant,
        discovered: Discovered = .none,
        for child: StreamDefinition? = nil
    ) throws(ExtractionError) {
        guard case .window(let window) = stream.progress, let version = stream.version else {
            preconditionFailure("\(stream.name) has no windows")
        }
        self.stream = stream
        self.window = window
        self.version = version
        self.requester = requester
        self.from = window.format.floor(from)
        self.to = window.format.floor(to)
        let subject = child.map { RequestSubject($0, readingParent: stream) } ?? RequestSubject(stream)
        self.subject = subject
        variables = discovered.variables
        var place = Place()
        var paging = Paging.singlePage
        switch window.order {
        case .ascending:
            place.keyset = KeysetMachine(
                from: self.from,
                to: self.to,
                unit: window.format.unit,
                hasTies: window.ties != nil
            )
        case .pages(let own, let cap):
            paging = own
            place.halves = WindowHalves(from: self.from, to: self.to, cap: cap)
        }
        // Pages of ties have no paging of their own: each begins behind a key.
        reader = PageReader(
            subject: subject,
            shape: RecordShape(stream),
            paging: paging,
            access: requester.access
        )
        hydrator = Hydrator(
            stream,
            subject: subject,
            requester: requester,
            discovered: discovered,
            paging: paging
        )
        self.place = Locked(place)
    }

    /// Whether all of the window came.
    package var isComplete: Bool { place.withLock { $0.isComplete } }

    /// Everything of the window before this came: a bookmark may stand here.
    package var readTo: Instant {
        place.withLock { place in
            if place.isComplete { return to }
            guard case .ascending = window.order else { return place.halves.readTo }
            return place.keyset?.readTo ?? to
        }
    }

    /// How far it was read.
    package var progress: ListProgress { place.withLock { $0.progress } }

    /// When the last answer was given.
    package var times: AnswerTimes? { place.withLock { $0.times } }

    /// The next page with a record, or nil where the window was read to its end.
    package func next() async throws -> ExtractedPage? {
        var current = place.withLock { place in
            precondition(!place.isReading, "a window is read one page at a time")
            place.isReading = true
            return place
        }
        defer { place.withLock { $0.isReading = false } }
        while !current.isComplete {
            let step = try await step(current)
            current = step.place
            keep(current)
            if let page = step.page { return page }
        }
        return nil
    }

    private func keep(_ place: Place) {
        self.place.withLock { own in
            own = place
            own.isReading = true
        }
    }

    private typealias Step = (place: Place, page: ExtractedPage?)

    /// One request, or the end.
    private func step(_ start: Place) async throws -> Step {
        var place = start
        if let ask = start.keyset?.ask { return try await perform(ask, place) }
        if start.keyset != nil {
            place.keyset = nil
            if case .ascending = window.order {
                place.isComplete = true
                return (place, nil)
            }
        }
        if start.list == nil {
            guard let part = place.halves.next() else {
                place.isComplete = true
                return (place, nil)
            }
            place.list = try list(from: part.from, to: part.to)
        }
        return try await readPage(place)
    }

    /// The page with what of it is new, or nil where nothing is.
    private func finish(
        _ page: ScannedPage,
        new: [Int],
        times: AnswerTimes,
        requests: Int,
        whole: ExtractedPage? = nil,
        _ start: Place
    ) async throws -> Step {
        var place = start
        place.times = times
        place.requests += requests
        guard !new.isEmpty else { return (place, nil) }
        place.progress.pages += 1
        place.progress.records += new.count
        var extracted: ExtractedPage
        if let whole, new.count == page.records.count {
            extracted = whole
            extracted.progress = place.progress
            extracted.requests = place.requests
        } else {
            let kept = Set(new)
            extracted = try reader.extracted(
                new.count == page.records.count ? page : page.keeping { kept.contains($0) },
                progress: place.progress,
                times: times,
                requests: place.requests,
                number: place.progress.pages
            )
        }
        extracted.isPart = whole?.isPart ?? false
        if let hydrator { extracted = try await hydrator.hydrate(extracted, number: place.progress.pages) }
        place.requests = 0
        return (place, extracted)
    }
}

// MARK: - In order

extension WindowReader {
    private func perform(_ ask: KeysetMachine.Ask, _ start: Place) async throws -> Step {
        let number = start.progress.pages + 1
        var answer = try await requester.ask(request(ask), for: subject, page: number)
        let (page, _) = try reader.scan(&answer, page: number)
        let times = try self.times(of: page, number)
        let asked = start.times?.asked ?? answer.times.asked
        if case .range = ask { try checkFilter(page, times, asked: asked, number) }
        var place = start
        let new: [Int]
        do {
            let seen = KeysetMachine.Page(
                times: times,
                key: { self.reader.keyText(ofRecord: $0, in: page) },
                identity: { self.identity(ofRecord: $0, in: page) },
                lastKey: page.records.indices.last.map { reader.keyValue(ofRecord: $0, in: page) },
                isLast: try isLast(page, number),
                fresh: window.format.floor(answer.times.asked.advanced(by: .zero - window.overlap)),
                unsettled: window.format.floor(answer.times.asked.advanced(by: .zero - window.holdBack))
            )
            new = try place.keyset?.take(seen) ?? []
        } catch let problem as KeysetMachine.Problem {
            throw subject.error(
                problem.isIgnoredFilter ? .ignoredFilter : .noProgress,
                "\(subject.place(number)): \(problem.message); the bookmark stays before this window"
            )
        }
        return try await finish(page, new: new, times: answer.times, requests: answer.requests, place)
    }

    private func request(_ ask: KeysetMachine.Ask) throws(ExtractionError) -> PageRequest {
        var variables = variables
        func text(_ time: Instant) -> JSONValue { .string(window.format.text(time)) }
        switch ask {
        case .range(let start):
            return try request(from: start, to: to)
        case .ties(let time, let after):
            guard let ties = window.ties else { preconditionFailure("ties are asked for where they can be") }
            variables["tie"] = .object([
                .init(name: "at", value: text(time)),
                .init(name: "next", value: text(time.advanced(by: window.format.unit))),
                .init(name: "after", value: after ?? .null),
            ])
            var request = try requester.access.request(ties, place: "\(subject.text): ties", variables)
            request.accept = stream.format.accept
            return request
        }
    }

    private func request(from: Instant, to: Instant) throws(ExtractionError) -> PageRequest {
        var variables = variables
        variables["window"] = .object([
            .init(name: "from", value: .string(window.format.text(from))),
            .init(name: "to", value: .string(window.format.text(to))),
        ])
        return try requester.access.request(of: stream, variables)
    }

    /// What the API says of whether anything follows the page.
    private func isLast(_ page: ScannedPage, _ number: Int) throws(ExtractionError) -> Bool? {
        switch window.order {
        case .ascending(.more(let path)): return try !reader.pageFlag(0, path, in: page, page: number)
        case .ascending(.total(let path)):
            let value = try reader.pageValue(0, path, in: page, page: number)
            guard let total = value?.lexeme.flatMap({ Int($0) }) else {
                throw reader.badPage(
                    "how many records there are (\(FieldPath.text(path))) is no number",
                    number
                )
            }
            return page.records.count >= total
        case .ascending(.none), .pages: return nil
        }
    }

    /// What tells one version of a record from another.
    private func identity(ofRecord record: Int, in page: ScannedPage) -> [UInt8] {
        guard let field = reader.versionField else { preconditionFailure("a window stream has a version") }
        return reader.keyText(ofRecord: record, in: page) + [0]
            + page.bytes[page.field(field, ofRecord: record).range]
    }

    /// The records' times, in whole units.
    private func times(of page: ScannedPage, _ number: Int) throws(ExtractionError) -> [Instant] {
        guard let field = reader.versionField else { preconditionFailure("a window stream has a version") }
        var times: [Instant] = []
        times.reserveCapacity(page.records.count)
        for record in page.records.indices {
            let slice = page.field(field, ofRecord: record)
            guard !slice.isAbsent, let time = version.format.instant(page.text(of: slice)[...]) else {
                let said = slice.isAbsent ? "missing" : "no \(version.format.rawValue) time"
                throw reader.badPage(
                    "record \(record + 1): \(FieldPath.text(version.path)), which places it in the window, is \(said)",
                    number
                )
            }
            times.append(window.format.floor(time))
        }
        return times
    }

    /// A filter that was ignored would let the bookmark pass what was never asked for (I2).
    ///
    /// A single record may lie outside, where it was changed since, or where an index lags; a whole page does so only
    /// when it was changed just now.
    private func checkFilter(_ page: ScannedPage, _ times: [Instant], asked: Instant, _ number: Int)
        throws(ExtractionError)
    {
        guard !times.isEmpty, times.allSatisfy({ $0 < from || $0 >= to }) else { return }
        let recent = min(asked, max(to, asked.advanced(by: .zero - window.overlap)))
        guard let stray = times.first(where: { $0 < from || $0 < recent }) else { return }
        throw subject.error(
            .ignoredFilter,
            "\(subject.place(number)): records of \(stray.rfc3339()) came, and those from \(from.rfc3339()) to"
                + " \(to.rfc3339()) were asked for: the API ignores the window; the bookmark stays before it"
        )
    }
}

// MARK: - In pages

extension WindowReader {
    private func list(from: Instant, to: Instant) throws(ExtractionError) -> ListReader {
        guard case .pages(let paging, _) = window.order else {
            preconditionFailure("an ordered window has no list")
        }
        return ListReader(
            subject: subject,
            shape: RecordShape(stream),
            paging: paging,
            first: try request(from: from, to: to),
            requester: requester,
            isStreamed: stream.format.isCut
        )
    }

    private func readPage(_ start: Place) async throws -> Step {
        var place = start
        guard let list = start.list, let raw = try await list.next() else {
            preconditionFailure("a list that was not read to its end has a page")
        }
        let number = start.progress.pages + 1
        let times = try self.times(of: raw.page, number)
        let asked = start.times?.asked ?? raw.times.asked
        try checkFilter(raw.page, times, asked: asked, number)
        var new = raw.page.records.indices.filter { times[$0] < to }
        if place.halves.cap != nil {
            new = new.filter { place.halves.isNew(identity(ofRecord: $0, in: raw.page)) }
        }
        if !raw.isPart {
            let count = raw.recordsBefore + raw.page.records.count
            switch place.halves.took(count, isDone: raw.progress.isDone) {
            case .goOn: break
            case .ended: place.list = nil
            case .tooMany(let from, let to):
                place.list = nil
                try divide(&place, from: from, to: to, number)
            }
        }
        return try await finish(
            raw.page,
            new: new,
            times: raw.times,
            requests: raw.requests,
            whole: raw,
            place
        )
    }

    /// A window with more than the cap is read in halves, a single unit of time by key.
    private func divide(_ place: inout Place, from: Instant, to: Instant, _ number: Int)
        throws(ExtractionError)
    {
        let middle = window.format.floor(
            Instant(nanoseconds: from.nanoseconds + (to.nanoseconds - from.nanoseconds) / 2)
        )
        if middle > from {
            place.halves.divide(from: from, at: middle, to: to)
        } else if to.since(from) > window.format.unit {
            place.halves.divide(from: from, at: from.advanced(by: window.format.unit), to: to)
        } else if window.ties != nil {
            place.keyset = KeysetMachine(tiesAt: from, unit: window.format.unit, given: place.halves.given)
        } else {
            throw subject.error(
                .windowTooLarge,
                "\(subject.place(number)): \(place.halves.cap ?? 0) or more records have the time"
                    + " \(from.rfc3339()), and the API gives no more at once: add ties: {…} to the window; the"
                    + " bookmark stays before it"
            )
        }
    }
}
