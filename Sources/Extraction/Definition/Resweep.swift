/// A deeper reading of a window stream every so often, for records that were committed later than any overlap.
package struct Resweep: Hashable, Sendable {
    package var every: Duration
    /// How far before the bookmark it begins.
    package var back: Duration

    /// A reading every so often, so far back.
    package init(every: Duration, back: Duration) {
        self.every = every
        self.back = back
    }
}
