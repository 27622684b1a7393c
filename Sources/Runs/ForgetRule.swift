package import Core

/// Decides how far back what was published is remembered of a stream whose versions are times.
///
/// Each look at all that is remembered costs time, so it is taken only where a good part of it has passed: a key is
/// looked at a few times in its life, however many there are and however often the stream is read.
package struct ForgetRule: Sendable {
    /// Times are asked for in whole units of the API's, so that a little more comes than was asked for.
    package static let margin: Duration = .seconds(60)
    /// The least that must have passed.
    package static let leastStep: Duration = .seconds(600)

    /// How far before the stream's place it may be read again.
    package var reach: Duration

    /// The rule of a stream that is read again so far back.
    package init(reach: Duration) { self.reach = reach }

    /// What is older than this can be forgotten, for a stream at a place; nil where it is not worth a look.
    package func bound(at place: Instant, forgotten: Instant?) -> Instant? {
        let bound = place.advanced(by: .zero - reach - Self.margin)
        guard bound > Instant(seconds: 0) else { return nil }
        guard let forgotten else { return bound }
        return bound.since(forgotten) >= max(Self.leastStep, reach / 4) ? bound : nil
    }
}
