import Core
import Events
import Extraction

/// Reads a stream whole in every run, or at most so often.
///
/// What differs is published, and what is absent at its end is deleted.
struct FullRun {
    private let context: RunContext
    private let stream: Int

    init(_ context: RunContext, stream: Int) {
        self.context = context
        self.stream = stream
    }

    /// When the next reading is due; nil where it is now.
    ///
    /// It counts from the beginning of the last one that came to its end: one that did not is gone on with at once.
    var due: Instant? {
        let bookmark = context.bookmark(stream)
        guard let every = context.plan(stream).wholeEvery, bookmark.list.isDone,
            let last = bookmark.passes.resweep,
            PassRule.decide(last: last, every: every, now: context.run.wall(), isFirst: false) == .waits
        else { return nil }
        return last.advanced(by: every)
    }

    /// Returns when all of it is committed.
    ///
    /// A list that was read in part only, since a limit ended it, says nothing of what is absent.
    func run() async throws {
        let begun = context.run.wall()
        context.readWhole(stream)
        try await ListRun(context, stream: stream, maySweep: context.run.limit == nil).run()
        let plan = context.plan(stream)
        guard plan.wholeEvery != nil, context.run.limit == nil, context.bookmark(stream).list.isDone else {
            return
        }
        let record = try context.move(stream) {
            $0.passes.resweep = Instant(milliseconds: begun.milliseconds)
        }
        try await context.submit(stream, plan.builder.noEvents, bookmark: record)
        try await context.committer.drain(stream)
    }
}

extension StreamPlan {
    /// Whether it is read whole again and again, as a child is of a parent that is.
    var isReadWhole: Bool {
        switch (definition.progress, definition.parent?.definition.progress) {
        case (.full, _), (_, .full): true
        default: false
        }
    }

    /// How often it is read whole at most; nil where in every run.
    var wholeEvery: Duration? {
        switch (definition.progress, definition.parent?.definition.progress) {
        case (.full(_, let every), _), (_, .full(_, let every)?): every
        default: nil
        }
    }
}
