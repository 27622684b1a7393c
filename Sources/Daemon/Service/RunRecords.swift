import Core

/// Where the daemon writes down what it decided, and where it is asked: Kafka, or memory in a test.
package protocol RunRecords: Sendable {
    /// Adds a line to the log of runs, behind those that were added before; waits where very many are not durable yet.
    func append(_ line: RunLine) async throws
    /// Returns when all lines that were added before are durable; waits while Kafka is away.
    func flush() async throws
    /// How many lines are not durable yet.
    var backlog: Int { get }
    /// Posts a command to whoever owns the schedules, which may be this daemon.
    func post(_ command: DaemonCommand) async throws
    /// The command is done, in a way that lasts, or refused: it need not be given again.
    func done(_ command: String) async
}
