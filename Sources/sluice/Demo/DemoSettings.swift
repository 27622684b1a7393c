import CommandLine
import Configuration

/// What `sluice demo` was asked for.
struct DemoSettings: Sendable {
    /// Where the page is, or on one of the ports behind.
    var listen: ListenAddress
    /// Objects in each of an account's lists.
    var records: Int
    var seed: UInt64
    var changesPerMinute: Int
    /// How long it goes on; nil until a signal.
    var length: Duration?
    /// One full read, some changes, and one read of what changed.
    var isOnce: Bool
    var isQuiet: Bool
    var isJSON: Bool

    init(_ command: ParsedCommand) throws(UsageError) {
        // The embedded Kafka keeps 5 MiB of a partition: what is more would be gone before it is looked at.
        records = try command.int("records", in: 1...10_000) ?? 1000
        listen = try Self.listen(command)
        seed = UInt64(try command.int("seed", in: 0...Int.max) ?? 1)
        changesPerMinute = try command.int("changes-per-minute", in: 0...6000) ?? 120
        length = try command.int("seconds", in: 1...86_400).map { .seconds($0) }
        isOnce = command.has("once")
        isQuiet = command.has("quiet")
        isJSON = command.value("output") == "json"
        if isOnce, length != nil {
            throw command.bad(
                "seconds",
                command.value("seconds") ?? "",
                "nothing beside --once, which ends by itself"
            )
        }
    }

    private static func listen(_ command: ParsedCommand) throws(UsageError) -> ListenAddress {
        let text = command.value("listen") ?? ""
        guard let address = ListenAddress(parsing: text), address.isLoopback else {
            throw command.bad("listen", text, "an address of this machine alone, such as 127.0.0.1:8600")
        }
        return address
    }
}
