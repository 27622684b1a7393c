package import Core

/// The API's clock and this machine's, where they are over a minute apart: one of them is wrong.
package struct ClockSkew: Hashable, Sendable {
    /// A smaller difference is nothing to speak of.
    private static let tolerance = Duration.seconds(60)

    /// The `Date` of an answer.
    package let api: Instant
    /// This machine's clock when it came.
    package let local: Instant

    /// Nil where the API's time lies between sending and receiving, give or take a minute: an answer may take long.
    package init?(api: Instant, sent: Instant, received: Instant) {
        guard sent.since(api) > Self.tolerance || api.since(received) > Self.tolerance else { return nil }
        self.api = api
        local = received
    }

    /// One line: both times, what follows, and what to do.
    package var message: String {
        let isBehind = api < local
        let apart = Self.text(isBehind ? local.since(api) : api.since(local))
        return "the API's clock says \(api.rfc3339()), this machine's \(local.rfc3339()): \(apart) apart; "
            + "the earlier one holds, so that nothing is missed. Set this machine's clock (timedatectl), "
            + "or tell the API's operator"
    }

    /// In the unit of which there are at least two.
    private static func text(_ length: Duration) -> String {
        let seconds = length.components.seconds
        let unit = [(86_400, "days"), (3600, "hours"), (60, "minutes")].first { seconds >= 2 * $0.0 }
        return unit.map { "\(seconds / Int64($0.0)) \($0.1)" } ?? "\(seconds) s"
    }
}
