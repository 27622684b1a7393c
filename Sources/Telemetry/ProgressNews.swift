import JSON

/// What is told of a stream where nothing is redrawn: a line for people, or fields for machines.
struct ProgressNews: Sendable {
    var update: ProgressUpdate
    /// Records a second.
    var rate: Int

    var line: String {
        var parts = [
            "\(ProgressBoard.grouped(update.records)) records",
            "\(ProgressBoard.grouped(update.pages)) pages",
            "\(ProgressBoard.grouped(rate))/s",
        ]
        let state = ProgressBoard.state(update)
        if !state.isEmpty { parts.append(TerminalText.clean(state)) }
        return TerminalText.clean(update.stream) + ": " + parts.joined(separator: ", ")
    }

    /// The same as one log line; a reason stands where there is one.
    func log(to logger: Logger) {
        let (phase, reason) = phase
        let logger = logger.with([
            "stream": .string(update.stream), "phase": .string(phase), "records": .number(update.records),
            "pages": .number(update.pages), "rate": .number(rate),
            "reached": update.reached.map { .string($0) } ?? .null,
        ])
        if let reason {
            logger.info("progress", ["reason": .string(reason)])
        } else {
            logger.info("progress")
        }
    }

    private var phase: (name: String, reason: String?) {
        switch update.phase {
        case .reading: ("reading", nil)
        case .waiting(let why): ("waiting", why)
        case .done: ("done", nil)
        case .failed(let why): ("failed", why)
        case .unavailable(let why): ("unavailable", why)
        case .cancelled: ("cancelled", nil)
        }
    }
}
