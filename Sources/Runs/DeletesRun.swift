import Core
import Events
import Extraction

/// Reads the list of what was deleted and publishes those deletes; of a child stream, those of the parent's children.
///
/// Rule 8 of every extractor: deletes have a pass of their own.
struct DeletesRun {
    private let context: RunContext
    private let stream: Int
    private let plan: StreamPlan
    private let rule: DeleteRule

    init(_ context: RunContext, stream: Int) {
        self.context = context
        self.stream = stream
        plan = context.plan(stream)
        rule = DeleteRule(format: plan.definition.version?.format, holdBack: plan.lag)
    }

    /// Returns when all of it is committed.
    func run(_ keys: KeyList, of definition: StreamDefinition) async throws {
        let reader = try KeyListReader(
            keys,
            noun: "deletes",
            of: definition,
            requester: context.run.requester,
            discovered: try await context.discovered(for: definition)
        )
        var begun: Instant?
        var page = try await reader.next()
        while let current = page {
            begun = begun ?? current.times.asked
            CrashPoint.hit(.afterFetch)
            async let following = reader.next()
            if plan.definition.parent == nil {
                try await hand(current)
            } else {
                try await handChildren(of: current)
            }
            page = try await following
        }
        guard let begun else { return }
        let record = try context.move(stream) {
            $0.passes.deletes = Instant(milliseconds: begun.milliseconds)
        }
        try await context.submit(stream, plan.builder.noEvents, bookmark: record)
        try await context.committer.drain(stream)
    }

    private func hand(_ page: KeyPage) async throws {
        // What is decided here is decided by what is committed.
        try await context.committer.drain(stream)
        var deletes: [EventBuilder.Delete] = []
        for (position, name) in page.keys.enumerated() {
            // Nothing says when, where the definition names no field for it.
            let time = page.deletedAt.isEmpty ? nil : page.deletedAt[position]
            for key in plan.keys(naming: name) {
                deletes.append(EventBuilder.Delete(key: key, time: time))
            }
        }
        let known = try context.run.destination.versions.versions(of: deletes.map(\.key), stream: plan.name)
        var told: [EventBuilder.Delete] = []
        for (delete, known) in zip(deletes, known) {
            guard let known else { continue }
            switch rule.decide(delete.time, known: known, asked: page.times.asked) {
            case .holds: told.append(delete)
            case .holdsNow: told.append(EventBuilder.Delete(key: delete.key, time: nil))
            case .isOvertaken: break
            }
        }
        guard !told.isEmpty else { return }
        try await context.submit(
            stream,
            plan.builder.deletes(told, now: page.times.now),
            bookmark: context.move(stream) { _ in },
            facts: context.facts(stream, page.times)
        )
    }

    private func handChildren(of page: KeyPage) async throws {
        let horizon = page.times.asked.advanced(by: .zero - plan.lag)
        for parent in page.keys {
            // A parent may have come back since, and the list may not show it yet: then the next such reading tells.
            let known = try context.run.destination.versions.children(of: parent, stream: plan.name)
            guard !known.contains(where: { !$0.version.isDeleted && $0.version.seen > horizon }) else {
                continue
            }
            for events in try await context.children([], of: parent, stream, now: page.times.now) {
                try await context.submit(
                    stream,
                    events,
                    bookmark: context.move(stream) { _ in },
                    facts: context.facts(stream, page.times, parent: parent)
                )
            }
        }
    }
}
