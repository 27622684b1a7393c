import Core
import Events
import Extraction
import JSON

/// Reads a stream on from the token that the server gave, for itself and for the children of its records.
///
/// Every page commits with the token behind it (I1). One reading serves the streams that stand at the same token.
final class TokenRun {
    let group: ReadingGroup
    private let context: RunContext
    private let progress: TokenProgress

    /// A run for some streams that stand at one token of `definition`'s.
    init(
        _ context: RunContext,
        reading definition: StreamDefinition,
        progress: TokenProgress,
        streams: [Int]
    ) {
        self.context = context
        self.progress = progress
        group = ReadingGroup(context, reading: definition, streams: streams)
    }

    /// The token that a stream stands at; nil before its first page.
    static func token(_ context: RunContext, _ stream: Int) -> JSONValue? {
        page(of: context.bookmark(stream))
    }

    /// The token that a bookmark holds, for its own pages or for those of its parent.
    static func page(of bookmark: Bookmark) -> JSONValue? {
        let token = bookmark.list.token
        return bookmark.fingerprint.isChild ? token.flatMap { ParentToken($0) }?.page : token
    }

    /// Reads to the end, or to the limit; throws what no stream of it can do anything about.
    func run() async throws {
        guard let first = group.active.first else { return }
        var isWhole: Bool
        do {
            isWhole = try await read(on: Self.token(context, first))
        } catch let error as ExtractionError where error.code == .placeLost {
            isWhole = try await begin(behind: error)
        }
        try await group.checkRefused()
        guard isWhole, !group.active.isEmpty else { return }
        if group.active.contains(where: { !context.bookmark($0).list.isDone }) {
            try await group.move { $0.list.isDone = true }
        }
        await group.drain()
        try await reread()
        try await forget()
    }

    /// Where a stream begins without a token: a little before the newest version read, else at its beginning.
    private func start(of stream: Int) -> Instant {
        let bookmark = context.bookmark(stream)
        if let from = bookmark.changed?.from { return from }
        guard let back = progress.back, let reached = bookmark.token?.reached else {
            return bookmark.list.since ?? progress.start.earliest
        }
        return reached.advanced(by: .zero - back)
    }

    /// Begins anew behind a token that the server does not know any more, once and loudly (rule 6 of every extractor).
    private func begin(behind error: ExtractionError) async throws -> Bool {
        await group.drain()
        for stream in group.active {
            let start = start(of: stream)
            let place = start > progress.start.earliest ? "from \(start.rfc3339()) on" : "from its beginning"
            context.warn(
                stream,
                "\(error.message); it is read again \(place), and what is remembered is not published again"
            )
        }
        try await group.move { $0.list.token = nil }
        return try await read(on: nil)
    }

    /// Reads on from a token, or from where the streams begin; false where it stopped at the limit.
    private func read(on token: JSONValue?) async throws -> Bool {
        let starts = group.active.map { start(of: $0) }
        // What comes behind a token has changed, however old it is.
        for (stream, start) in zip(group.active, starts) {
            group.begin(stream, at: token == nil ? start : nil)
        }
        let place = TokenPlace(token: token, from: starts.min())
        let reader = try TokenReader(
            stream: group.definition,
            requester: context.run.requester,
            from: place,
            limit: group.limit,
            discovered: try await context.discovered(for: group.definition),
            for: group.reader
        )
        let context = context
        // From here on a record can be late: the first reading may take days, in one run or in many.
        let begun = progress.reread.map { _ in Instant(milliseconds: context.run.wall().milliseconds) }
        var page = try await reader.next()
        let opened = page?.times.answered
        while let current = page {
            CrashPoint.hit(.afterFetch)
            // Of an account that changes faster than it is read there is always more: the next run's.
            let isEnough = opened.map { current.isNewer(than: $0) } ?? false
            async let following = isEnough ? nil : reader.next()
            let token = current.progress.token
            let newest = current.newest.map { Instant(milliseconds: $0.milliseconds) }
            try await group.hand(current, isResumedWithin: true) { stream, bookmark in
                let isChild = context.plan(stream).definition.parent != nil
                bookmark.list.token = isChild ? ParentToken(page: token).json : token
                bookmark.reach(newest)
                bookmark.beginRereading(at: begun)
            }
            group.endLimited()
            guard !group.active.isEmpty else { return false }
            if isEnough { return true }
            page = try await following
        }
        return reader.isComplete
    }

    /// Reads the last stretch again beside the token, for what became visible late; no token moves by it.
    private func reread() async throws {
        guard let reread = progress.reread, context.run.limit == nil else { return }
        let now = context.run.wall()
        let verdicts = group.active.map { stream in
            PassRule.decide(
                last: context.bookmark(stream).token?.reread,
                every: reread.every,
                now: now,
                isFirst: true
            )
        }
        guard verdicts.contains(where: { $0 != .waits }) else { return }
        // So far before the last such reading: whatever comes no later than that is met by one of them.
        let reached = group.active.compactMap { oldest($0) }.min()
        if verdicts.contains(.isDue), let reached {
            for stream in group.active {
                context.tell(stream, reads: .reread)
                group.begin(stream, at: oldest(stream)?.advanced(by: .zero - reread.back))
            }
            let reader = try TokenReader(
                stream: group.definition,
                requester: context.run.requester,
                from: TokenPlace(token: nil, from: reached.advanced(by: .zero - reread.back)),
                discovered: try await context.discovered(for: group.definition),
                for: group.reader
            )
            var page = try await reader.next()
            while let current = page {
                async let following = reader.next()
                try await group.hand(current) { _, _ in }
                guard !group.active.isEmpty else { return }
                page = try await following
            }
            try await group.checkRefused()
        }
        try await group.move { bookmark in
            bookmark.token = bookmark.token ?? Bookmark.Token()
            bookmark.token?.reread = Instant(milliseconds: now.milliseconds)
        }
        await group.drain()
    }

    /// Before what nothing is read again, but for what lies so far back as the definition says.
    private func oldest(_ stream: Int) -> Instant? {
        guard let token = context.bookmark(stream).token, let reached = token.reached else { return nil }
        return min(reached, token.reread ?? reached)
    }

    private func forget() async throws {
        guard let back = progress.back else { return }
        let reach = max(back, progress.reread?.back ?? .zero)
        for stream in group.active where context.plan(stream).forgets {
            guard let reached = oldest(stream) else { continue }
            try await group.forget(stream, at: reached, rule: ForgetRule(reach: reach))
        }
    }
}

extension Bookmark {
    /// Notes a version that was read: the newest counts.
    fileprivate mutating func reach(_ newest: Instant?) {
        guard let newest else { return }
        var token = token ?? Token()
        token.reached = max(token.reached ?? newest, newest)
        self.token = token
    }

    /// Notes when the token's reading began, where nothing was read again yet.
    fileprivate mutating func beginRereading(at time: Instant?) {
        guard let time, token?.reread == nil else { return }
        var token = token ?? Token()
        token.reread = time
        self.token = token
    }
}
