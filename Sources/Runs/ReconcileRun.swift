import Core
import Events
import Extraction

/// Reads the whole list of a stream's keys, and deletes what is remembered and not on it; of a child stream, whose
/// parent is not.
///
/// What is on it and not published is published, where the definition says so (`GapFiller`). Rule 8 of every extractor: a periodic reconcile tells what no other answer told. Where a child's definition says so,
/// the children of all parents are read on the way: their changes move no parent.
struct ReconcileRun {
    private let context: RunContext
    private let stream: Int
    private let plan: StreamPlan

    init(_ context: RunContext, stream: Int) {
        self.context = context
        self.stream = stream
        plan = context.plan(stream)
    }

    /// Returns when every delete is committed.
    func run(_ keys: KeyList, of definition: StreamDefinition) async throws {
        try await context.committer.drain(stream)
        let reader = try KeyListReader(
            keys,
            noun: "reconcile",
            of: definition,
            requester: context.run.requester,
            discovered: try await context.discovered(for: definition)
        )
        let isChild = plan.definition.parent != nil
        let batch = plan.definition.batch.flatMap { $0.every == nil ? nil : $0.size }
        var waiting: [[UInt8]] = []
        var present = KeySet()
        var begun: Instant?
        var gaps: GapFiller?
        while let page = try await reader.next() {
            let first = begun ?? page.times.asked
            begun = first
            for name in page.keys {
                // The keys of parents stand alone.
                for key in isChild ? [name] : plan.keys(naming: name) { present.insert(key) }
            }
            guard present.count <= KeySet.maximumCount else { throw tooMany }
            if let batch {
                waiting += page.keys
                while waiting.count >= batch {
                    try await readChildren(of: Array(waiting.prefix(batch)))
                    waiting.removeFirst(batch)
                }
            }
            guard !isChild else { continue }
            if gaps == nil { gaps = try await filler(keys, of: definition, begun: first) }
            try await gaps?.take(page)
        }
        guard let begun else { return }
        if !waiting.isEmpty { try await readChildren(of: waiting) }
        try await context.checkRefused(stream, isAtEnd: true)
        try await gaps?.finish()
        try await context.committer.drain(stream)
        present.sort()
        let settled = begun.advanced(by: .zero - plan.lag)
        let set = present
        // What was published after that may be younger than the list, or the list may lag behind it.
        try await AbsenceSweep(context, stream: stream).run { key, version in
            version.seen <= settled && !set.contains(isChild ? version.parent ?? [] : key)
        }
        let record = try context.move(stream) {
            $0.passes.reconcile = Instant(milliseconds: begun.milliseconds)
        }
        try await context.submit(stream, plan.builder.noEvents, bookmark: record)
        try await context.committer.drain(stream)
    }

    private func readChildren(of parents: [[UInt8]]) async throws {
        let reads = try await ChildReader.children(
            of: parents,
            in: plan.definition,
            requester: context.run.requester,
            discovered: try await context.discovered(for: plan.definition)
        )
        try context.witness(reads, stream)
        try await context.checkRefused(stream, isAtEnd: false)
        CrashPoint.hit(.afterFetch)
        for read in reads { _ = try await context.hand(read, stream) }
    }

    private func filler(_ keys: KeyList, of definition: StreamDefinition, begun: Instant) async throws
        -> GapFiller
    {
        var reader: KeyedReader?
        if keys.fillsGaps {
            reader = KeyedReader(
                stream: definition,
                requester: context.run.requester,
                discovered: try await context.discovered(for: definition)
            )
        }
        return GapFiller(
            context,
            stream: stream,
            reader: reader,
            settled: begun.advanced(by: .zero - plan.lag)
        )
    }

    private var tooMany: RunError {
        RunError(
            .tooManyKeys,
            "stream \(plan.name): the list of what is there has more than \(KeySet.maximumCount) keys, which are held in "
                + "memory at once; narrow reconcile: in the definition by a query, or take it out"
        )
    }
}
