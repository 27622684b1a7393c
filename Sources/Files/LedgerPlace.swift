/// Where a destination that is no Kafka keeps its state.
struct LedgerPlace: Hashable, Sendable {
    /// The folder of the state's file, whose names are synced.
    let folder: String
    let state: String
    let lock: String
    let cache: String
    private let log: String

    /// Inside of a destination's folder.
    init(destination: String) {
        folder = "\(destination)/.sluice"
        state = "\(folder)/state.json"
        lock = "\(folder)/lock"
        cache = "\(folder)/cache"
        log = "\(folder)/versions"
    }

    /// A file that the user named, with what belongs to it beside it.
    init(file: String) {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        let above = parts.dropLast().joined(separator: "/")
        folder = parts.count == 1 ? "." : above.isEmpty ? "/" : above
        state = file
        lock = "\(file).lock"
        cache = "\(file).cache"
        log = "\(file).versions"
    }

    /// The log of versions of a generation.
    func log(_ generation: Int) -> String { "\(log).\(generation).jsonl" }
}
