import CommandLine
import Configuration
import Core
import Events
import Extraction
import Glibc
import HTTP
import JSON
import Kafka
import Runs
import Synchronization
import Telemetry

/// `sluice sync`: one account, once.
struct SyncCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let order = try SyncOrder(program: program, command: command)
        let report = SyncReport(program: program, command: command, redaction: order.redaction)
        let stop = program.signals.awaited()
        // What was read before the session was lost stays told.
        let read = ReadOutcome()
        var outcome: RunOutcome
        do {
            outcome = try await sync(order, report, stop, read)
        } catch let error as any SluiceError {
            outcome = read.outcome ?? order.nothingRead(isCancelled: stop.signal != nil)
            outcome.error = error
            outcome.signal = stop.signal
        } catch is CancellationError where stop.signal != nil {
            // A signal while the session was waited for.
            outcome = order.nothingRead(isCancelled: true)
            outcome.signal = stop.signal
        }
        report.finish(outcome)
        return outcome.exitCode
    }

    private func sync(
        _ order: SyncOrder,
        _ report: SyncReport,
        _ stop: StopSignal,
        _ read: ReadOutcome
    ) async throws -> RunOutcome {
        let options = try KafkaOptions(
            program: program,
            command: command,
            file: order.file,
            onLog: report.log
        )
        report.redactAlso(options.secrets)
        let topics = try order.topics(options.prefix)
        var settings = SessionSettings(
            kafka: options.settings,
            prefix: options.prefix,
            account: order.account,
            run: order.runID,
            host: Self.hostName,
            lockFolder: try command.value("lock-folder").map { try LockFolder(path: $0) }
                ?? LockFolder.standard(),
            eventTopics: topics
        )
        settings.takesOver = command.has("take-over")
        settings.waits = command.has("wait")
        settings.acceptsLoss = command.has("accept")
        if command.has("resync") { settings.resyncs = Set(topics.map(\.stream)) }
        let transport = try CurlTransport(settings: order.connection.transport)
        do {
            let requester = try order.requester(transport, onClockSkew: report.warn)
            let outcome = try await AccountSession.withSession(settings, startUnless: stop.wait) { session in
                let outcome = try await self.read(order, topics, session, requester, report, stop)
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

    private func read(
        _ order: SyncOrder,
        _ topics: [EventTopic],
        _ session: AccountSession,
        _ requester: Requester,
        _ report: SyncReport,
        _ stop: StopSignal
    ) async throws -> RunOutcome {
        let isResync = command.has("resync")
        let plans = try zip(order.streams, topics).map { definition, topic in
            var fingerprint = definition.fingerprint(topic: topic.topic)
            // The key's form, which a topic of the same name does not show.
            if !order.template.namesAccount { fingerprint.key.insert("<account>", at: 0) }
            let bookmark = isResync ? nil : try session.bookmark(of: topic.stream)
            try bookmark?.check(against: fingerprint, account: order.account, stream: topic.stream)
            return StreamPlan(
                definition: definition,
                name: topic.stream,
                builder: EventBuilder(
                    extractor: order.account.extractor,
                    account: order.account.account,
                    stream: definition.name,
                    topic: topic.topic,
                    isAccountInKey: !order.template.namesAccount,
                    version: definition.version?.format
                ),
                fingerprint: fingerprint,
                bookmark: bookmark
            )
        }
        let clock = WaitingClock(ContinuousClock())
        return await SyncRun(
            account: order.account,
            streams: plans,
            limit: order.limit,
            requester: requester,
            publisher: session,
            wall: Instant.systemClock,
            elapsed: clock.elapsed,
            stop: stop,
            observer: report.observe
        ).run()
    }

    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// What the reading came to, for when the session around it fails afterwards.
private final class ReadOutcome: Sendable {
    private let kept = Locked<RunOutcome?>(nil)

    var outcome: RunOutcome? { kept.withLock { $0 } }

    func keep(_ outcome: RunOutcome) { kept.withLock { $0 = outcome } }
}
