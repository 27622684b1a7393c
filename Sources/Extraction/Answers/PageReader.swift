import Core
import JSON

/// Takes an answer apart: its records with their keys, and what leads to the next page.
struct PageReader: Sendable {
    private let subject: RequestSubject
    private let key: [[String]]
    private let paging: Paging
    let access: AccountAccess
    private let scanner: PageScanner
    /// Of records that are added to: finds them.
    private let finder: PageScanner?
    private let format: BodyFormat
    /// Of the fields of a record.
    let keyFields: Range<Int>
    let versionField: Int?
    /// Of `RecordShape.others`, in their order.
    let otherFields: [Int]
    private let tokenField: Int?
    private let versionFormat: VersionFormat?
    private let rules: RecordRules
    /// Of the page: where those of the shape begin behind those of its paging.
    private let firstPageField: Int

    init(subject: RequestSubject, shape: RecordShape, paging: Paging, access: AccountAccess) {
        self.subject = subject
        self.paging = paging
        self.access = access
        key = shape.key
        var fields = shape.key
        // A field that serves two ends is scanned once.
        func index(of path: [String]) -> Int {
            if let index = fields.firstIndex(of: path) { return index }
            fields.append(path)
            return fields.count - 1
        }
        keyFields = 0..<shape.key.count
        versionFormat = shape.format
        format = shape.body
        versionField = shape.version.map { index(of: $0) }
        otherFields = shape.others.map { index(of: $0) }
        tokenField = if case .lastRecord(_, let field, _) = paging { index(of: field) } else { nil }
        for path in shape.additions { _ = index(of: path) }
        finder =
            shape.additions.isEmpty
            ? nil : PageScanner(plan: ScanPlan(records: shape.records, recordFields: []))
        rules = RecordRules(
            deletion: shape.deletion,
            deletionField: shape.deletion?.field.map { index(of: $0) },
            merged: shape.merged,
            mergedField: shape.merged.map { index(of: $0.path) },
            newest: shape.hasNewest ? shape.format : nil
        )
        firstPageField = paging.pageFields.count
        scanner = PageScanner(
            plan: ScanPlan(
                records: shape.records,
                recordFields: fields,
                pageFields: paging.pageFields + shape.pageFields
            )
        )
    }

    /// The page of an answer, whose body it takes, each record with its key, and the answer's links.
    ///
    /// `members` are what its records begin with, each with a comma behind it.
    func scan(
        _ answer: inout Requester.Answer,
        page number: Int?,
        adding members: [UInt8] = []
    ) throws(ExtractionError) -> (ScannedPage, links: [String]) {
        let head = Array(answer.response.body.prefix(4096))
        let size = answer.response.body.count
        let links = Self.links(of: answer)
        // Taken out of the answer, so that the scanner works in the one buffer there is.
        var body: [UInt8] = []
        swap(&body, &answer.response.body)
        let document: [UInt8]
        do {
            document = try format.document(consume body)
        } catch {
            throw unusable(answer, head: head, at: "\(error.offset) of \(size)", error.message, number)
        }
        do {
            return (try checked(scan(document, adding: members), page: number), links)
        } catch let error as JSONError {
            throw unusable(answer, head: head, at: "\(error.offset) of \(size)", error.message, number)
        } catch let error as ExtractionError {
            throw error
        } catch {
            preconditionFailure("a page has no other problems")
        }
    }

    /// The next records of an answer that is read while it comes, and whether they are its last.
    ///
    /// Throws `HTTPError` where the body is cut, and `ExtractionError`.
    func scan(
        next answer: StreamedAnswer,
        page number: Int?,
        adding members: [UInt8] = []
    ) async throws -> (ScannedPage, isLast: Bool) {
        let chunk: RecordChunk
        do {
            chunk = try await answer.next()
        } catch let error as BodyFormat.Problem {
            throw unusable(answer.answer, head: answer.head, at: "\(error.offset)", error.message, number)
        }
        let (offset, isLast) = (chunk.offset, chunk.isLast)
        do {
            return (try checked(scan(chunk.document, adding: members), page: number), isLast)
        } catch let error as JSONError {
            // Behind the bracket. The table's own errors were told before; what its texts are is told by their row.
            let place = format == .csv ? "\(offset), or behind it," : "\(offset + max(0, error.offset - 1))"
            throw unusable(answer.answer, head: answer.head, at: place, error.message, number)
        }
    }

