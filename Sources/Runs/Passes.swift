import Core
import Events
import Extraction

/// What is done beside a stream's reading every so often, behind it: reading what was deleted, and what is there.
struct Passes {
    private let context: RunContext
    private let stream: Int

    init(_ context: RunContext, stream: Int) {
        self.context = context
        self.stream = stream
    }

    /// Does what is due; nothing in a run that a limit ends early.
    func run() async throws {
        guard context.run.limit == nil else { return }
        let definition = context.plan(stream).passesDefinition
        let passes = context.bookmark(stream).passes
        let now = context.run.wall()
        var covered = passes
        if let deletes = definition.deletes {
            switch verdict(passes.deletes, deletes.every, now) {
            case .isDue:
                context.tell(stream, reads: .deletes)
                try await DeletesRun(context, stream: stream).run(deletes, of: definition)
            case .isCovered: covered.deletes = Instant(milliseconds: now.milliseconds)
            case .waits: break
            }
        }
        if let reconcile = definition.reconcile {
            // The children of all parents are read on the way.
            let every = context.plan(stream).definition.batch?.every ?? reconcile.every
            switch verdict(passes.reconcile, every, now) {
            case .isDue:
                context.tell(stream, reads: .reconcile)
                try await ReconcileRun(context, stream: stream).run(reconcile, of: definition)
            case .isCovered: covered.reconcile = Instant(milliseconds: now.milliseconds)
            case .waits: break
            }
        }
        guard covered != passes else { return }
        let record = try context.move(stream) { bookmark in
            if passes.deletes == nil, let deletes = covered.deletes { bookmark.passes.deletes = deletes }
            if passes.reconcile == nil, let reconcile = covered.reconcile {
                bookmark.passes.reconcile = reconcile
            }
        }
        try await context.submit(stream, context.plan(stream).builder.noEvents, bookmark: record)
        try await context.committer.drain(stream)
    }

    private func verdict(_ last: Instant?, _ every: Duration, _ now: Instant) -> PassRule.Verdict {
        PassRule.decide(
            last: last,
            every: every,
            now: now,
            isFirst: context.bookmark(stream).list.read == 1
        )
    }
}

extension StreamPlan {
    /// Whose lists of deletes and of keys tell of this stream's records: of a child that a parent's list replaces, the
    /// parent's.
    var passesDefinition: StreamDefinition {
        guard let parent = definition.parent, parent.replaces else { return definition }
        return parent.definition
    }

    /// How far a list of the stream's may lag behind what was published.
    var lag: Duration {
        switch definition.parent?.definition.progress ?? definition.progress {
        case .window(let window): window.holdBack
        case .token(let token): token.start.lag
        case .list, .full: feed?.holdBack ?? .seconds(60)
        }
    }
}
