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

    /// Reads so many records of a stream, at least one page.
    ///
    /// What an API or a page does wrong is part of the sample: what came before it is worth seeing.
    package static func read(
        _ stream: StreamDefinition,
        requester: Requester,
        limit: Int,
        trace: RequestTrace
    ) async throws -> StreamSample {
        var sample = StreamSample()
        do {
            if stream.parent == nil {
                try await sample.readList(stream, requester, limit, trace)
            } else {
                try await sample.readChildren(stream, requester, limit, trace)
            }
        } catch let error as any SluiceError {
            sample.failure = error
        }
        if sample.records.count > limit {
            sample.records.removeLast(sample.records.count - limit)
            sample.isWhole = false
        }
        return sample
    }

    private mutating func readList(
        _ stream: StreamDefinition,
        _ requester: Requester,
        _ limit: Int,
        _ trace: RequestTrace
    ) async throws {
        let reader = try ListReader(stream: stream, requester: requester)
        while records.count < limit, let page = try await reader.next() { take([page], trace) }
        isWhole = reader.progress.isDone
    }

    private mutating func readChildren(
        _ stream: StreamDefinition,
        _ requester: Requester,
        _ limit: Int,
        _ trace: RequestTrace
    ) async throws {
        let reader = try ChildReader(stream: stream, requester: requester)
        while records.count < limit, let read = try await reader.next() { take(read.pages, trace) }
        isWhole = reader.progress.isDone
    }

    private mutating func take(_ pages: [ExtractedPage], _ trace: RequestTrace) {
        trace.tell(records: pages.map(\.page.records.count))
        for page in pages {
            for record in page.page.records { records.append(Array(page.page.bytes[record.range])) }
        }
    }
}
