/// Lines that Kafka has not acknowledged yet, in the order they were given.
///
/// It decides what is to be handed to a client and what to wait for; it performs nothing.
struct LogBacklog: Sendable {
    /// A record of the log.
    struct Line: Sendable {
        var key: [UInt8]?
        var value: [UInt8]

        var size: Int { (key?.count ?? 0) + value.count }
    }

    /// So many lines, or bytes of them, wait at most (I7).
    static let maximumLines = 10_000
    static let maximumBytes = 64 << 20

    private var lines: [Int: Line] = [:]
    /// The number of the oldest that is not acknowledged; all before it are.
    private(set) var first = 0
    /// The number of the next line to be added.
    private(set) var next = 0
    /// The number of the next line to be handed over.
    private var unsent = 0
    private var bytes = 0
    /// What the first report of a failure said since the last new client.
    private(set) var failure: (number: Int, error: ClientError)?

    /// How many wait.
    var count: Int { lines.count }

    /// Whether another line is taken.
    var hasRoom: Bool { lines.count < Self.maximumLines && bytes < Self.maximumBytes }

    /// Takes a line behind the others.
    mutating func add(_ line: Line) {
        lines[next] = line
        bytes += line.size
        next += 1
    }

    /// The next line to hand over; nil where all are, or one failed: then a new client begins with the oldest.
    func nextToSend() -> (number: Int, line: Line)? {
        guard failure == nil else { return nil }
        var number = unsent
        while number < next {
            if let line = lines[number] { return (number, line) }
            number += 1
        }
        return nil
    }

    /// It was handed over.
    mutating func sent(_ number: Int) { unsent = number + 1 }

    /// Kafka has it.
    mutating func acknowledged(_ number: Int) {
        remove(number)
    }

    /// Kafka refused it, or the client did.
    mutating func failed(_ number: Int, _ error: ClientError) {
        if failure == nil { failure = (number, error) }
    }

    /// A new client: what is not acknowledged is handed over again, in the same order.
    mutating func beginAnew() {
        failure = nil
        unsent = first
    }

    /// Leaves a line out that no client can bring to Kafka.
    mutating func drop(_ number: Int) { remove(number) }

    private mutating func remove(_ number: Int) {
        guard let line = lines.removeValue(forKey: number) else { return }
        bytes -= line.size
        while first < next, lines[first] == nil { first += 1 }
    }
}
