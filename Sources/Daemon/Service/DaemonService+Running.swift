package import Core
import Glibc
import JSON
import Kafka
package import Runs
package import Scheduling
import Synchronization
import Telemetry

extension DaemonService {
    /// What was recorded before of the schedules: the state's records, and the ranges of skipped ticks behind them.
    package struct Known: Sendable {
        package var records: [String: ScheduleRecord]
        /// Those of schedules whose files are not there.
        package var retired: [(account: AccountName, record: ScheduleRecord)]
        package var skipped: [String: [SkippedTicks]]
        /// The runs that ended lately, the oldest first.
        package var runs: [(view: RunView, log: String?)]
        /// Commands that were accepted, and are not done.
        package var accepted: Set<String>

        /// What is known.
        package init(
            records: [String: ScheduleRecord] = [:],
            retired: [(account: AccountName, record: ScheduleRecord)] = [],
            skipped: [String: [SkippedTicks]] = [:],
            runs: [(view: RunView, log: String?)] = [],
            accepted: Set<String> = []
        ) {
            self.records = records
            self.retired = retired
            self.skipped = skipped
            self.runs = runs
            self.accepted = accepted
        }
    }

    /// Takes in what the folder holds, and what was known of it before; what is due is decided on, and done once it runs.
    package func begin(_ folder: LoadedFolder, _ known: Known) {
        for (view, log) in known.runs { board.end(view, log: log) }
        tell(.accepted(commands: known.accepted))
        for (account, record) in known.retired { tell(.remember(record, account: account)) }
        take(folder, known)
    }

    /// Runs, once it has begun, until `stop` is given and what runs has ended, or its budget has.
    package func run(stop: StopSignal) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in await work() }
            group.addTask { [self] in await loop() }
            group.addTask { [self] in await deliver() }
            group.addTask { [self] in await keepRecords() }
            await stop.wait()
            await drain()
            group.cancelAll()
            finishWork()
        }
        await flushAtLast()
    }

    /// Hands over what is left, unless Kafka is away: what the log of runs lacks then, the next daemon tells.
    private func flushAtLast() async {
        await clocks.monotonic.wait(atMost: Self.lastPatience) { [self] in try? await flush() }
    }

    private static let lastPatience = Duration.seconds(5)

    /// Looks at the clock whenever something is due, and at the latest when a set clock must be seen.
    private func loop() async {
        var wake: Instant?
        var relief = MemoryRelief()
        while !Task.isCancelled {
            let now = clocks.wall()
            // Woken before it, it is not late.
            numbers.looked(at: now, planned: wake.flatMap { $0 <= now ? $0 : nil })
            look()
            noteBacklog()
            let isBusy = shared.withLock { shared in
                wake = shared.machine.wake
                return !shared.machine.isIdle || !shared.keeps.isEmpty
            }
            if relief.isDue(isBusy: isBusy, at: clocks.monotonic.now()) { KafkaLibrary.returnMemory() }
            await bell.wait(atMost: ClockWatch.wait(at: clocks.wall(), until: wake), clocks.monotonic)
        }
    }

    /// Takes note of since when Kafka takes nothing.
    private func noteBacklog() {
        let isWaiting = records.backlog > 0
        let now = clocks.monotonic.now()
        shared.withLock { $0.backlogSince = isWaiting ? $0.backlogSince ?? now : nil }
    }

    // MARK: Schedules

    /// Takes in what the folder holds, and what the machine knew of it before.
    private func take(_ folder: LoadedFolder, _ known: Known) {
        for loaded in folder.schedules {
            shared.withLock { $0.schedules[loaded.id] = loaded }
            tell(.add(loaded.entry, known.records[loaded.id], skipped: known.skipped[loaded.id] ?? []))
        }
        shared.withLock { $0.faults = folder.faults }
        for fault in folder.faults { say(fault) }
        numbers.reloaded(at: clocks.wall(), isSound: folder.faults.isEmpty)
    }

    /// Reads the folder again: a file that is wrong leaves its schedule as it was.
    func reload() async {
        await reloading.take()
        defer { reloading.give() }
        let folder: LoadedFolder
        do {
            folder = try await settings.folder.load()
        } catch {
            numbers.reloaded(at: clocks.wall(), isSound: false)
            logger.error("the schedules stay as they are", ["error": .string("\(error)")])
            return
        }
        let (before, faults) = shared.withLock { shared in
            defer { shared.faults = folder.faults }
            return (shared.schedules, shared.faults)
        }
        var ids = folder.faultyIDs
        var (added, changed, removed) = (0, 0, 0)
        for loaded in folder.schedules {
            ids.insert(loaded.id)
            let old = before[loaded.id]
            if let old, old.isSame(as: loaded) { continue }
            shared.withLock { $0.schedules[loaded.id] = loaded }
            captions.withLock { $0[loaded.id] = nil }
            if old == nil { added += 1 } else { changed += 1 }
            tell(old == nil ? .add(loaded.entry, nil, skipped: []) : .edit(loaded.entry))
        }
        for id in before.keys.sorted() where !ids.contains(id) {
            removed += 1
            tell(.remove(id: id))
            shared.withLock { $0.schedules[id] = nil }
            captions.withLock { $0[id] = nil }
        }
        numbers.reloaded(at: clocks.wall(), isSound: folder.faults.isEmpty)
        for fault in folder.faults where !faults.contains(fault) { say(fault) }
        if added + changed + removed > 0 || folder.faults != faults {
            logger.info(
                "schedules reloaded",
                [
                    "added": .number(String(added)), "changed": .number(String(changed)),
                    "removed": .number(String(removed)), "invalid": .number(String(folder.faults.count)),
                ]
            )
        }
        changes.bump()
    }

    private func say(_ fault: DaemonView.FileFault) {
        for message in fault.messages { logger.error(message, ["file": .string(fault.path)]) }
    }

    // MARK: The end

    /// Lets what runs end after its page, for as long as the budget lasts.
    private func drain() async {
        logger.info("ending", ["running": .number(String(shared.withLock { $0.active.count }))])
        tell(.drain)
        let deadline = clocks.monotonic.now() + settings.drainBudget
        while !shared.withLock({ $0.machine.isIdle }) {
            let left = deadline - clocks.monotonic.now()
            guard left > .zero else {
                logger.warning(
                    "the budget for ending is over; what still runs is cut off, and goes on at the next start",
                    ["running": .number(String(shared.withLock { $0.active.count }))]
                )
                break
            }
            let number = changes.number
            if shared.withLock({ $0.machine.isIdle }) { break }
            await changes.change(from: number, within: left, clocks.monotonic)
        }
        drained.give(StopSignal.ended)
    }
}

extension StopSignal {
    /// What ends a run that nobody sent a signal: as one that asks a process to end.
    static let ended = SIGTERM
}
