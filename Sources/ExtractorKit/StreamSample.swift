package import Core
package import Extraction
import JSON

/// The first records of a stream, read as a sync would read them and published nowhere.
package struct StreamSample: Sendable {
    /// Compact JSON, as events would hold it.
    package var records: [[UInt8]] = []
    /// Whether these are all that there are.
    package var isWhole = false
    /// What ended the reading early.
    package var failure: (any SluiceError)?

    /// Reads so many records of a stream, at least one page: from its beginning, and of windows of time the newest.
    ///
    /// What an API or a page does wrong is part of the sample: what came before it is worth seeing.
    package static func read(
        _ stream: StreamDefinition,
        requester: Requester,
        limit: Int,
        now: Instant,
        trace: RequestTrace
    ) async throws -> StreamSample {
        let reading = Reading(stream, requester: requester, limit: limit, now: now, trace: trace)
        do {
            try await reading.read()
        } catch let error as any SluiceError {
            reading.sample.failure = error
        }
        var sample = reading.sample
        if sample.records.count > limit {
            sample.records.removeLast(sample.records.count - limit)
            sample.isWhole = false
        }
        return sample
    }
}

/// Fills a sample by the readers that a sync would use.
private final class Reading {
    /// Where nothing is this far back, a look does not search on.
    private static let longestSearch = 12

    private let stream: StreamDefinition
    private let requester: Requester
    private let limit: Int
    private let now: Instant
    private let trace: RequestTrace
    /// What the stream's own requests have to say.
    private var discovered = Discovered.none
    /// Why the first parent that was refused was so.
    private var refusal: ExtractionError?
    var sample = StreamSample()

    init(
        _ stream: StreamDefinition,
        requester: Requester,
        limit: Int,
        now: Instant,
        trace: RequestTrace
    ) {
        self.stream = stream
        self.requester = requester
        self.limit = limit
        self.now = now
        self.trace = trace
    }

    private var isFull: Bool { sample.records.count >= limit }

    func read() async throws {
        discovered = try await Discovery(stream: stream, requester: requester).read()
        guard let parent = stream.parent?.definition else {
            sample.isWhole = try await pages(of: stream, discovered)
            return
        }
        let parentDiscovered = try await Discovery(stream: parent, requester: requester).read()
        guard parent.paging != nil else {
            sample.isWhole = try await pages(of: parent, parentDiscovered)
            try checkRefused()
            return
        }
        let reader = try ChildReader(
            stream: stream,
            requester: requester,
            discovered: discovered,
            parentDiscovered: parentDiscovered
        )
        while !isFull, let read = try await reader.next() { take(read) }
        try checkRefused()
        sample.isWhole = reader.progress.isDone
    }

    /// Reads pages until the sample is full, and says whether there are no more.
    private func pages(of source: StreamDefinition, _ discovered: Discovered) async throws -> Bool {
        switch source.progress {
        case .list, .full:
            let reader = try ListReader(stream: source, requester: requester, discovered: discovered)
            while !isFull, let page = try await reader.next() { take([page]) }
            return reader.progress.isDone
        case .token:
            let reader = try TokenReader(
                stream: source,
                requester: requester,
                discovered: discovered,
                for: child
            )
            while !isFull, let page = try await reader.next() {
                guard try await takeAll(page) else { return false }
            }
            return reader.isComplete
        case .window(let window): return try await windows(window, of: source, discovered)
        }
    }

    /// The stream, where another one is read for it.
    private var child: StreamDefinition? { stream.parent == nil ? nil : stream }

    /// From now backwards, longer each time where the definition sets no length.
    private func windows(
        _ window: WindowProgress,
        of source: StreamDefinition,
        _ discovered: Discovered
    ) async throws -> Bool {
        var length = window.step ?? .seconds(30 * 86_400)
        var to = now
        var left = Self.longestSearch
        while !isFull, left > 0, to > window.earliest {
            let from = max(window.earliest, to.advanced(by: .zero - length))
            let reader = try WindowReader(
                stream: source,
                requester: requester,
                from: from,
                to: to,
                discovered: discovered,
                for: child
            )
            while !isFull, let page = try await reader.next() {
                guard try await takeAll(page) else { return false }
            }
            guard reader.isComplete else { return false }
            to = from
            left -= 1
            if window.step == nil { length *= 2 }
        }
        return to == window.earliest
    }

    /// Takes a page, or the children of its records, and says whether nothing of it was left.
    private func takeAll(_ page: ExtractedPage) async throws -> Bool {
        guard child != nil else {
            take([page])
            return true
        }
        trace.tell(records: [page.page.records.count])
        let keys = page.page.records.indices.map { page.keyText(ofRecord: $0) }
        let size = stream.batch?.size ?? 1
        for start in stride(from: 0, to: keys.count, by: size) {
            if isFull { return false }
            let part = Array(keys[start..<min(start + size, keys.count)])
            let reads = try await ChildReader.children(
                of: part,
                in: stream,
                requester: requester,
                discovered: discovered
            )
            for read in reads { take(read) }
        }
        return true
    }

    private func take(_ read: ParentRead) {
        refusal = refusal ?? read.refusal
        take(read.pages)
    }

    /// Throws where no parent's children could be read since they were refused.
    private func checkRefused() throws {
        if sample.records.isEmpty, let refusal { throw refusal }
    }

    private func take(_ pages: [ExtractedPage]) {
        trace.tell(records: pages.map(\.page.records.count))
        for page in pages {
            for record in page.page.records { sample.records.append(Array(page.page.bytes[record.range])) }
        }
    }
}
