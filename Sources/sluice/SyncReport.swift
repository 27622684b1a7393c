import CommandLine
import Core
import Daemon
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
    private let logger: Logger
    private let isLogJSON: Bool
    /// Whether the standard output is for events.
    private let isOutputTaken: Bool
    private let progress: ProgressDisplay
    /// The streams as they were shown last.
    private let rows = Locked<[String: ProgressUpdate]>([:])
    /// What was warned of, by stream: it is not said again at the end.
    private let warnings = Locked<[String: Set<String>]>([:])
    /// How many dead letters were met, by stream.
    private let namedLetters = Locked<[String: Int]>([:])
    private let redactions: Redactions

    init(program: Program, command: ParsedCommand, redaction: Redaction) {
        self.program = program
        isJSON = command.value("output") == "json"
        isQuiet = command.has("quiet")
        isOutputTaken = SyncDestination.takesOutput(command)
        let redactions = Redactions { redaction($0) }
        self.redactions = redactions
        isLogJSON = command.value("log-format") == "json"
        let logger = Logger(
            format: isLogJSON ? .json : .text,
            minimum: command.value("log-level").flatMap { Logger.Level(name: $0) } ?? .info,
            redact: { redactions($0) },
            writer: { program.console.write($0) }
        )
        self.logger = logger
        progress = ProgressDisplay(
            terminal: program.terminal,
            console: program.console,
            log: isLogJSON ? logger : nil
        )
    }

    /// More secrets that no line may show (I6).
    func redactAlso(_ more: [String]) {
        let redaction = Redaction(secrets: more)
        redactAlso { redaction($0) }
    }

    /// Whatever this takes out of a text, the tokens that are got in the run among it.
    func redactAlso(_ redact: @escaping @Sendable (String) -> String) {
        redactions.add(redact)
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

    /// What the destination has to say of itself.
    var notice: @Sendable (String) -> Void {
        { [self] text in logger.warning(text) }
    }

    var observe: RunObserver {
        { [self] event in
            // A warning is said whatever else is quiet.
            if case .warned(let stream, let text) = event { return say(text, of: stream) }
            if case .deadLetters(let stream, let letters) = event { return say(letters, of: stream) }
            guard !isQuiet else { return }
            switch event {
            case .started(let stream, let after):
                if after > 0 {
                    logger.debug("going on", ["stream": .string(stream), "after": .number(String(after))])
                }
                show(stream) { _ in }
            case .reading(let stream, let phase): show(stream) { $0.reached = phase.rawValue }
            case .read: progress.refresh()
            case .committed(let stream, let records, let deletes, let pages):
                show(stream) { row in
                    row.records = records + deletes
                    row.pages = pages
                }
            case .warned, .drifted, .deadLetters: break
            case .ended(let stream, let outcome):
                show(stream) { row in
                    row.records = outcome.records + outcome.deletes
                    row.pages = outcome.pages
                    row.phase = phase(of: outcome)
                }
                note(stream, outcome.note)
            }
        }
    }

    private func show(_ stream: String, _ change: (inout ProgressUpdate) -> Void) {
        let row = rows.withLock { rows in
            change(&rows[stream, default: ProgressUpdate(stream: stream)])
            return rows[stream]
        }
        if let row { progress.update(row) }
    }

    private func say(_ text: String, of stream: String) {
        warnings.withLock { _ = $0[stream, default: []].insert(text) }
        logger.warning(text, ["stream": .string(stream)])
    }

    /// So many dead letters of a stream are named; the summary has how many there are.
    private static let namedLetters = 5

    private func say(_ letters: [DeadLetter], of stream: String) {
        let named = namedLetters.withLock { named in
            let left = Self.namedLetters - named[stream, default: 0]
            named[stream, default: 0] += letters.count
            return letters.prefix(max(0, left))
        }
        for letter in named { say(letter.warning, of: stream) }
    }

    private func note(_ stream: String, _ text: String?) {
        guard let text, warnings.withLock({ $0[stream]?.contains(text) }) != true else { return }
        logger.info(text, ["stream": .string(stream)])
    }

    private func phase(of outcome: StreamOutcome) -> ProgressUpdate.Phase {
        let reason = redactions(outcome.error.map { "\($0)" } ?? outcome.status.rawValue)
        return switch outcome.status {
        case .success: .done
        case .cancelled: .cancelled
        case .unavailable: .unavailable(reason)
        case .failed: .failed(reason)
        }
    }

    /// The end: the summary, and what went wrong; of a run that could not begin only that, but for programs.
    func finish(_ outcome: RunOutcome, hasBegun: Bool) {
        progress.finish()
        if hasBegun || isJSON { summarize(outcome) }
        if let error = outcome.error { complain(error) }
        for (name, stream) in outcome.streams {
            guard let error = stream.error, outcome.error?.message != error.message else { continue }
            complain(error, of: name, stream.status)
        }
    }

    private func summarize(_ outcome: RunOutcome) {
        // Of the standard error nothing is text where its lines are to be records.
        let isRecord = isJSON || isOutputTaken && isLogJSON
        let text = redactions(isRecord ? outcome.json.compactText + "\n" : summary(of: outcome.json))
        if isOutputTaken {
            program.console.write(Array(text.utf8))
        } else {
            program.print(text)
        }
    }

    private func complain(_ error: any SluiceError) {
        guard isLogJSON else { return program.complain(redactions("\(error)")) }
        logger.error(error.message, ["code": .string(error.codeText)])
    }

    private func complain(_ error: any SluiceError, of stream: String, _ status: StreamOutcome.Status) {
        guard isLogJSON else {
            return program.complain(redactions("\(stream) \(status.rawValue): \(error)"))
        }
        logger.error(
            error.message,
            [
                "stream": .string(stream), "status": .string(status.rawValue),
                "code": .string(error.codeText),
            ]
        )
    }

    /// The end of a run that a daemon did.
    func finish(_ end: RunFinish) {
        progress.finish()
        let streams = end.outcome["streams"]?.members ?? []
        if isJSON {
            program.print(redactions(end.outcome.compactText) + "\n")
        } else {
            program.print(redactions(summary(of: end.outcome)))
        }
        for stream in streams {
            guard let message = stream.value["error"]?["message"]?.text, message != end.errorMessage else {
                continue
            }
            let status = stream.value["status"]?.text ?? "failed"
            program.complain(redactions("\(stream.name) \(status): \(message)"))
        }
        if let message = end.errorMessage {
            program.complain(redactions("\(message) [\(end.errorCode ?? "run.failed")]"))
        }
    }

    /// How far a run is that a daemon does, as a line of the log of runs tells it.
    func show(_ streams: JSONValue) {
        for stream in streams.members ?? [] {
            func count(_ name: String) -> Int { stream.value[name]?.int ?? 0 }
            show(stream.name) { row in
                row.records = count("records") + count("deletes")
                row.pages = count("pages")
                if let phase = stream.value["phase"]?.text { row.reached = phase }
            }
        }
    }

    private func summary(of outcome: JSONValue) -> String {
        var table = Table([
            .init("STREAM"), .init("STATUS"), .init("RECORDS", .right), .init("DELETES", .right),
            .init("PAGES", .right),
            .init("REQUESTS", .right),
        ])
        for stream in outcome["streams"]?.members ?? [] {
            func count(_ name: String) -> String { "\(stream.value[name]?.int ?? 0)" }
            table.append([
                stream.name, stream.value["status"]?.text ?? "", count("records"), count("deletes"),
                count("pages"), count("requests"),
            ])
        }
        let deletes = outcome["deletes"]?.int ?? 0
        let dead = outcome["dead_letters"]?.int ?? 0
        let line =
            "\(outcome["status"]?.text ?? "failed"): \(outcome["records"]?.int ?? 0) records"
            + "\(deletes == 0 ? "" : " and \(deletes) deletes") in \(outcome["transactions"]?.int ?? 0) transactions"
            + "\(dead == 0 ? "" : "; \(dead) \(dead == 1 ? "record is a dead letter" : "records are dead letters")")\n"
        return table.lines().map { $0 + "\n" }.joined() + line
    }
}

/// What takes the secrets out of a text: what is known at the start, and what a run gets to know.
private final class Redactions: Sendable {
    private let all: Locked<[@Sendable (String) -> String]>

    init(_ first: @escaping @Sendable (String) -> String) { all = Locked([first]) }

    func add(_ redact: @escaping @Sendable (String) -> String) { all.withLock { $0.append(redact) } }

    func callAsFunction(_ text: String) -> String { all.withLock { $0 }.reduce(text) { $1($0) } }
}
