import Core
import JSON

/// Reads the children of many parents by one request (`batch`).
///
/// The answer has an entry for each parent that has children, and names those that have none. Of any other parent,
/// and of one with more children than its entry has, it says nothing sure: such a parent's list is read by itself, and
/// what is wrong with it shows there (I2).
struct ChildBatchReader: Sendable {
    /// Parents whose lists are read at the same time.
    private static let concurrency = 4

    private let stream: StreamDefinition
    private let batch: ChildBatch
    private let requester: Requester
    /// For the parents whose lists are read by themselves.
    private let discovered: Discovered
    private let subject: RequestSubject
    /// Takes the answer apart into entries, and an entry's array into children.
    private let entries: PageReader
    private let children: PageReader

    /// Nil for a stream without such a request.
    init?(_ stream: StreamDefinition, requester: Requester, discovered: Discovered) {
        guard let batch = stream.batch else { return nil }
        self.stream = stream
        self.batch = batch
        self.requester = requester
        self.discovered = discovered
        subject = RequestSubject(stream, "batch", batch.request)
        var shape = RecordShape(recordsPath: batch.recordsPath, key: [batch.parent])
        shape.others = [batch.children] + (batch.more.map { [$0] } ?? [])
        shape.pageFields = batch.none.map { [$0.recordsPath] } ?? []
        entries = PageReader(subject: subject, shape: shape, paging: .singlePage, access: requester.access)
        var inner = RecordShape(.list(at: []), of: stream)
        inner.body = .json
        children = PageReader(subject: subject, shape: inner, paging: .singlePage, access: requester.access)
    }

    /// All children of each of so many parents as the definition asks for at once, in their order.
    func read(_ parents: [[UInt8]]) async throws -> [ParentRead] {
        precondition(
            parents.count <= batch.size,
            "a batch has at most as many parents as the definition says"
        )
        guard !parents.isEmpty else { return [] }
        let answered = try await ask(for: parents)
        var reads = answered.reads
        let rest = parents.filter { reads[$0] == nil }
        for start in stride(from: 0, to: rest.count, by: Self.concurrency) {
            for read in try await single(rest[start..<min(start + Self.concurrency, rest.count)]) {
                reads[read.parent] = read
            }
        }
        return parents.enumerated().map { position, parent in
            guard var read = reads[parent] else {
                preconditionFailure("what was not answered was read by itself")
            }
            if position == 0 { read.requests += answered.requests }
            return read
        }
    }

    /// Parents whose lists are read by themselves, side by side.
    private func single(_ parents: ArraySlice<[UInt8]>) async throws -> [ParentRead] {
        let (stream, requester, discovered) = (stream, requester, discovered)
        return try await withThrowingTaskGroup(of: ParentRead.self) { group in
            for parent in parents {
                group.addTask {
                    try await ChildReader.children(
                        of: parent,
                        in: stream,
                        requester: requester,
                        discovered: discovered
                    )
                }
            }
            var reads: [ParentRead] = []
            while let read = try await group.next() { reads.append(read) }
            return reads
        }
    }

    /// What an answer is sure of, by parent.
    private func ask(for parents: [[UInt8]]) async throws -> (reads: [[UInt8]: ParentRead], requests: Int) {
        var asked: Set<[UInt8]> = []
        let keys = parents.filter { asked.insert($0).inserted }.map {
            JSONValue.string(String(decoding: $0, as: UTF8.self))
        }
        let request = try requester.access.request(
            batch.request,
            place: subject.text,
            ["keys": .array(keys)]
        )
        var answer = try await requester.ask(request, for: subject, page: nil)
        let (page, _) = try entries.scan(&answer, page: nil)
        var reads: [[UInt8]: ParentRead] = [:]
        if let none = batch.none {
            for parent in try entries.keys(none, in: page, place: "batch.none") where asked.contains(parent) {
                reads[parent] = ParentRead(parent, [], times: answer.times)
            }
        }
        var seen: Set<[UInt8]> = []
        for entry in page.records.indices {
            let parent = entries.keyText(ofRecord: entry, in: page)
            guard asked.contains(parent), seen.insert(parent).inserted else {
                let problem = asked.contains(parent) ? "came twice" : "came and was not asked for"
                throw subject.error(
                    .ignoredFilter,
                    "\(subject.text): parent \(requester.access.shown(parent)) \(problem): the API ignores the"
                        + " keys; the bookmark stays"
                )
            }
            reads[parent] = try children(ofEntry: entry, in: page, parent, times: answer.times)
        }
        return (reads, answer.requests)
    }

    /// The children in an entry; nil where they are not all, or no list.
    private func children(
        ofEntry entry: Int,
        in page: ScannedPage,
        _ parent: [UInt8],
        times: AnswerTimes
    ) throws(ExtractionError) -> ParentRead? {
        func token(_ field: Int) -> ArraySlice<UInt8> {
            page.bytes[page.field(entries.otherFields[field], ofRecord: entry).range]
        }
        if batch.more != nil, let first = token(1).first, first != UInt8(ascii: "n") { return nil }
        let array = token(0)
        guard array.first == UInt8(ascii: "[") else { return nil }
        let additions = try requester.access.additions(to: stream, of: parent)
        let found = try children.extracted(
            children.scan(array: Array(array), adding: additions, page: nil),
            progress: .start,
            times: times,
            requests: 0,
            number: nil
        )
        return ParentRead(parent, [found], times: times)
    }
}

extension ChildReader {
    /// All children of several parents, in their order: by one request for as many as the definition says, where it
    /// says so.
    package static func children(
        of parents: [[UInt8]],
        in stream: StreamDefinition,
        requester: Requester,
        discovered: Discovered = .none
    ) async throws -> [ParentRead] {
        guard let batch = ChildBatchReader(stream, requester: requester, discovered: discovered) else {
            var reads: [ParentRead] = []
            for parent in parents {
                reads.append(
                    try await children(of: parent, in: stream, requester: requester, discovered: discovered)
                )
            }
            return reads
        }
        return try await batch.read(parents)
    }
}

extension ParentRead {
    /// A parent that was read beside others.
    fileprivate init(_ parent: [UInt8], _ pages: [ExtractedPage], times: AnswerTimes) {
        self.init(parent: parent, pages: pages, progress: .start, times: times, requests: 0)
    }
}
