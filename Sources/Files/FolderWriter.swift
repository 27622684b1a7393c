import Core

/// A folder's files and ledger, on the session's own thread: whoever calls waits for the disk.
struct FolderWriter: Sendable {
    private let settings: FolderSettings
    private var ledger: Ledger
    private var files: [StreamName: StreamFile] = [:]
    /// Streams that have no file yet; the state names them, so that what a crash leaves of the first lines is found.
    private var unwritten: Set<StreamName> = []
    /// Streams that the state knows and whose file is not there; they are new again.
    private(set) var lost: Set<StreamName> = []
    /// Why the session is over.
    private var ending: (any Error)?
    private var isClosed = false
    private let onStep: @Sendable (CommitStep) -> Void

    var versions: any VersionStore { ledger.versions }
    var state: LocalState { ledger.state }

    /// Takes the folder, and looks at every file before it changes one.
    init(_ settings: FolderSettings, onStep: @escaping @Sendable (CommitStep) -> Void) throws {
        self.settings = settings
        self.onStep = onStep
        try DiskFile.makeFolder(settings.folder)
        var ledger = try Ledger(
            Ledger.Settings(
                place: LedgerPlace(destination: settings.folder),
                noun: "the folder \(settings.folder)",
                account: settings.account,
                run: settings.run,
                host: settings.host,
                acceptsLoss: settings.acceptsLoss,
                resyncs: settings.resyncs,
                slack: settings.logSlack,
                wallClock: settings.wallClock
            )
        )
        var files: [StreamName: StreamFile] = [:]
        do {
            // A crash may have left the first letters behind.
            let known = Set(settings.streams).union(ledger.state.files.map(\.stream)).union([.deadLetters])
            let found = try Self.look(known, settings, ledger, &lost)
            for (stream, file) in found { files[stream] = try Self.take(file) }
            unwritten = Set(settings.streams).subtracting(files.keys)
            try ledger.begin(
                files: files.values.map(\.committed) + unwritten.map(LocalState.File.init(unwritten:)),
                lost: lost
            )
        } catch {
            for file in files.values { file.file.close() }
            ledger.close()
            throw error
        }
        self.files = files
        self.ledger = ledger
    }

    /// Looks at the files of streams, and changes none.
    private static func look(
        _ streams: Set<StreamName>,
        _ settings: FolderSettings,
        _ ledger: Ledger,
        _ lost: inout Set<StreamName>
    ) throws(StateError) -> [StreamName: FolderCheck.Found] {
        let check = FolderCheck(
            folder: settings.folder,
            state: ledger.state,
            isNew: ledger.isNew,
            wasRunning: ledger.wasRunning,
            accepts: { settings.acceptsLoss || settings.resyncs.contains($0) }
        )
        var found: [StreamName: FolderCheck.Found] = [:]
        do throws(StateError) {
            for stream in streams.sorted() {
                let file = try check.look(stream)
                found[stream] = file
                let had = ledger.state.files.first { $0.stream == stream }?.length ?? 0
                if file.map(\.isAccepted) ?? (had > 0) { lost.insert(stream) }
            }
        } catch {
            for file in found.values { file.file.close() }
            throw error
        }
        return found
    }

    /// Cuts off what is not committed; one that is taken as it is gets the end of line that it may lack.
    private static func take(_ found: FolderCheck.Found) throws(StateError) -> StreamFile {
        let file = found.file
        var committed = found.committed
        do throws(StateError) {
            var tail = try FileTail.read(file, length: committed.length)
            if found.size > committed.length {
                try file.truncate(to: committed.length)
            } else if let last = tail.last, last != UInt8(ascii: "\n") {
                try file.write([UInt8(ascii: "\n")], at: committed.length)
                try file.sync()
                committed.length += 1
                tail = FileTail.joined(tail, [UInt8(ascii: "\n")])
                committed.tail = FileTail.hash(tail)
            }
            committed.modified = try file.status().modified
            return StreamFile(file, committed: committed, tail: tail)
        } catch {
            file.close()
            throw error
        }
    }

