import Core
import Extraction
import Runs

/// A local Stripe that changes, an embedded Kafka, and syncs from one to the other, again and again.
struct Demo: Sendable {
    /// Between two syncs; of the account's clock it is twenty times as long.
    private static let pause = Duration.seconds(1)

    let settings: DemoSettings
    let account: DemoAccount
    let broker: DemoBroker
    let tail: TopicTail
    let folder: TemporaryFolder
    let screen: DemoScreen
    let stop: StopSignal
    private let clock = WaitingClock(ContinuousClock())

    private enum End: Sendable {
        case over(RunOutcome?)
        case timeUp
    }

    /// Goes on until the stop, or does its one round; how the last sync ended, nil where none did.
    func run() async throws -> RunOutcome? {
        try await withThrowingTaskGroup(of: End.self) { group in
            group.addTask { .over(try await settings.isOnce ? once() : forever()) }
            group.addTask { try await screenLoop() }
            if !settings.isOnce { group.addTask { try await changeLoop() } }
            if let length = settings.length {
                group.addTask {
                    try await clock.sleep(length)
                    return .timeUp
                }
            }
            while let end = try await group.next() {
                switch end {
                // No signal: the sync at hand ends as it would at one.
                case .timeUp: stop.give(0)
                case .over(let outcome):
                    group.cancelAll()
                    return outcome
                }
            }
            return nil
        }
    }

    private func once() async throws -> RunOutcome? {
        let first = try await round()
        guard let first, first.status == .success else { return first }
        var counts = DemoChanges.Counts()
        counts.add(try DemoChanges.makeSome(in: account.simulator))
        screen.count(counts)
        account.settle()
        return try await round()
    }

    private func forever() async throws -> RunOutcome? {
        var last: RunOutcome?
        while stop.signal == nil {
            guard let outcome = try await round() else { return last }
            last = outcome
            guard outcome.status == .success else { return outcome }
            await rest()
        }
        return last
    }

    /// One sync, and what it published read back; nil where the stop came before it began.
    private func round() async throws -> RunOutcome? {
        let screen = screen
        let sync = DemoSync(
            account: account,
            broker: broker,
            folder: folder,
            stop: stop,
            observer: { screen.take($0) }
        )
        let outcome: RunOutcome
        do {
            outcome = try await sync.run()
        } catch is CancellationError where stop.signal != nil {
            return nil
        }
        let seen = try await tail.readOn(last: DemoBoard.shownEvents)
        screen.finish(outcome, account: account.name, tail: tail, seen: seen)
        return outcome
    }

    /// Waits for the next round, or for the stop.
    private func rest() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await clock.sleep(Self.pause) }
            group.addTask { await stop.wait() }
            await group.next()
            group.cancelAll()
        }
    }

    private func screenLoop() async throws -> Never {
        while true {
            try await clock.sleep(DemoScreen.interval)
            screen.draw()
        }
    }

    private func changeLoop() async throws -> Never {
        var changes = DemoChanges(perMinute: settings.changesPerMinute)
        var counts = DemoChanges.Counts()
        let begun = clock.elapsed()
        while true {
            try await clock.sleep(DemoChanges.interval)
            counts.add(try changes.make(in: account.simulator, after: clock.elapsed() - begun))
            screen.count(counts)
        }
    }
}
