import Core
import Extraction
import JSON
import Runs
import Scheduling
import Synchronization
import Telemetry

/// One attempt at a run as it goes: what it tells, what it comes to, and what none of that may show (I6).
final class RunAttempt: Sendable {
    let order: RunOrder
    let started: Instant
    private let board: RunBoard
    private let logger: Logger
    private let redactions = Locked<[@Sendable (String) -> String]>([])
    private let ending = Locked<RunResult?>(nil)
    /// Hears how far the run is, for whoever follows it; nil where nobody does.
    private let onProgress: (@Sendable (JSONValue) -> Void)?
    private let lastProgress = Locked<Instant?>(nil)
    private static let progressPause = Duration.seconds(1)

    init(
        order: RunOrder,
        started: Instant,
        board: RunBoard,
        logger: Logger,
        onProgress: (@Sendable (JSONValue) -> Void)? = nil
    ) {
        self.onProgress = onProgress
        self.order = order
        self.started = started
        self.board = board
        self.logger = logger
    }

    /// What it came to; nil while it goes on.
    var result: RunResult? { ending.withLock { $0 } }

    /// It ended so, without having read anything.
    func finish(_ status: RunEnd.Status, _ reason: String) {
        ending.withLock { $0 = RunResult(end: RunEnd(status: status, reason: reason), started: started) }
    }

    func redact(_ redact: @escaping @Sendable (String) -> String) {
        redactions.withLock { $0.append(redact) }
    }

    func redact(_ redaction: Redaction) { redact { redaction($0) } }

    func redacted(_ text: String) -> String { redactions.withLock { $0 }.reduce(text) { $1($0) } }
    func redacted(_ error: any Error) -> String { redacted("\(error)") }

    /// Takes in what the run tells.
    @Sendable func observe(_ event: RunEvent) {
        switch event {
        case .warned(let stream, let text): log(.warning, text, stream: stream)
        case .reading(let stream, let phase): log(.debug, "reading its \(phase.rawValue)", stream: stream)
        case .ended(let stream, let outcome):
            guard let error = outcome.error else { break }
            log(.error, "\(outcome.status.rawValue): \(error)", stream: stream)
        case .deadLetters(let stream, let letters):
            for letter in letters.prefix(Self.toldLetters) { log(.warning, letter.warning, stream: stream) }
            if letters.count > Self.toldLetters {
                log(.warning, "and \(letters.count - Self.toldLetters) more dead letters", stream: stream)
            }
        case .started, .read, .committed, .drifted: break
        }
        board.observe(order.run, event.redacted { redacted($0) })
        tellProgress()
    }

    /// So many letters of a transaction are named.
    private static let toldLetters = 5

    /// Not more often than somebody could read it.
    private func tellProgress() {
        guard let onProgress else { return }
        let now = Instant.systemClock()
        let isDue = lastProgress.withLock { last in
            if let last, now.since(last) < Self.progressPause { return false }
            last = now
            return true
        }
        guard isDue, let view = board.view(order.run) else { return }
        onProgress(
            .object(
                view.streams.map { row in
                    .init(
                        name: row.name,
                        value: [
                            "records": .number(row.records), "deletes": .number(row.deletes),
                            "pages": .number(row.pages), "phase": row.phase.map(JSONValue.string) ?? .null,
                        ]
                    )
                }
            )
        )
    }

    /// A line of the run's log, and of the daemon's own.
    func log(_ level: Logger.Level, _ text: String, stream: String? = nil) {
        let text = redacted(text)
        let now = Instant.systemClock()
        let place = stream.map { "\($0): " } ?? ""
        if level > .debug {
            board.log(order.run, "\(now.rfc3339(fractionDigits: 3)) \(level.name) \(place)\(text)\n")
        }
        logger.with(["run": .string(order.run), "account": .string(order.account.text)]).log(
            level,
            "\(place)\(text)"
        )
    }

    /// How the reading ended.
    func take(_ outcome: RunOutcome) {
        let error = outcome.error ?? outcome.streams.lazy.compactMap(\.outcome.error).first
        let status: RunEnd.Status =
            switch outcome.status {
            case .success: .success
            case .partial: .partial
            case .failed: .failed
            case .cancelled: .cancelled
            }
        let end = RunEnd(
            status: status,
            isTransient: outcome.exitCode == ExitCode.environment.rawValue,
            reason: error.map { redacted($0.message) }
        )
        let json = try? JSONValue.parse(Array(redacted(outcome.json.compactText).utf8))
        ending.withLock {
            $0 = RunResult(
                end: end,
                started: started,
                outcome: json ?? .null,
                exitCode: outcome.exitCode,
                errorCode: error?.codeText
            )
        }
        board.take(order.run, outcome) { redacted($0) }
    }

    /// It could not go on.
    func fail(_ error: any Error) {
        let known = error as? any SluiceError
        log(.error, "\(error)")
        let end = RunEnd(
            status: .failed,
            isTransient: known?.exitCode == .environment || known?.exitCode == .alreadyRunning,
            reason: redacted(known?.message ?? "\(error)")
        )
        ending.withLock {
            $0 = RunResult(
                end: end,
                started: started,
                exitCode: (known?.exitCode ?? .failed).rawValue,
                errorCode: known?.codeText
            )
        }
    }
}

extension RunEvent {
    /// The event, as far as its words are concerned, without secrets.
    fileprivate func redacted(_ redact: (String) -> String) -> RunEvent {
        guard case .warned(let stream, let text) = self else { return self }
        return .warned(stream: stream, text: redact(text))
    }
}

extension RunStart {
    /// The beginning of an order.
    init(_ order: RunOrder) {
        self.init(run: order.run, account: order.account, schedule: order.schedule, trigger: "schedule")
        attempt = order.attempt
        isResumed = order.isResumed
        switch order.origin {
        case .tick(let tick):
            nominal = tick.nominal
            due = tick.due
            switch tick.cause {
            case .schedule: trigger = "schedule"
            case .catchUp: trigger = "catch_up"
            case .manual(let id):
                trigger = "manual"
                command = id
            }
        case .command(let asked):
            trigger = "sync"
            command = asked.id
            if case .sync(let request) = asked.verb { streams = request.streams }
        case .backfill(let chunk):
            trigger = "backfill"
            backfill = chunk.backfill
            streams = chunk.streams
        }
    }
}
