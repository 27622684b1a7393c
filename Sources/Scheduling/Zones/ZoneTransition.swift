/// What a zone's clocks add to UTC for a while.
package struct ZoneOffset: Hashable, Sendable {
    /// Seconds east of Greenwich.
    package var seconds: Int
    /// Whether the zone calls it daylight saving time; Dublin's winter is, by its law.
    package var isDaylight: Bool
    /// `CEST`, or digits where the zone has no letters (`+03`).
    package var abbreviation: String

    /// An offset with its name.
    package init(seconds: Int, isDaylight: Bool = false, abbreviation: String) {
        self.seconds = seconds
        self.isDaylight = isDaylight
        self.abbreviation = abbreviation
    }

    /// `+02:00`; with seconds only where there are some.
    package var text: String {
        let size = abs(seconds)
        let parts = [size / 3600, size / 60 % 60] + (size % 60 == 0 ? [] : [size % 60])
        return (seconds < 0 ? "-" : "+") + parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}

/// A change of a zone's clocks.
package struct ZoneTransition: Hashable, Sendable {
    /// The first second of the new offset, since the epoch.
    package var at: Int64
    package var before: ZoneOffset
    package var after: ZoneOffset

    /// How far the clocks go forward; negative when they go back.
    package var shift: Int { after.seconds - before.seconds }
}

/// A while of one offset: from one change of the clocks to the next.
package struct ZoneSpan: Hashable, Sendable {
    /// Its first second; nil where it has always been so.
    package var start: Int64?
    /// The first second after it; nil where it stays so.
    package var end: Int64?
    package var offset: ZoneOffset

    func contains(_ seconds: Int64) -> Bool { (start ?? .min) <= seconds && seconds < (end ?? .max) }
}
