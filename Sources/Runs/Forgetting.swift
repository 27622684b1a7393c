import Core
import Events
import Extraction

/// Forgets the keys of a stream whose versions its bookmark has passed by more than it will ever be read again.
struct Forgetting {
    /// Keys looked at in one go: the store is not held up for longer.
    private static let chunk = 20_000
    /// What a run forgets at most, whatever it has read.
    private static let leastBudget = 5_000

    private let context: RunContext
    private let stream: Int

    init(_ context: RunContext, stream: Int) {
        self.context = context
        self.stream = stream
    }

    /// Returns when it is committed that they are forgotten; nothing is done where it is not worth a look.
    ///
    /// Of very many that one update made some are left to later runs, so that none takes much longer than its `records`
    /// do. Twice as many as are read: what is remembered does not grow by that.
    func run(at place: Instant, rule: ForgetRule, behind records: Int) async throws {
        let plan = context.plan(stream)
        guard let format = plan.definition.version?.format,
            let bound = rule.bound(at: place, forgotten: context.bookmark(stream).forgotten)
        else { return }
        let time = Instant(milliseconds: bound.milliseconds)
        try await context.committer.drain(stream)
        // Before the first key is forgotten it stands in the bookmark that keys may be.
        try await context.submit(
            stream,
            plan.builder.noEvents,
            bookmark: context.move(stream) { $0.forgotten = time }
        )
        try await forget(before: time, format, atMost: max(Self.leastBudget, 2 * records))
    }

    /// Forgets what a backfill met again of what had been forgotten: the bookmark says of it already that it may be.
    func again() async throws {
        let plan = context.plan(stream)
        guard plan.forgets, let format = plan.definition.version?.format,
            let time = context.bookmark(stream).forgotten
        else { return }
        try await context.committer.drain(stream)
        try await forget(before: time, format, atMost: .max)
    }

    private func forget(before time: Instant, _ format: VersionFormat, atMost most: Int) async throws {
        let name = context.plan(stream).name
        var budget = most
        var after: [UInt8]?
        repeat {
            let found = try context.run.destination.versions.keys(
                versionBefore: time,
                format: format,
                after: after,
                limit: Self.chunk,
                stream: name
            )
            after = found.end
            let keys = found.keys.prefix(budget)
            budget -= keys.count
            try await context.submit(
                stream,
                remembering: keys.map { VersionChange(name, .version(key: $0, nil)) }
            )
        } while after != nil && budget > 0
        try await context.committer.drain(stream)
    }
}

extension StreamPlan {
    /// Whether its keys are forgotten once its bookmark has passed their versions.
    ///
    /// Not where something may be told of a key whenever: a delete by another list, by absence or by a merge. It could
    /// not be told of a key that nobody knows. Nor where a lost token means to begin from the beginning.
    var forgets: Bool {
        guard let format = definition.version?.format, format != .number else { return false }
        guard definition.parent == nil, definition.deletes == nil, definition.reconcile == nil,
            definition.merged == nil
        else { return false }
        return switch definition.progress {
        case .window: true
        case .token(let token): token.back != nil
        case .list, .full: false
        }
    }
}
