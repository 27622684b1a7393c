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
        shape.pageFields = []
        // The same fields as in the pages, whose records stand beside these.
        if case .lastRecord(_, let field, _) = paging { shape.others = [field] }
        reader = PageReader(subject: subject, shape: shape, paging: .singlePage, access: requester.access)
    }

    /// The page with whole records.
    ///
    /// A record that does not come is left out: it was deleted since, or its index is ahead of it, and the next
    /// reading asks again. What the page itself tells as deleted stays as it is.
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
            requests += answered.requests
            times.extend(to: answered.times)
            guard whole.page.bytes.count + answered.page.bytes.count <= Self.maximumBytes else {
                throw subject.error(
                    .badPage,
                    "\(subject.place(number)): the whole records of this page have more than \(Self.maximumBytes)"
                        + " bytes, which are held at once; ask for smaller pages; the bookmark stays before this page"
                )
            }
            whole.page.append(answered.page)
        }
        return try reader.extracted(
            whole.page,
            progress: page.progress,
            times: times,
            requests: requests,
            number: number
        )
    }

    private func ask(for keys: [[UInt8]], number: Int) async throws -> (
        page: ScannedPage, requests: Int, times: AnswerTimes
    ) {
        var variables = variables
        variables["keys"] = .array(keys.map { .string(String(decoding: $0, as: UTF8.self)) })
        let request = try requester.access.request(hydrate.request, place: subject.text, variables)
        var answer = try await requester.ask(request, for: subject, page: number)
        let (page, _) = try reader.scan(&answer, page: number)
        try check(page, answersFor: Set(keys), times: answer.times, number: number)
        return (page, answer.requests, answer.times)
    }

    /// What was not asked for has no business here: a filter was ignored (I2).
    ///
    /// But a key that went into another record is often answered with that one, which then says so.
    private func check(
        _ page: ScannedPage,
        answersFor asked: Set<[UInt8]>,
        times: AnswerTimes,
        number: Int
    ) throws(ExtractionError) {
        let strangers = page.records.indices.filter {
            !asked.contains(reader.keyText(ofRecord: $0, in: page))
        }
        guard !strangers.isEmpty else { return }
        let whole = try reader.extracted(page, progress: .start, times: times, requests: 0, number: number)
        let heirs = Set(whole.mergedKeys.filter { asked.contains($0.key) }.map(\.record))
        guard let stranger = strangers.first(where: { !heirs.contains($0) }) else { return }
        throw subject.error(
            .ignoredFilter,
            "\(subject.place(number)): record \(requester.access.shown(whole.keyText(ofRecord: stranger)))"
                + " came and was not asked for: the API ignores the keys; the bookmark stays"
        )
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
