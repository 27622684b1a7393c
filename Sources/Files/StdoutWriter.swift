import Cache
import Core

/// The standard output and its ledger, on the session's own thread: whoever calls waits for the reader.
struct StdoutWriter: Sendable {
    private let settings: StdoutSettings
    private let output: OutputDescriptor
    private(set) var ledger: Ledger?
    /// What is remembered where no ledger does.
    private let unnamed: VersionCache?
    /// The number of the last transaction where no ledger counts.
    private var number = 0
    /// Why the session is over.
    private var ending: (any Error)?
    private var isClosed = false

    /// Lines are written when so many bytes of them have come together (I7).
    private static let bufferSize = 1 << 20

    let versions: any VersionStore

    /// Takes the state file, where there is one.
    init(_ settings: StdoutSettings) throws {
        self.settings = settings
        output = OutputDescriptor(number: settings.descriptor)
        guard let file = settings.stateFile else {
            let unnamed = try VersionCache.unnamed(below: settings.temporaryFolder, account: settings.account)
            self.unnamed = unnamed
            versions = unnamed
            return
        }
        unnamed = nil
        var ledger = try Ledger(
            Ledger.Settings(
                place: LedgerPlace(file: file),
                noun: "the state \(file)",
                account: settings.account,
                run: settings.run,
                host: settings.host,
                acceptsLoss: settings.acceptsLoss,
                resyncs: settings.resyncs,
                wallClock: settings.wallClock
            )
        )
        do throws(StateError) {
            try ledger.begin(files: [])
        } catch {
            ledger.close()
            throw error
        }
        self.ledger = ledger
        versions = ledger.versions
    }

    /// The lines of a group first, so that none is missing, and then its state (I1, at least once).
    mutating func commit(_ group: TransactionGroup) throws {
        if let ending { throw ending }
        precondition(group.letters.isEmpty, "the standard output has no place for dead letters")
        let next = ledger?.nextTransaction ?? number + 1
        CrashPoint.hit(.afterBegin)
        do throws(StateError) {
            try write(group, next)
            if let unnamed {
                try unnamed.apply(group.versions, position: Int64(next))
                number = next
            } else {
                try output.sync()
                try ledger?.commit(group, files: [], syncing: []) { step in
                    if step != .begun { CrashPoint.hit(step.crashPoint) }
                }
            }
        } catch {
            ending = error
            try? ledger?.rollBack()
            throw error
        }
    }

    private func write(_ group: TransactionGroup, _ number: Int) throws(StateError) {
        let label = EventHeader.transactionValue(run: settings.run, number: number, count: group.eventCount)
        var lines: [UInt8] = []
        for page in group.pages {
            let line = EventLine(page, transaction: label)
            for event in page.events {
                line.append(event, of: page, to: &lines)
                guard lines.count >= Self.bufferSize else { continue }
                try output.write(lines)
                lines.removeAll(keepingCapacity: true)
            }
        }
        try output.write(lines)
    }

    /// Says good-bye and gives everything back.
    mutating func end() throws(StateError) {
        guard !isClosed else { return }
        isClosed = true
        let hasFailed = ending != nil
        if ending == nil { ending = PublishError(.fatal, "the session of \(settings.account) has ended") }
        unnamed?.close()
        try ledger?.end(files: hasFailed ? nil : [])
    }
}
