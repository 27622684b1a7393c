/// Which of the commands that were given are done: up to where the topic need not be read again.
struct CommandProgress: Sendable {
    /// Those that were given and are not done, in order.
    private var open: [(id: String, offset: Int64)] = []
    /// Behind the last one that was given.
    private var end: Int64 = 0
    private var committed: Int64 = 0

    /// A command was given, from this offset.
    mutating func take(_ id: String, at offset: Int64) {
        open.append((id, offset))
        end = max(end, offset + 1)
    }

    /// A line that is no command was passed.
    mutating func pass(_ offset: Int64) { end = max(end, offset + 1) }

    /// A command is done, however often it was given.
    mutating func done(_ id: String) { open.removeAll { $0.id == id } }

    /// The offset before which all is done, where it is another than it was; it counts as committed from then on.
    mutating func advance() -> Int64? {
        let next = open.first?.offset ?? end
        guard next > committed else { return nil }
        committed = next
        return next
    }
}
