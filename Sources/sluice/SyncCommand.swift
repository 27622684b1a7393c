import CommandLine
import Configuration
import Core
import Daemon
import Extraction
import Glibc
import HTTP
import Runs
import Synchronization

/// `sluice sync`: one account, once.
struct SyncCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let order = try SyncOrder(program: program, command: command)
        let report = SyncReport(program: program, command: command, redaction: order.setup.redaction)
        let stop = program.signals.awaited()
        let start = SessionStart()
        // What was read before the session was lost stays told.
        let read = ReadOutcome()
        var outcome: RunOutcome
        do {
            let destination = try SyncDestination(
                program: program,
                command: command,
                order: order,
                report: report
            )
            report.redactAlso(destination.secrets)
            let handOver = SyncHandOver(program: program, command: command, order: order, report: report)
            if let code = try await handOver.run(destination.kafka, stop) { return code }
            outcome = try await sync(order, destination, report, stop, start, read)
        } catch let error as any SluiceError {
            outcome = read.outcome ?? order.nothingRead(isCancelled: stop.signal != nil)
            outcome.error = error
            outcome.signal = stop.signal
        } catch is CancellationError where stop.signal != nil {
            // A signal while the session was waited for.
            outcome = order.nothingRead(isCancelled: true)
            outcome.signal = stop.signal
        }
        // As a filter ends whose reader has had enough.
        if (outcome.error as? StateError)?.code == .outputClosed {
            outcome.signal = outcome.signal ?? SIGPIPE
        }
        report.finish(outcome, hasBegun: read.outcome != nil || outcome.signal != nil)
        return outcome.exitCode
    }

    /// The sync; a signal while Kafka does not answer ends the process, whose calls to Kafka cannot be taken back.
    private func sync(
        _ order: SyncOrder,
        _ destination: SyncDestination,
        _ report: SyncReport,
        _ stop: StopSignal,
        _ start: SessionStart,
        _ read: ReadOutcome
    ) async throws -> RunOutcome {
        try await withThrowingTaskGroup(of: RunOutcome?.self) { group in
            group.addTask {
                if let signal = await start.refused(by: stop) {
                    var outcome = order.nothingRead(isCancelled: true)
                    outcome.signal = signal
                    report.finish(outcome, hasBegun: true)
                    _exit(outcome.exitCode)
                }
                return nil
            }
            group.addTask {
                try await RegistrySettings.withRegistry(destination.registry) { registry in
                    try await perform(order, destination, registry, report, stop, start, read)
                }
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            throw CancellationError()
        }
    }

    private func perform(
        _ order: SyncOrder,
        _ destination: SyncDestination,
        _ registry: SchemaRegistry?,
        _ report: SyncReport,
        _ stop: StopSignal,
        _ start: SessionStart,
        _ read: ReadOutcome
    ) async throws -> RunOutcome {
        let plans = SyncPlans(
            account: order.account,
            definition: order.setup.definition,
            since: order.since,
            isAccountInKey: destination.isAccountInKey,
            envelope: order.setup.envelope,
            entities: destination.entities(order),
            isResync: command.has("resync"),
            drift: order.setup.drift,
            // A folder and the standard output have no catalogue.
            catalog: destination.kafka.map { _ in order.setup.catalog },
            registry: registry.map { RegistrySession($0) },
            privacy: order.setup.privacy
        )
        let acceptsAbsence = command.has("accept")
        let transport = try CurlTransport(settings: order.setup.connection.transport)
        do {
            let requester = try order.setup.requester(transport, onClockSkew: report.warn)
            report.redactAlso { requester.redact($0) }
            let outcome = try await destination.withSession(
                program: program,
                command: command,
                order: order,
                report: report,
                stop: stop
            ) { session in
                start.end()
                try requester.use(session, of: order.account)
                let finder = StreamFinder(requester: requester, stop: stop, observer: report.observe)
                var found = try await finder.find(order.streams)
                let topics = try destination.topics(of: found.streams, order)
                let members = zip(found.streams, topics).filter { $0.0.family != nil }
                let entities = try destination.entityTopics(of: members.map(\.0), order)
                try await session.add(members.map(\.1) + entities)
                var run = SyncRun(
                    account: order.account,
                    streams: try plans.make(&found, topics, session),
                    limit: order.limit,
                    requester: requester,
                    destination: session,
                    wall: Instant.systemClock,
                    clock: WaitingClock(ContinuousClock()),
                    stop: stop,
                    observer: report.observe,
                    acceptsAbsence: acceptsAbsence
                )
                run.deadLetters = destination.deadLetters(order)
                var outcome = await run.run()
                outcome.add(found)
                read.keep(outcome)
                return outcome
            }
            await transport.close()
            return outcome
        } catch {
            await transport.close()
            throw error
        }
    }
}

/// What the reading came to, for when the session around it fails afterwards.
private final class ReadOutcome: Sendable {
    private let kept = Locked<RunOutcome?>(nil)

    var outcome: RunOutcome? { kept.withLock { $0 } }

    func keep(_ outcome: RunOutcome) { kept.withLock { $0 = outcome } }
}