    /// What reads an answer while it comes; nil for one that came whole.
    func streamed(_ answer: Requester.Answer, _ limits: RecordChunk.Limits) -> StreamedAnswer? {
        guard let body = answer.body, let cutter = format.cutter else { return nil }
        return StreamedAnswer(answer, body: body, cutter: cutter, limits: limits)
    }

    /// The addresses and relations of an answer's `Link` headers.
    static func links(of answer: Requester.Answer) -> [String] {
        answer.response.headers.filter { $0.name.lowercased() == "link" }.map(\.value)
    }

    private func checked(_ page: ScannedPage, page number: Int?) throws(ExtractionError) -> ScannedPage {
        for record in page.records.indices { try checkKey(ofRecord: record, in: page, page: number) }
        return page
    }

    private func scan(
        _ document: consuming [UInt8],
        adding members: [UInt8]
    ) throws(JSONError) -> ScannedPage {
        guard let finder, !members.isEmpty else { return try scanner.scan(consume document) }
        return try scanner.scan(finder.scan(consume document).adding(members))
    }

    /// The records of an array out of an answer, each with its key.
    func scan(
        array: [UInt8],
        adding members: [UInt8],
        page number: Int?
    ) throws(ExtractionError) -> ScannedPage {
        let page: ScannedPage
        do {
            page = try scan(array, adding: members)
        } catch {
            throw badPage(
                "a list of children is of no use: at byte \(error.offset) of it \(error.message)",
                number
            )
        }
        return try checked(page, page: number)
    }

    /// What is wrong with a body, and what it seems to be.
    private func unusable(
        _ answer: Requester.Answer,
        head: [UInt8],
        at place: String,
        _ message: String,
        _ number: Int?
    ) -> ExtractionError {
        let type = answer.response[header: "Content-Type"] ?? "no content-type"
        let isMarkup = head.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "<")
        let hint = isMarkup ? "; this is HTML or XML, as of a login page or a proxy's error" : ""
        return badPage(
            "\(answer.method) \(answer.address.logged) gave no usable page: at byte \(place)"
                + " \(message) (\(access.secrets.excerpt(type, characters: 80)), begins"
                + " \"\(access.secrets.excerpt(BodyOutline.text(of: head), characters: 80))\")\(hint)",
            number
        )
    }

    /// What the page begins and ends with, to notice it when it comes again; nil for an empty one.
    ///
    /// With the mark of the pages before it that are of the same answer it is that of all of them.
    func mark(of page: ScannedPage, behind before: RepetitionGuard.PageMark? = nil) -> RepetitionGuard
        .PageMark?
    {
        guard let last = page.records.indices.last else { return before }
        return RepetitionGuard.PageMark(
            first: before?.first ?? keyBytes(ofRecord: 0, in: page),
            last: keyBytes(ofRecord: last, in: page),
            count: (before?.count ?? 0) + page.records.count
        )
    }

    /// A record's key as events bear it: a text's decoded UTF-8, a number's digits, of several a JSON array.
    func keyText(ofRecord record: Int, in page: ScannedPage) -> [UInt8] {
        page.keyText(keyFields, ofRecord: record)
    }

    /// A record's key of one part, as a text or a number.
    func keyValue(ofRecord record: Int, in page: ScannedPage) -> JSONValue {
        let text = String(decoding: keyText(ofRecord: record, in: page), as: UTF8.self)
        let slice = page.field(keyFields.lowerBound, ofRecord: record)
        return page.bytes[slice.range].first == UInt8(ascii: "\"") ? .string(text) : .number(text)
    }

    private func keyBytes(ofRecord record: Int, in page: ScannedPage) -> [UInt8] {
        keyFields.reduce(into: []) { bytes, field in
            bytes += page.bytes[page.field(field, ofRecord: record).range]
            bytes.append(0)
        }
    }

    /// A key's part is a text that is not empty, or a number: nothing else names a record.
    private func checkKey(ofRecord record: Int, in page: ScannedPage, page number: Int?)
        throws(ExtractionError)
    {
        for field in keyFields {
            let slice = page.field(field, ofRecord: record)
            guard let problem = Self.problem(ofKey: page.bytes[slice.range]) else { continue }
            throw subject.error(
                .missingKey,
                "\(subject.place(number)), record \(record + 1) of \(page.records.count) (at byte"
                    + " \(page.records[record].offset)): the key field \(FieldPath.text(key[field]))"
                    + " \(problem); the bookmark stays before this page"
            )
        }
    }

    /// The page with all that its events and its bookmark need.
    func extracted(
        _ page: ScannedPage,
        progress: ListProgress,
        times: AnswerTimes,
        requests: Int,
        number: Int?
    ) throws(ExtractionError) -> ExtractedPage {
        var extracted = ExtractedPage(
            page: page,
            keyFields: keyFields,
            versionField: versionField,
            progress: progress,
            times: times,
            requests: requests
        )
        extracted.versionFormat = versionFormat
        do {
            try rules.apply(to: &extracted, access: access)
        } catch {
            throw badPage(error.message, number)
        }
        return extracted
    }

    private static func problem(ofKey token: ArraySlice<UInt8>) -> String? {
        guard let first = token.first else { return "is missing" }
        switch first {
        case UInt8(ascii: "\""): return token.count > 2 ? nil : "is empty"
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return nil
        case UInt8(ascii: "n"): return "is null"
        default: return "is neither a text nor a number"
        }
    }

    func badPage(_ text: String, _ number: Int?) -> ExtractionError {
        subject.error(
            .badPage,
            access.secrets.clean(
                "\(subject.place(number)): \(text); the bookmark stays before this page"
            )
        )
    }
}

