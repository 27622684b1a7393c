import Configuration
import Core
import Daemon
import Extraction
import Glibc
import Kafka
import Runs

/// Accounts that change, an embedded Kafka, and the daemon that reads the ones into the other, with its page.
struct Demo: Sendable {
    let settings: DemoSettings
    let accounts: [DemoAccount]
    let broker: DemoBroker
    let tail: TopicTail
    let host: DaemonHost
    let screen: DemoScreen
    let stop: StopSignal
    private let clock = WaitingClock(ContinuousClock())

    private enum Step: Sendable {
        case over
        /// What was to be done with the daemon is done.
        case attended(Ready)
        case daemonEnded
        case failed(any Error)
    }

    /// A daemon that works, on a port.
    private struct Ready: Sendable {
        var port: Int
        var control: any DaemonControl
    }

    /// Goes on until the stop, or does its one round; returns once the daemon has ended in order.
    func run() async throws {
        let end = StopSignal()
        let (ready, announce) = AsyncStream<Ready>.makeStream()
        var daemon: Ready?
        try await withThrowingTaskGroup(of: Step.self) { group in
            group.addTask {
                defer { announce.finish() }
                try await host.run(stop: end, reloads: AsyncStream { $0.finish() }) { port, control in
                    announce.yield(Ready(port: Int(port), control: control))
                }
                return .daemonEnded
            }
            group.addTask {
                await stop.wait()
                return .over
            }
            group.addTask { await attend(first: ready) }
            group.addTask { await screenLoop() }
            if let length = settings.length {
                group.addTask {
                    try? await clock.sleep(length)
                    return .over
                }
            }
            var failure: (any Error)?
            while let step = try await group.next() {
                switch step {
                // What runs ends its page, as it would at a signal.
                case .over: end.give(SIGTERM)
                case .attended(let ready):
                    daemon = ready
                    end.give(SIGTERM)
                case .failed(let error):
                    failure = failure ?? error
                    end.give(SIGTERM)
                case .daemonEnded: group.cancelAll()
                }
            }
            if let failure { throw failure }
        }
        // What ended with the daemon is counted as well.
        if let daemon { try await look(await daemon.control.view(), isLast: true) }
    }

    private func attend(first announced: AsyncStream<Ready>) async -> Step {
        for await ready in announced {
            return await attend(ready)
        }
        return .over
    }

    /// Does what there is to do while the daemon works.
    private func attend(_ ready: Ready) async -> Step {
        screen.open(heading(ready.port))
        do {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { try await follow(ready.control) }
                group.addTask {
                    if !settings.isOnce { return try await changeLoop() }
                    try await once(ready.control)
                    return true
                }
                while let isOver = try await group.next(), !isOver {}
                group.cancelAll()
            }
            return .attended(ready)
        } catch is CancellationError {
            return .attended(ready)
        } catch {
            return .failed(error)
        }
    }

    private func heading(_ port: Int) -> [String] {
        var address = settings.listen
        address.port = port
        let other = port == settings.listen.port ? "" : " (port \(settings.listen.port) is taken)"
        let places = accounts.map { "\($0.name.extractor) \($0.address)" }.joined(separator: ", ")
        return [
            "page     http://\(address)\(other)",
            "accounts local, \(settings.records) objects in each list, clocks \(DemoAccount.speed) times as fast as "
                + "yours: \(places)",
            "kafka    embedded, at \(broker.settings.bootstrap) (for trying out, in memory; it hides nothing from "
                + "read_committed)",
        ]
    }

    // MARK: What is shown

    /// Looks at what the daemon does, again and again.
    private func follow(_ control: any DaemonControl) async throws -> Bool {
        while true {
            let view = await control.view()
            try await look(view)
            await control.change(from: view.revision, within: .seconds(1))
            try await clock.sleep(DemoScreen.interval)
        }
    }

    /// Shows what the daemon shows, and reads back what runs that are over have published.
    private func look(_ view: DaemonView, isLast: Bool = false) async throws {
        // What was taken and then not shown, since the end came in between, is shown at the end.
        guard screen.take(view.runs) || isLast else { return }
        let seen = try await tail.readOn(last: DemoBoard.shownEvents)
        screen.show(tail, seen, isLast: isLast)
    }

    private func screenLoop() async -> Step {
        while true {
            do { try await clock.sleep(DemoScreen.interval) } catch { return .over }
            screen.draw()
        }
    }

    // MARK: What happens

    private func changeLoop() async throws -> Bool {
        var changes = DemoChanges(perMinute: settings.changesPerMinute)
        var counts = DemoChanges.Counts()
        let begun = clock.elapsed()
        while true {
            try await clock.sleep(DemoChanges.interval)
            counts.add(try changes.make(in: accounts, after: clock.elapsed() - begun))
            screen.count(counts)
        }
    }

    private func once(_ control: any DaemonControl) async throws {
        try await round(control)
        guard stop.signal == nil else { return }
        var counts = DemoChanges.Counts()
        for account in accounts { counts.add(try DemoChanges.makeSome(in: account)) }
        screen.count(counts)
        for account in accounts { account.settle() }
        try await round(control)
    }

    /// Has every schedule run once.
    private func round(_ control: any DaemonControl) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for schedule in accounts.flatMap(\.service.schedules) {
                group.addTask { try await run(schedule.id, control) }
            }
            try await group.waitForAll()
        }
    }

    private func run(_ schedule: String, _ control: any DaemonControl) async throws {
        let answer = try await control.ask(.trigger(schedule: schedule, insteadOfNext: false), by: "demo")
        guard answer.status != .refused else {
            if stop.signal != nil { return }
            throw DemoError("\(schedule) cannot run: \(answer.message)")
        }
        while true {
            let view = await control.view()
            let run = view.runs.first { $0.start.command == answer.command }
            if let run, let status = run.status, run.ended != nil {
                guard status != .success, stop.signal == nil else { return }
                throw DemoError("\(schedule): \(run.errorMessage ?? status.rawValue)")
            }
            await control.change(from: view.revision, within: .seconds(1))
            try Task.checkCancellation()
        }
    }
}
