import Core
import Events
import Extraction
import JSON

/// Reads a part of a backfill for the streams that share one reading: what the API has of it now goes out again where
/// it differs from what is remembered, or where it is forgotten.
///
/// No bookmark moves; the backfill's own record commits with the pages that it covers (I1), so that whoever goes on
/// after a kill begins where this one was. Nothing above a stream's bookmark is read: that is the live runs' own.
/// An older version never goes out over a newer one: what is forgotten lies so far behind the bookmark that no replica
/// lags as far, and of what is remembered the newer version holds.
final class BackfillRun {
    private let context: RunContext
    private let part: BackfillPart
    private let slots: Slots
    private let streams: [Int]
    /// Up to where each stream was read, be it past parents that were refused.
    private var places: [Int: Instant] = [:]
    private var failures: [Int: any Error] = [:]

    init(_ context: RunContext, _ part: BackfillPart, slots: Slots, streams: [Int]) {
        self.context = context
        self.part = part
        self.slots = slots
        self.streams = streams
    }

    /// Reads, and ends every stream in the tally; returns the error that ends the run, if one does.
    func run() async -> (any Error)? {
        var notes: [Int: String] = [:]
        var due: [Int] = []
        for stream in streams {
            context.start(stream)
            do {
                let end = try end(of: stream)
                places[stream] = context.backfill(stream).at
                if end < part.to {
                    notes[stream] =
                        "read up to \(end.rfc3339()), where its bookmark stands: what is later is the schedule's own"
                }
                if context.backfill(stream).at < part.to { due.append(stream) }
            } catch {
                failures[stream] = error
            }
        }
        let runError = await slots.failure { try await self.read(due) }
        var ending = runError
        for stream in streams {
            let unpublished = await context.drained(stream)
            let isDone = failures[stream] == nil && context.backfill(stream).at >= part.to
            if let error = unpublished ?? failures[stream] ?? (isDone ? nil : runError) {
                ending = context.settle(stream, error) ?? ending
            } else {
                context.end(stream, note: notes[stream])
            }
        }
        guard let ending, !(ending is CancellationError) else { return nil }
        return RunContext.described(ending).recovery == .failRun ? ending : nil
    }

    /// Up to where a stream may be read; throws where it cannot be read by time.
    private func end(of stream: Int) throws -> Instant {
        let plan = context.plan(stream)
        if let obstacle = plan.definition.backfillObstacle {
            throw RunError(.noBackfill, "stream \(plan.name): no backfill, since it \(obstacle)")
        }
        let bookmark = context.bookmark(stream)
        guard let place = bookmark.window?.at ?? bookmark.token?.reached else {
            throw RunError(
                .noBackfill,
                "stream \(plan.name): nothing of it has been read yet, so there is nothing to read again; a run of its "
                    + "schedule begins it"
            )
        }
        let fingerprint = context.backfill(stream).fingerprint
        if let difference = plan.fingerprint.difference(from: fingerprint) {
            throw RunError(
                .noBackfill,
                "stream \(plan.name): the backfill was begun under another definition: \(difference); cancel it, and "
                    + "begin another"
            )
        }
        return min(part.to, place)
    }

    private func read(_ due: [Int]) async throws {
        guard let first = due.first else { return }
        let definition = context.plan(first).readDefinition
        for stream in due { context.tell(stream, reads: .backfill) }
        switch definition.progress {
        case .window(let progress): try await readWindows(definition, progress, due)
        case .token(let progress): try await readTokens(definition, progress, due)
        case .list, .full: preconditionFailure("a stream that is not read by time was refused")
        }
        guard part.to == part.end else { return }
        for stream in due where failures[stream] == nil {
            try await Forgetting(context, stream: stream).again()
        }
    }

    // MARK: Windows

    /// Stretch by stretch: each is read once, for those streams alone that have not passed it and end behind it.
    private func readWindows(_ definition: StreamDefinition, _ progress: WindowProgress, _ due: [Int])
        async throws
    {
        while true {
            var rest: [(stream: Int, at: Instant, end: Instant)] = []
            for stream in due where failures[stream] == nil {
                // Nothing is asked for that is older than the stream's beginning: the API may not take it.
                let at = max(places[stream] ?? part.begin, progress.earliest)
                let end = try end(of: stream)
                if at < end { rest.append((stream, at, end)) }
            }
            guard let from = rest.map(\.at).min() else { break }
            let streams = rest.filter { $0.at == from }
            let borders = streams.map(\.end) + rest.map(\.at).filter { $0 > from }
            guard var to = borders.min() else { break }
            if let step = progress.step { to = min(to, from.advanced(by: max(step, .seconds(1)))) }
            try await readWindow(definition, progress, from: from, to: to, streams.map(\.stream))
        }
        try await finish(due)
    }

