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
        var sample = StreamSample()
        let reading = Reading(stream: stream, requester: requester, limit: limit, now: now, trace: trace)
        do {
            try await reading.fill(&sample)
        } catch let error as any SluiceError {
            sample.failure = error
        }
        if sample.records.count > limit {
            sample.records.removeLast(sample.records.count - limit)
            sample.isWhole = false
        }
        return sample
    }

    /// Adds the records of pages.
    fileprivate mutating func take(_ pages: [ExtractedPage], _ trace: RequestTrace) {
        trace.tell(records: pages.map(\.page.records.count))
        for page in pages {
            for record in page.page.records { records.append(Array(page.page.bytes[record.range])) }
        }
    }
}

/// The readers that a sync would use, up to a limit.
private struct Reading {
    /// Where nothing is this far back, a look does not search on.
    private static let longestSearch = 12

    let stream: StreamDefinition
    let requester: Requester
    let limit: Int
    let now: Instant
    let trace: RequestTrace

    func fill(_ sample: inout StreamSample) async throws {
        if stream.parent != nil { return try await children(&sample) }
        switch stream.progress {
        case .list, .full: try await list(&sample)
        case .token: try await token(&sample)
        case .window(let window): try await windows(window, &sample)
        }
    }

    private func list(_ sample: inout StreamSample) async throws {
        let reader = try ListReader(stream: stream, requester: requester)
        while sample.records.count < limit, let page = try await reader.next() { sample.take([page], trace) }
        sample.isWhole = reader.progress.isDone
    }

    private func children(_ sample: inout StreamSample) async throws {
        let reader = try ChildReader(stream: stream, requester: requester)
        while sample.records.count < limit, let read = try await reader.next() {
            sample.take(read.pages, trace)
        }
        sample.isWhole = reader.progress.isDone
    }

    private func token(_ sample: inout StreamSample) async throws {
        let reader = try TokenReader(stream: stream, requester: requester)
        while sample.records.count < limit, let page = try await reader.next() { sample.take([page], trace) }
        sample.isWhole = reader.isComplete
    }

    /// From now backwards, longer each time where the definition sets no length.
    private func windows(_ window: WindowProgress, _ sample: inout StreamSample) async throws {
        var length = window.step ?? .seconds(30 * 86_400)
        var to = now
        for _ in 0..<Self.longestSearch where sample.records.count < limit && to > window.earliest {
            let from = max(window.earliest, to.advanced(by: .zero - length))
            let reader = try WindowReader(stream: stream, requester: requester, from: from, to: to)
            while sample.records.count < limit, let page = try await reader.next() {
                sample.take([page], trace)
            }
            sample.isWhole = reader.isComplete && from == window.earliest
            to = from
            if window.step == nil { length *= 2 }
        }
    }
}
