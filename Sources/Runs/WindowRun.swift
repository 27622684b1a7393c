import Core
import Events
import Extraction

/// Reads a stream by windows of time up to now, for itself and for the children of its records.
///
/// One reading serves all of them, from the oldest of their bookmarks: what is older than a stream's own is nothing new
/// for it. A bookmark moves along what was read whole and handed over, and commits with it (I1, I2; rule 1 of every
/// extractor).
final class WindowRun {
    let group: ReadingGroup
    private let context: RunContext
    private let progress: WindowProgress
    private var machine: WindowMachine
    /// The API's time, as its last answer told.
    private var known: Instant?

    /// A run for some streams, all of which read `definition`.
    init(
        _ context: RunContext,
        reading definition: StreamDefinition,
        progress: WindowProgress,
        streams: [Int]
    ) {
        self.context = context
        self.progress = progress
        group = ReadingGroup(context, reading: definition, streams: streams)
        let machines = streams.map { stream in
            let bookmark = context.bookmark(stream)
            return WindowMachine(progress, at: bookmark.window?.at, since: bookmark.list.since)
        }
        for (stream, machine) in zip(streams, machines) {
            group.begin(stream, at: machine.at.advanced(by: .zero - progress.overlap))
        }
        guard let oldest = machines.min(by: { $0.at < $1.at }) else {
            preconditionFailure("a run is for at least one stream")
        }
        machine = oldest
    }

    /// Reads up to now, or to the limit; throws what no stream of it can do anything about.
    func run() async throws {
        var isAtEnd = false
        while !group.active.isEmpty, !isAtEnd {
            // Either clock can be wrong: the earlier one asks for too little, which the next run makes good.
            let now = min(context.run.wall(), known ?? context.run.wall())
            guard let part = machine.next(now: now) else {
                if machine.isAhead(of: now) { throw clockBehind(now) }
                break
            }
            guard try await read(part, isLast: part.isLast) else { break }
            try await forget()
            isAtEnd = part.isLast
        }
        try await group.checkRefused()
        if isAtEnd { try await resweep() }
    }

    /// Nothing read is no success where the time says that nothing can be there (I2).
    private func clockBehind(_ now: Instant) -> RunError {
        RunError(
            .clockBehind,
            "stream \(group.definition.name): it is read up to \(machine.at.rfc3339()), and the clock says "
                + "\(now.rfc3339()); set this machine's clock, or begin anew with --resync if it was wrong before"
        )
    }

    /// Reads one window; false where it was not read to its end.
    private func read(_ part: WindowMachine.Part, isLast: Bool) async throws -> Bool {
        let reader = try await reader(of: part)
        let begun = context.run.clock.elapsed()
        let start = machine.at
        var asked: Instant?
        var page = try await reader.next()
        while let current = page {
            CrashPoint.hit(.afterFetch)
            let first = asked ?? self.asked(reader, begun)
            asked = first
            known = current.times.now
            if let first { machine.read(to: reader.readTo, asked: first) }
            let at = machine.at
            async let following = reader.next()
            try await group.hand(current) { _, bookmark in bookmark.advance(to: at) }
            // A limit ends nothing before the bookmark has moved beyond the overlap, which the next run reads again: it
            // would hardly get on. Nor does it end anything within an answer, all of which comes before the bookmark
            // moves.
            if at > start, at >= start.advanced(by: progress.overlap), !current.isPart { group.endLimited() }
            guard !group.active.isEmpty else { return false }
            page = try await following
        }
        guard reader.isComplete else { return false }
        if let first = asked ?? self.asked(reader, begun) { machine.read(to: reader.to, asked: first) }
        known = reader.times?.now ?? known
        let at = machine.at
        try await group.move { bookmark in
            bookmark.advance(to: at)
            if isLast { bookmark.list.isDone = true }
        }
        await group.drain()
        group.endLimited()
        return true
    }

    /// When the window's first answer was asked for, at the latest: what happened later may not be in it.
    private func asked(_ reader: WindowReader, _ begun: Duration) -> Instant? {
        // Some answers before the one that says its time may have had nothing.
        let passed = context.run.clock.elapsed() - begun
        return reader.times.map { $0.asked.advanced(by: .zero - passed) }
    }

    private func reader(of part: WindowMachine.Part) async throws -> WindowReader {
        try WindowReader(
            stream: group.definition,
            requester: context.run.requester,
            from: part.from,
            to: part.to,
            discovered: try await context.discovered(for: group.definition),
            for: group.reader
        )
    }

    private func forget() async throws {
        let reach = max(progress.overlap, group.definition.resweep?.back ?? .zero)
        for stream in group.active where context.plan(stream).forgets {
            let bookmark = context.bookmark(stream)
            guard let window = bookmark.window else { continue }
            // The next deeper reading begins that far before the last one.
            let at = min(window.at, bookmark.passes.resweep ?? window.at)
            try await group.forget(stream, at: at, rule: ForgetRule(reach: reach))
        }
    }

    /// Reads deeper than the overlap, for what was committed later than any overlap; no bookmark moves by it.
    private func resweep() async throws {
        guard let resweep = group.definition.resweep, context.run.limit == nil else { return }
        let now = min(context.run.wall(), known ?? context.run.wall())
        let verdicts = group.active.map { stream in
            let bookmark = context.bookmark(stream)
            return PassRule.decide(
                last: bookmark.passes.resweep,
                every: resweep.every,
                now: now,
                isFirst: bookmark.list.read == 1
            )
        }
        guard verdicts.contains(where: { $0 != .waits }) else { return }
        if verdicts.contains(.isDue) {
            let last = group.active.compactMap { context.bookmark($0).passes.resweep }.min()
            let parts = machine.resweep(back: resweep.back, last: last)
            for stream in group.active {
                context.tell(stream, reads: .resweep)
                if let first = parts.first { group.begin(stream, at: first.from) }
            }
            for part in parts {
                guard try await sweep(part) else { return }
            }
            try await group.checkRefused()
        }
        try await group.move { $0.passes.resweep = Instant(milliseconds: now.milliseconds) }
        await group.drain()
    }

    private func sweep(_ part: WindowMachine.Part) async throws -> Bool {
        let reader = try await reader(of: part)
        var page = try await reader.next()
        while let current = page {
            async let following = reader.next()
            try await group.hand(current) { _, _ in }
            guard !group.active.isEmpty else { return false }
            page = try await following
        }
        return reader.isComplete
    }
}

extension Bookmark {
    /// Moves a window's place forward; it never goes back.
    fileprivate mutating func advance(to at: Instant) {
        window = Window(at: max(window?.at ?? at, at))
    }
}