    private func readWindow(
        _ definition: StreamDefinition,
        _ progress: WindowProgress,
        from: Instant,
        to: Instant,
        _ streams: [Int]
    ) async throws {
        let group = ReadingGroup(context, reading: definition, streams: streams)
        defer { take(group.failures) }
        for stream in streams { group.begin(stream, at: from) }
        let reader = try WindowReader(
            stream: definition,
            requester: context.run.requester,
            from: from,
            // In whole units: what of the last one is later is taken out of its page.
            to: to.advanced(by: progress.format.unit - .nanoseconds(1)),
            discovered: try await context.discovered(for: definition),
            for: group.reader
        )
        let context = context
        var page = try await reader.next()
        while let current = page {
            CrashPoint.hit(.afterFetch)
            let readTo = min(Instant(milliseconds: reader.readTo.milliseconds), to)
            async let following = reader.next()
            let given = current.within(from..<to)
            try await group.hand(given) { stream, _ in
                context.moveBackfill(stream) { progress in
                    progress.at = max(progress.at, readTo)
                    progress.records += given.page.records.count
                }
            }
            guard !group.active.isEmpty else { return }
            page = try await following
        }
        precondition(reader.isComplete, "a window that gives no further page has come whole")
        for stream in group.active {
            places[stream] = to
            try await move(stream, to: to)
        }
        await group.drain()
    }

    /// Hands over that everything before a time is read; not past parents all of which were refused (I2).
    private func move(_ stream: Int, to place: Instant) async throws {
        guard !context.holdsRefused(stream), context.backfill(stream).at < place else { return }
        context.moveBackfill(stream) { $0.at = Instant(milliseconds: place.milliseconds) }
        try await context.submit(
            stream,
            context.plan(stream).builder.noEvents,
            bookmark: context.move(stream) { _ in }
        )
    }

    /// The part is read as far as the streams can be: what is left of it is above their bookmarks.
    private func finish(_ streams: [Int]) async throws {
        let whole = streams.filter { failures[$0] == nil }
        for stream in whole {
            do {
                try await context.checkRefused(stream, isAtEnd: true)
                try await move(stream, to: part.to)
                try await context.committer.drain(stream)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                failures[stream] = error
            }
        }
    }

    private func take(_ more: [Int: any Error]) { failures.merge(more) { first, _ in first } }

    // MARK: Tokens

    /// One reading serves the streams that stand at the same place.
    private func readTokens(_ definition: StreamDefinition, _ progress: TokenProgress, _ due: [Int])
        async throws
    {
        var rest = due
        while let first = rest.first {
            let place = context.backfill(first)
            let end = try end(of: first)
            let together = try rest.filter { stream in
                let other = context.backfill(stream)
                return try other.token == place.token && other.at == place.at && self.end(of: stream) == end
            }
            rest.removeAll { together.contains($0) }
            guard place.at < end else { continue }
            do {
                try await readTokens(definition, on: place.token, from: place.at, to: end, together)
            } catch let error as ExtractionError where error.code == .placeLost {
                let back = max(part.begin, place.at.advanced(by: .zero - (progress.back ?? .zero)))
                for stream in together {
                    context.warn(
                        stream,
                        "\(error.message); the backfill goes on from \(back.rfc3339()) without it"
                    )
                }
                try await readTokens(definition, on: nil, from: back, to: end, together)
            }
        }
        try await finish(due)
    }

    /// Reads on until what comes has passed the end; the last part of a backfill reads until all that comes has.
    private func readTokens(
        _ definition: StreamDefinition,
        on token: JSONValue?,
        from: Instant,
        to: Instant,
        _ streams: [Int]
    ) async throws {
        let group = ReadingGroup(context, reading: definition, streams: streams)
        defer { take(group.failures) }
        for stream in streams { group.begin(stream, at: part.begin) }
        let reader = try TokenReader(
            stream: definition,
            requester: context.run.requester,
            from: TokenPlace(token: token, from: from),
            discovered: try await context.discovered(for: definition),
            for: group.reader
        )
        let context = context
        let isLast = part.to == part.end || to < part.to
        // A page is taken whole before the last part: its token stands behind all of it.
        let bounds = part.begin..<(isLast ? to : max(part.end, to))
        var page = try await reader.next()
        while let current = page {
            CrashPoint.hit(.afterFetch)
            let newest = current.newest ?? from
            let isEnough =
                isLast ? current.isNewer(than: to.advanced(by: .nanoseconds(-1))) : newest >= to
            async let following = isEnough ? nil : reader.next()
            let token = current.progress.token
            // The end itself is reached by the last page alone.
            let at = Instant(milliseconds: min(newest, to.advanced(by: .milliseconds(-1))).milliseconds)
            let given = current.within(bounds)
            try await group.hand(given) { stream, _ in
                context.moveBackfill(stream) { progress in
                    progress.at = max(progress.at, at)
                    progress.token = token
                    progress.records += given.page.records.count
                }
            }
            guard !group.active.isEmpty else { return }
            if isEnough { break }
            page = try await following
        }
        await group.drain()
    }
}
