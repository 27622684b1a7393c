import CommandLine
import Core
import Extraction
import JSON
import Kafka
import Runs
import Synchronization
import Telemetry

/// What a person or a script sees of a run: progress and log lines on the standard error, the summary on the output.
final class SyncReport: Sendable {
    private let program: Program
    private let isJSON: Bool
    private let isQuiet: Bool
    private let minimum: Logger.Level
    private let format: Logger.Format
    private let progress: ProgressDisplay
    private let secrets: Locked<[Redaction]>

    init(program: Program, command: ParsedCommand, redaction: Redaction) {
        self.program = program
        isJSON = command.value("output") == "json"
        isQuiet = command.has("quiet")
        minimum = command.value("log-level").flatMap { Logger.Level(name: $0) } ?? .info
        format = command.value("log-format") == "json" ? .json : .text
        progress = ProgressDisplay(terminal: program.terminal, console: program.console)
        secrets = Locked([redaction])
    }

    /// More secrets that no line may show (I6).
    func redactAlso(_ more: [String]) { secrets.withLock { $0.append(Redaction(secrets: more)) } }

    private func redact(_ text: String) -> String {
        secrets.withLock { $0 }.reduce(text) { $1($0) }
    }

    private var logger: Logger {
        Logger(
            format: format,
            minimum: minimum,
            redact: { [self] in redact($0) },
            writer: { [self] in program.console.write($0) }
        )
    }

    /// A line of the Kafka client's own log.
    var log: @Sendable (KafkaSettings.LogLine) -> Void {
        { [self] line in
            // Its errors are retried, or told by an error of ours with what to do: here they are detail.
            logger.debug(line.text, ["facility": .string(line.facility)])
        }
    }

    /// A clock that is wrong, the API's or this machine's; said whatever else is quiet.
    var warn: @Sendable (ClockSkew) -> Void {
        { [self] skew in logger.warning(skew.message) }
    }

    var observe: RunObserver {
        { [self] event in
            guard !isQuiet else { return }
            switch event {
            case .started(let stream, let after):
                if after > 0 {
                    logger.debug("going on", ["stream": .string(stream), "after": .number(String(after))])
                }
                progress.update(ProgressUpdate(stream: stream))
            case .read: progress.refresh()
            case .committed(let stream, let records, let deletes, let pages):
                progress.update(ProgressUpdate(stream: stream, records: records + deletes, pages: pages))
            case .ended(let stream, let outcome):
                progress.update(
                    ProgressUpdate(
                        stream: stream,
                        records: outcome.records + outcome.deletes,
                        pages: outcome.pages,
                        phase: Self.phase(of: outcome, redact)
                    )
                )
                if let note = outcome.note { logger.info(note, ["stream": .string(stream)]) }
            }
        }
    }

    private static func phase(of outcome: StreamOutcome, _ redact: (String) -> String) -> ProgressUpdate.Phase
    {
        switch outcome.status {
        case .success: .done
        case .cancelled: .failed("cancelled")
        case .unavailable, .failed: .failed(redact(outcome.error.map { "\($0)" } ?? outcome.status.rawValue))
        }
    }

    /// The end: the summary, and what went wrong.
    func finish(_ outcome: RunOutcome) {
        progress.finish()
        if isJSON {
            program.print(redact(outcome.json.compactText) + "\n")
        } else {
            program.print(redact(summary(of: outcome)))
        }
        if let error = outcome.error { program.complain(redact("\(error)")) }
        for (name, stream) in outcome.streams {
            guard let error = stream.error, outcome.error?.message != error.message else { continue }
            program.complain(redact("\(name) \(stream.status.rawValue): \(error)"))
        }
    }

    private func summary(of outcome: RunOutcome) -> String {
        var table = Table([
            .init("STREAM"), .init("STATUS"), .init("RECORDS", .right), .init("DELETES", .right),
            .init("PAGES", .right),
            .init("REQUESTS", .right),
        ])
        for (name, stream) in outcome.streams {
            table.append([
                name, stream.status.rawValue, "\(stream.records)", "\(stream.deletes)", "\(stream.pages)",
                "\(stream.requests)",
            ])
        }
        let records = outcome.streams.reduce(0) { $0 + $1.outcome.records }
        let line = "\(outcome.status.rawValue): \(records) records in \(outcome.transactions) transactions\n"
        return table.lines().map { $0 + "\n" }.joined() + line
    }
}
