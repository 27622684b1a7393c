/// Commands of this daemon's life: one that is read again is not done again.
struct CommandMemory: Sendable {
    /// How many answers are remembered; the log of commands gives older ones only after a restart.
    private static let maximum = 1024

    private var answers: [String: CommandAnswer] = [:]
    private var order: [String] = []
    /// Taken, and not answered for good.
    private var open: Set<String> = []
    /// Accepted by a daemon before this one, and not answered for good.
    private var accepted: Set<String> = []

    func isOpen(_ command: String) -> Bool { open.contains(command) }
    func answer(to command: String) -> CommandAnswer? { answers[command] }

    func wasAccepted(_ command: String) -> Bool { accepted.contains(command) }

    mutating func accept(_ commands: Set<String>) { accepted.formUnion(commands) }
    mutating func begin(_ command: String) { open.insert(command) }

    mutating func end(_ answer: CommandAnswer) {
        open.remove(answer.command)
        accepted.remove(answer.command)
        if answers.updateValue(answer, forKey: answer.command) == nil { order.append(answer.command) }
        guard order.count > Self.maximum else { return }
        answers[order.removeFirst()] = nil
    }
}
