import Extraction

/// Reads a stream whole in every run: what differs is published, and what is absent at its end is deleted.
struct FullRun {
    private let context: RunContext
    private let stream: Int

    init(_ context: RunContext, stream: Int) {
        self.context = context
        self.stream = stream
    }

    /// Returns when all of it is committed.
    ///
    /// A list that was read in part only, since a limit ended it, says nothing of what is absent.
    func run() async throws {
        context.readWhole(stream)
        try await ListRun(context, stream: stream, maySweep: context.run.limit == nil).run()
    }
}

extension StreamPlan {
    /// Whether it is read whole in every run, as a child is of a parent that is.
    var isReadWhole: Bool {
        switch (definition.progress, definition.parent?.definition.progress) {
        case (.full, _), (_, .full): true
        default: false
        }
    }
}