// MARK: - What leads to the next page

extension PageReader {
    /// The token behind a page; nil only where the API itself says that the list ends here (I2).
    ///
    /// The page may be the last part of an answer with so many records before it.
    func next(
        after page: ScannedPage,
        behind before: Int = 0,
        links: [String],
        from address: HTTPAddress,
        asked: JSONValue?,
        page number: Int?
    ) throws(ExtractionError) -> JSONValue? {
        switch paging {
        case .offset(_, let end):
            let next = (asked?.int ?? 0) + before + page.records.count
            return try isEnd(end, of: page, reached: next, number) ? nil : .number(next)
        case .number(_, let first, let end):
            let own = asked?.int ?? first
            return try isEnd(end, of: page, reached: own - first + 1, number) ? nil : .number(own + 1)
        case .singlePage: return nil
        case .lastRecord(_, _, let more):
            let hasMore = try more.map { path throws(ExtractionError) in
                try flag(page.pageFields[0], path, in: page, page: number)
            }
            guard hasMore ?? !page.records.isEmpty else { return nil }
            guard let last = page.records.indices.last else {
                throw subject.error(
                    .noProgress,
                    "\(subject.place(number)): the page is empty, yet says that there are more;"
                        + " the bookmark stays before this page"
                )
            }
            return try token(ofRecord: last, in: page, page: number)
        case .nextLink(let field):
            let link = try value(page.pageFields[0], field, in: page, page: number)
            guard let link else { return nil }
            guard case .string(let text) = link else {
                throw badPage("the next page's address (\(FieldPath.text(field))) is no text", number)
            }
            return try self.link(text, from: address, page: number)
        case .linkHeader(let relation):
            guard let text = LinkHeader.target(relation: relation, in: links) else { return nil }
            return try self.link(text, from: address, page: number)
        case .cursor(let field, _, let more):
            let hasMore = try more.map { path throws(ExtractionError) in
                try flag(page.pageFields[1], path, in: page, page: number)
            }
            if hasMore == false { return nil }
            let token = try value(page.pageFields[0], field, in: page, page: number)
            if token == nil, hasMore == true {
                throw badPage(
                    "there are more pages, yet the cursor (\(FieldPath.text(field))) is missing",
                    number
                )
            }
            return try token.map { token throws(ExtractionError) in try checked(token, number) }
        }
    }

    /// Whether a counted page is the last one; `reached` are the records, or pages, with it.
    private func isEnd(
        _ end: Paging.CountedEnd,
        of page: ScannedPage,
        reached: Int,
        _ number: Int?
    ) throws(ExtractionError) -> Bool {
        let isLast: Bool
        switch end {
        case .emptyPage: return page.records.isEmpty
        case .more(let path): isLast = try !flag(page.pageFields[0], path, in: page, page: number)
        case .total(let path):
            let value = try value(page.pageFields[0], path, in: page, page: number)
            guard let total = value?.lexeme.flatMap({ Int($0) }) else {
                throw badPage("how many there are (\(FieldPath.text(path))) is no whole number", number)
            }
            isLast = reached >= total
        }
        guard isLast || !page.records.isEmpty else {
            throw subject.error(
                .noProgress,
                "\(subject.place(number)): the page is empty, yet says that there are more;"
                    + " the bookmark stays before this page"
            )
        }
        return isLast
    }