    /// Takes on streams that were not known at the start.
    ///
    /// A file that the state names was looked at then; one that it does not name can be nobody's but somebody else's.
    mutating func add(_ streams: Set<StreamName>) throws {
        if let ending { throw ending }
        let new = streams.subtracting(files.keys).subtracting(unwritten)
        guard !new.isEmpty else { return }
        var lost: Set<StreamName> = []
        let found = try Self.look(new, settings, ledger, &lost)
        var taken: [StreamName: StreamFile] = [:]
        do throws(StateError) {
            for (stream, file) in found { taken[stream] = try Self.take(file) }
            let missing = new.subtracting(taken.keys)
            try ledger.add(
                files: taken.values.map(\.committed) + missing.map(LocalState.File.init(unwritten:)),
                lost: lost
            )
            unwritten.formUnion(missing)
        } catch {
            for file in taken.values { file.file.close() }
            ending = error
            throw error
        }
        files.merge(taken) { $1 }
        self.lost.formUnion(lost)
    }

    /// One group, committed or not at all (I1).
    mutating func commit(_ group: TransactionGroup) throws {
        if let ending { throw ending }
        let number = ledger.nextTransaction
        onStep(.begun)
        do {
            let touched = try write(group, number)
            var pending: [StreamName: LocalState.File] = [:]
            for stream in touched { pending[stream] = try files[stream]?.pending() }
            let states =
                files.map { pending[$0.key] ?? $0.value.committed }
                + unwritten.map(LocalState.File.init(unwritten:))
            do throws(StateError) {
                try ledger.commit(
                    group,
                    files: states,
                    syncing: touched.sorted().compactMap { files[$0]?.file },
                    onStep: onStep
                )
            } catch {
                // Else the commit happened, and only what follows it did not.
                if ledger.state.transaction == number { settle(pending) }
                throw error
            }
            settle(pending)
        } catch {
            if ending == nil { ending = error }
            rollBack()
            throw error
        }
    }

    private mutating func settle(_ pending: [StreamName: LocalState.File]) {
        for (stream, file) in pending { files[stream]?.commit(file) }
    }

    /// Writes the lines of a group, and gives the streams that it has events of.
    private mutating func write(_ group: TransactionGroup, _ number: Int) throws -> Set<StreamName> {
        let label = EventHeader.transactionValue(
            run: settings.run,
            number: number,
            count: group.eventCount
        )
        var touched: Set<StreamName> = []
        var isNamed = true
        let pages =
            try group.pages.filter { !$0.events.isEmpty }.map { (try StreamName($0.stream), $0) }
            + group.letterPages(to: StreamName.deadLetters.text).map { (.deadLetters, $0) }
        for (stream, page) in pages {
            if files[stream] == nil {
                files[stream] = try create(stream)
                unwritten.remove(stream)
                isNamed = false
            }
            touched.insert(stream)
            try files[stream]?.append(page, transaction: label)
        }
        for stream in touched { try files[stream]?.flush() }
        if !isNamed { try DiskFile.syncFolder(settings.folder) }
        return touched
    }

    private func create(_ stream: StreamName) throws(StateError) -> StreamFile {
        let path = FolderCheck.path(settings.folder, stream)
        guard let file = try DiskFile.open(path, creates: true) else {
            preconditionFailure("a file is made where there is none")
        }
        do throws(StateError) {
            let status = try file.status()
            // A stream that the session was not told of was not looked at when it began.
            guard status.size == 0 else {
                throw StateError(
                    .fileChanged,
                    "\(path) holds \(status.size) bytes of something else; move it away"
                )
            }
            let committed = LocalState.File(
                stream: stream,
                length: 0,
                modified: status.modified,
                tail: FileTail.hash([])
            )
            return StreamFile(file, committed: committed, tail: [])
        } catch {
            file.close()
            throw error
        }
    }

    /// What cannot be taken back now is cut off when the next session begins.
    private mutating func rollBack() {
        for stream in files.keys { try? files[stream]?.rollBack() }
        try? ledger.rollBack()
    }

    /// Says good-bye and gives everything back.
    ///
    /// After a failure it says nothing: what the failure left behind is then looked at as what a crash leaves.
    mutating func end() throws(StateError) {
        guard !isClosed else { return }
        isClosed = true
        defer { for file in files.values { file.file.close() } }
        let hasFailed = ending != nil
        if ending == nil {
            ending = PublishError(.fatal, "the session of \(settings.account) has ended")
        }
        try ledger.end(files: hasFailed ? nil : files.values.map(\.committed))
    }
}

extension LocalState.File {
    /// A stream whose file is not there yet.
    fileprivate init(unwritten stream: StreamName) {
        self.init(stream: stream, length: 0, modified: 0, tail: FileTail.hash([]))
    }
}
