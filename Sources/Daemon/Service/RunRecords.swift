import Core

/// Where the daemon writes down what it decided, and where it is asked: Kafka, or memory in a test.
package protocol RunRecords: Sendable {
    /// Adds a line to the log of runs; never blocks, keeps the order.
    func append(_ line: RunLine)
    /// Returns when all lines that were added before are durable; waits while Kafka is away.
    func flush() async throws
    /// Why lines cannot be written at the moment, in words; nil where they can.
    var trouble: String? { get }
    /// Posts a command to whoever owns the schedules, which may be this daemon.
    func post(_ command: DaemonCommand) async throws
    /// The command is done, in a way that lasts, or refused: it need not be given again.
    func done(_ command: String) async
}
