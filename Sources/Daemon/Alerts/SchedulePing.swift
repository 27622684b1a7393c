package import Configuration
import Core

/// Tells the service that watches a schedule of one of its runs (`ping` in the schedule's file).
package struct SchedulePing: Sendable {
    /// The whole address is a secret.
    var address: Secret
    var run: String
    /// What the service keeps with it: why a run failed.
    var note: String

    /// A run begins; nil where nobody is told of that.
    package static func start(_ addresses: PingAddresses, run: String) -> SchedulePing? {
        addresses.start.map { SchedulePing(address: $0, run: run, note: "") }
    }

    /// A run is over; nil where nobody is told of such an end.
    ///
    /// Whatever is not a success is told as failure, but for a tick that had run already: nothing was done for it.
    package static func end(_ addresses: PingAddresses, run: String, _ end: RunEnd) -> SchedulePing? {
        switch end.status {
        case .success: addresses.success.map { SchedulePing(address: $0, run: run, note: "") }
        case .duplicate: nil
        case .partial, .failed, .cancelled, .timeout:
            addresses.failure.map {
                SchedulePing(address: $0, run: run, note: "\(end.status.rawValue): \(end.reason ?? "")")
            }
        }
    }

    /// The request; nil where the address is none.
    var request: HTTPRequest? {
        guard let address = try? HTTPAddress(parsing: address.revealed) else { return nil }
        return HTTPRequest(
            method: "POST",
            // A UUID, since Healthchecks refuses anything else there.
            address: address.setting(query: "rid", to: StableUUID.text(of: run)).text,
            headers: [(name: "content-type", value: "text/plain; charset=utf-8")],
            body: Array(note.utf8.prefix(10_000)),
            maximumBody: 1 << 20,
            connectTimeout: .seconds(5),
            totalTimeout: .seconds(10)
        )
    }
}
