import Core

/// Stands beside the offset that a group committed: which daemon had the place when it did.
///
/// A daemon that lost its place and has it again knows by it whether another one had it meanwhile (I5).
struct PlaceMark: Hashable, Sendable {
    /// Unique for each start.
    let daemon: String
    let host: String

    /// That of a daemon which starts.
    init(host: String) {
        daemon = RandomID.make()
        self.host = host
    }

    /// What stands beside an offset; nil where no daemon wrote it.
    init?(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        daemon = String(parts[0])
        host = String(parts[1])
    }

    var text: String { "\(daemon) \(host)" }
}
