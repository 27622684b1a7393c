package import Core

/// A place's clocks: what they showed and will show at any instant.
package struct Zone: Sendable {
    /// The name in the time zone database (`Europe/Berlin`).
    package let name: String
    let table: ZoneTable

    init(name: String, table: ZoneTable) {
        self.name = name
        self.table = table
    }

    /// Coordinated universal time, which needs no file.
    package static let utc = Zone(name: "UTC", table: .utc)

    /// Reads a zone from the bytes of its file.
    package static func parse(_ bytes: [UInt8], name: String) throws(ScheduleError) -> Zone {
        do {
            return Zone(name: name, table: try ZoneTable.parse(bytes))
        } catch {
            throw ScheduleError(.badZone, "the file of the time zone \(name) cannot be used: \(error.reason)")
        }
    }

    /// What the clocks add to UTC, by the second since the epoch.
    package func offset(at seconds: Int64) -> ZoneOffset { table.span(at: seconds).offset }

    /// The while of one offset around an instant, by the second since the epoch.
    package func span(at seconds: Int64) -> ZoneSpan { table.span(at: seconds) }

    /// The change of the clocks that began the while around an instant; nil where none did.
    package func transition(before seconds: Int64) -> ZoneTransition? {
        let span = table.span(at: seconds)
        guard let start = span.start else { return nil }
        return ZoneTransition(at: start, before: offset(at: start - 1), after: span.offset)
    }

    /// The next change of the clocks after an instant; nil where none comes.
    package func transition(after seconds: Int64) -> ZoneTransition? {
        let span = table.span(at: seconds)
        guard let end = span.end else { return nil }
        return ZoneTransition(at: end, before: span.offset, after: offset(at: end))
    }

    /// The instants at which the clocks show a time, and why there is none.
    package func instants(of local: LocalTime) -> LocalInstants {
        // No offset is longer than 26 hours: what shows this time lies within.
        let reach: Int64 = 26 * 3600
        var found: [Int64] = []
        var gap: ZoneTransition?
        var span = table.span(at: local.seconds - reach)
        while true {
            let instant = local.seconds - Int64(span.offset.seconds)
            if span.contains(instant) { found.append(instant) }
            guard let end = span.end, end <= local.seconds + reach else { break }
            let next = table.span(at: end)
            let skipped =
                end
                + Int64(span.offset.seconds)..<max(
                    end + Int64(span.offset.seconds),
                    end + Int64(next.offset.seconds)
                )
            if skipped.contains(local.seconds) {
                gap = ZoneTransition(at: end, before: span.offset, after: next.offset)
            }
            span = next
        }
        return LocalInstants(instants: found, gap: found.isEmpty ? gap : nil)
    }

    /// What the clocks show at an instant.
    package func local(_ instant: Instant) -> LocalTime { local(seconds: instant.seconds) }

    func local(seconds: Int64) -> LocalTime {
        LocalTime(seconds: seconds + Int64(offset(at: seconds).seconds))
    }
}

/// At which instants the clocks of a zone show a time.
package struct LocalInstants: Hashable, Sendable {
    /// Seconds since the epoch: none in a gap, two where the clocks go back, else one.
    package var instants: [Int64]
    /// The change of the clocks that skips the time.
    package var gap: ZoneTransition?
}

extension Zone: Equatable {
    /// Whether both have one name and one set of rules.
    package static func == (left: Zone, right: Zone) -> Bool {
        left.name == right.name && (left.table === right.table || left.table.isSame(as: right.table))
    }
}
