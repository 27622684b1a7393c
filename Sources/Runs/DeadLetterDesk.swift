package import Core
import Events
import JSON
import Synchronization

/// Makes dead letters of the records that a page's stream cannot publish, and keeps count of them for a run.
package final class DeadLetterDesk: Sendable {
    private let account: AccountName
    private let plan: DeadLetterPlan
    private let wall: WallClock
    private let count: Locked<DeadLetterCount>

    /// A desk of a run.
    package init(account: AccountName, plan: DeadLetterPlan, wall: @escaping WallClock) {
        self.account = account
        self.plan = plan
        self.wall = wall
        count = Locked(DeadLetterCount(limit: plan.limit))
    }

    /// The letters of entries that are about to commit, by their positions; throws where a stream has too many by now.
    func letters(of entries: [GroupMachine.Entry]) throws -> [[DeadLetter]] {
        let now = wall()
        var letters: [[DeadLetter]] = []
        var streams: [Int: [DeadLetter]] = [:]
        for entry in entries {
            let own = entry.page.refused.isEmpty ? [] : try self.letters(of: entry, now)
            letters.append(own)
            if !own.isEmpty { streams[entry.stream, default: []] += own }
        }
        try count.withLock { (count) throws(EventError) in
            for (stream, letters) in streams.sorted(by: { $0.key < $1.key }) {
                try count.check(letters, of: stream)
            }
        }
        return letters
    }

    private func letters(of entry: GroupMachine.Entry, _ now: Instant) throws(NameError) -> [DeadLetter] {
        let place = DeadLetter.Place(
            account: account,
            stream: try StreamName(entry.page.stream),
            run: plan.run,
            parent: entry.facts?.parent,
            at: now,
            seen: entry.facts?.seen ?? now,
            read: entry.facts?.read,
            bookmark: entry.bookmark?.value
        )
        return entry.page.refused.map { DeadLetter($0, of: entry.page, at: place) }
    }

    /// Takes note that the letters of these entries are committed; leaves those in them that the run did not have before.
    func committed(_ entries: inout [GroupMachine.Entry]) {
        count.withLock { count in
            for position in entries.indices where !entries[position].letters.isEmpty {
                let stream = entries[position].stream
                entries[position].letters = count.add(entries[position].letters, of: stream)
            }
        }
    }
}
