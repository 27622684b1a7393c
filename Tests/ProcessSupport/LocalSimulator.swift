import Foundation

/// `sluice simulate SERVICE` as a process of its own, at a free port; it ends with the value at the latest.
package final class LocalSimulator: Sendable {
    private let process: SluiceProcess
    /// `http://127.0.0.1:PORT`.
    package let address: String

    /// Starts it, and returns once it answers; its settings for a sync go to the file `configuration`.
    ///
    /// Its customers are people that others know as well where a seed of them is given.
    package init(
        _ service: String,
        records: Int,
        faults: String? = nil,
        people: Int? = nil,
        configuration: String? = nil
    ) async throws {
        process = try SluiceProcess(
            ["simulate", service, "--port", "0", "--records", "\(records)"]
                + (configuration.map { ["--config-out", $0] } ?? [])
                + (people.map { ["--people", "\($0)"] } ?? [])
                + (faults.map { ["--faults", $0] } ?? [])
        )
        let line = await process.line(holding: "http://", atMost: 60)
        guard let word = line?.split(separator: " ").first(where: { $0.hasPrefix("http://") }) else {
            process.signal(SIGKILL)
            throw TestFailure("no simulator: \(process.standardError)")
        }
        address = String(word)
    }

    deinit { end() }

    /// Ends it at once.
    package func end() { process.signal(SIGKILL) }
}