    /// The field of a record that the next page starts after.
    func token(ofRecord record: Int, in page: ScannedPage, page number: Int?) throws(ExtractionError)
        -> JSONValue
    {
        guard let tokenField, case .lastRecord(_, let field, _) = paging else {
            preconditionFailure("only a list that goes on behind a record has a token in it")
        }
        guard let token = try value(page.field(tokenField, ofRecord: record), field, in: page, page: number)
        else {
            throw badPage("record \(record + 1) has no \(FieldPath.text(field)) to go on after", number)
        }
        return try checked(token, number)
    }

    /// A text or number of the page, by its position in the shape's fields; nil where there is none.
    func pageValue(_ index: Int, _ path: [String], in page: ScannedPage, page number: Int?)
        throws(ExtractionError) -> JSONValue?
    {
        try value(page.pageFields[firstPageField + index], path, in: page, page: number)
    }

    /// A field of the page as it was written, by its position in the shape's fields; empty where it is absent.
    func pageToken(_ index: Int, in page: ScannedPage) -> ArraySlice<UInt8> {
        page.bytes[page.pageFields[firstPageField + index].range]
    }

    /// A boolean of the page, by its position in the shape's fields.
    func pageFlag(_ index: Int, _ path: [String], in page: ScannedPage, page number: Int?)
        throws(ExtractionError) -> Bool
    {
        try flag(page.pageFields[firstPageField + index], path, in: page, page: number)
    }

    private func flag(
        _ slice: ByteSlice,
        _ path: [String],
        in page: ScannedPage,
        page number: Int?
    ) throws(ExtractionError) -> Bool {
        let text = slice.isAbsent ? "missing" : String(decoding: page.bytes[slice.range], as: UTF8.self)
        switch text {
        case "true": return true
        case "false": return false
        default:
            let found = access.secrets.excerpt(text, characters: 40)
            throw badPage(
                "whether there are more pages (\(FieldPath.text(path))) is \(found), not true or false",
                number
            )
        }
    }

    /// A text that is not empty or a number; nil where there is none.
    private func value(
        _ slice: ByteSlice,
        _ path: [String],
        in page: ScannedPage,
        page number: Int?
    ) throws(ExtractionError) -> JSONValue? {
        guard !slice.isAbsent else { return nil }
        switch try? JSONValue.parse(Array(page.bytes[slice.range])) {
        case .null, .string(""): return nil
        case .string(let text): return .string(text)
        case .number(let lexeme): return .number(lexeme)
        default: throw badPage("\(FieldPath.text(path)) is neither a text nor a number", number)
        }
    }

    /// A link as a token: absolute, of an allowed host, and without the credential that it may repeat (I6).
    private func link(_ text: String, from address: HTTPAddress, page number: Int?) throws(ExtractionError)
        -> JSONValue
    {
        let target: HTTPAddress
        do {
            target = try access.withoutCredential(address.resolving(text))
            try access.check(target)
        } catch {
            let problem = "the next page's address cannot be used: \(access.secrets.clean(error.message))"
            guard error.code == .forbiddenHost else { throw badPage(problem, number) }
            throw subject.error(
                .forbiddenHost,
                "\(subject.place(number)): \(problem)"
            )
        }
        return try checked(.string(target.text), number)
    }

    /// A token is kept in the state: no credential may be in it (I6).
    func checked(_ token: JSONValue, _ number: Int?) throws(ExtractionError) -> JSONValue {
        guard let text = token.text, access.secrets.finds(in: text) else { return token }
        throw badPage(
            "what leads to the next page holds one of the account's secrets, and would be kept",
            number
        )
    }
}

extension ScannedPage {
    /// A key out of its parts, as events bear it.
    func keyText(_ keyFields: Range<Int>, ofRecord record: Int) -> [UInt8] {
        if keyFields.count == 1 { return text(of: field(keyFields.lowerBound, ofRecord: record)) }
        let parts = keyFields.map { field -> JSONValue in
            let slice = self.field(field, ofRecord: record)
            let text = String(decoding: text(of: slice), as: UTF8.self)
            let isText = bytes[slice.range].first == UInt8(ascii: "\"")
            return isText ? .string(text) : .number(text)
        }
        return JSONValue.array(parts).bytes()
    }

    /// What a field says: a text decoded, everything else as it was written; empty where it is absent.
    func text(of slice: ByteSlice) -> [UInt8] {
        let token = bytes[slice.range]
        guard token.first == UInt8(ascii: "\"") else { return Array(token) }
        var text: [UInt8] = []
        JSONText.decodeString(token, into: &text)
        return text
    }
}
