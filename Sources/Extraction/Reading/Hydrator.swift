import Core
import JSON

/// Asks for the records of a page again, by their keys, and puts what comes in their place.
final class Hydrator: Sendable {
    /// What the whole records of one page may take in memory (I7).
    static let maximumBytes = 256 << 20

    private let hydrate: Hydrate
    private let subject: RequestSubject
    private let requester: Requester
    private let variables: [String: JSONValue]
    private let reader: PageReader

    /// Nil for a stream whose records are whole as they come.
    ///
    /// `paging` is that of the pages to come.
    init?(
        _ stream: StreamDefinition,
        subject: RequestSubject,
        requester: Requester,
        discovered: Discovered,
        paging: Paging = .singlePage
    ) {
        guard let hydrate = stream.hydrate else { return nil }
        self.hydrate = hydrate
        var subject = subject
        subject.text += ", hydrate"
        subject.limit = hydrate.request.limit
        subject.lost = nil
        subject.caughtUp = nil
        self.subject = subject
        self.requester = requester
        variables = discovered.variables
        var shape = RecordShape(.list(at: hydrate.recordsPath), of: stream)
        shape.pageFields = hydrate.missing.map { [$0.recordsPath] } ?? []
        // The same fields as in the pages, whose records stand beside these.
        if case .lastRecord(_, let field, _) = paging { shape.others = [field] }
        reader = PageReader(subject: subject, shape: shape, paging: .singlePage, access: requester.access)
    }

    /// The page with whole records.
    ///
    /// A record that does not exist (`missing`; without it each that does not come) is left out: it was deleted since,
    /// or its index is ahead of it, and the next reading asks again. What the page itself tells as deleted stays as it
    /// is.
    func hydrate(_ page: ExtractedPage, number: Int) async throws -> ExtractedPage {
        let wanted = page.page.records.indices.filter { page.isDeleted.isEmpty || !page.isDeleted[$0] }
        guard !wanted.isEmpty else { return page }
        var whole = page
        whole.page = page.page.keeping { !page.isDeleted.isEmpty && page.isDeleted[$0] }
        // Of a page that is replaced altogether not even the bytes are held.
        if whole.page.records.isEmpty { whole.page.bytes = [] }
        var requests = page.requests
        var times = page.times
        for start in stride(from: 0, to: wanted.count, by: hydrate.size) {
            let part = wanted[start..<min(start + hydrate.size, wanted.count)]
            let keys = part.map { reader.keyText(ofRecord: $0, in: page.page) }
            let answered = try await ask(for: keys, number: number)
            guard whole.page.bytes.count + answered.page.bytes.count <= Self.maximumBytes else {
                throw subject.error(
                    .badPage,
                    "\(subject.place(number)): the whole records of this page have more than \(Self.maximumBytes)"
                        + " bytes, which are held at once; ask for smaller pages; the bookmark stays before this page"
                )
            }
            whole.page.append(answered.page)
            requests += answered.requests
            times.extend(to: answered.times)
        }
        return try reader.extracted(
            whole.page,
            progress: page.progress,
            times: times,
            requests: requests,
            number: number
        )
    }

    /// So many keys may be asked for at once.
    var size: Int { hydrate.size }

    /// The records of so many keys that something else has told, under the same rules.
    func records(of keys: [[UInt8]], number: Int) async throws -> ExtractedPage {
        let answered = try await ask(for: keys, number: number)
        return try reader.extracted(
            answered.page,
            progress: .start,
            times: answered.times,
            requests: answered.requests,
            number: number
        )
    }

    /// What an answer has of the keys that were asked for.
    private struct Answer {
        var page: ScannedPage
        var times: AnswerTimes
        var requests: Int
        /// Neither whole nor named as missing.
        var open: [[UInt8]]
    }

    /// The records of some keys; what the answer leaves open is asked for once more, since what kept it may have been
    /// of the moment.
    private func ask(for keys: [[UInt8]], number: Int) async throws -> Answer {
        var answer = try await askOnce(for: keys, number: number)
        guard !answer.open.isEmpty else { return answer }
        let again = try await askOnce(for: answer.open, number: number)
        if let key = again.open.first {
            throw subject.error(
                .badPage,
                "\(subject.place(number)): \(again.open.count) of \(keys.count) records came neither whole nor as"
                    + " missing, the first \(requester.access.shown(key)); the bookmark stays before this page"
            )
        }
        answer.page.append(again.page)
        answer.times.extend(to: again.times)
        answer.requests += again.requests
        return answer
    }

    private func askOnce(for keys: [[UInt8]], number: Int) async throws -> Answer {
        var variables = variables
        variables["keys"] = .array(keys.map { .string(String(decoding: $0, as: UTF8.self)) })
        let request = try requester.access.request(hydrate.request, place: subject.text, variables)
        var answer = try await requester.ask(request, for: subject, page: number)
        let (page, _) = try reader.scan(&answer, page: number)
        var known = try answered(by: page, of: Set(keys), times: answer.times, number: number)
        var open: [[UInt8]] = []
        if let missing = hydrate.missing {
            known.formUnion(try reader.keys(missing, in: page, place: "hydrate.missing"))
            open = keys.filter { !known.contains($0) }
        }
        return Answer(page: page, times: answer.times, requests: answer.requests, open: open)
    }

    /// The keys whose records came.
    ///
    /// What was not asked for has no business here: a filter was ignored (I2). But a key that went into another record
    /// is often answered with that one, which then says so.
    private func answered(
        by page: ScannedPage,
        of asked: Set<[UInt8]>,
        times: AnswerTimes,
        number: Int
    ) throws(ExtractionError) -> Set<[UInt8]> {
        var known = Set(page.records.indices.map { reader.keyText(ofRecord: $0, in: page) })
        let strangers = known.subtracting(asked)
        guard !strangers.isEmpty else { return known }
        let whole = try reader.extracted(page, progress: .start, times: times, requests: 0, number: number)
        let merged = whole.mergedKeys.filter { asked.contains($0.key) }
        let heirs = Set(merged.map { whole.keyText(ofRecord: $0.record) })
        if let stranger = strangers.subtracting(heirs).min(by: { $0.lexicographicallyPrecedes($1) }) {
            throw subject.error(
                .ignoredFilter,
                "\(subject.place(number)): record \(requester.access.shown(stranger))"
                    + " came and was not asked for: the API ignores the keys; the bookmark stays"
            )
        }
        known.formUnion(merged.map(\.key))
        return known
    }
}

extension ScannedPage {
    /// The page with some of its records; the bytes stay.
    func keeping(_ isKept: (Int) -> Bool) -> ScannedPage {
        var page = self
        page.records = []
        page.fields = []
        for record in records.indices where isKept(record) {
            page.records.append(records[record])
            page.fields += fields[record * fieldsPerRecord..<(record + 1) * fieldsPerRecord]
        }
        return page
    }

    /// Adds the records of another page of the same plan.
    mutating func append(_ other: ScannedPage) {
        precondition(fieldsPerRecord == other.fieldsPerRecord, "pages of one plan have the same fields")
        let shift = Int32(bytes.count)
        func moved(_ slice: ByteSlice) -> ByteSlice {
            guard !slice.isAbsent else { return slice }
            var slice = slice
            slice.offset += shift
            return slice
        }
        bytes += other.bytes
        records += other.records.map(moved)
        fields += other.fields.map(moved)
    }
}
