import Core
package import Scheduling

/// What a schedule's file says of when it runs, and what becomes of ticks that cannot.
///
///     when: "H 8-18 * * mon-fri"        # or a list; @every 90m; {weekdays: fri, days: 13, at: ["02:30"]}
///     time_zone: Europe/Berlin
///     catchup: latest
///     exclude: [{name: holidays, dates: [12-25, 2026-12-31..2027-01-02]}]
///     sla: {fresh_within: 2h}
///     ping: {success: file:hc.url}
package struct ScheduleKeys: Hashable, Sendable {
    /// How often a failed run is tried again.
    package struct Retries: Hashable, Sendable {
        package var maximum: Int
        /// Seconds before the first of them.
        package var backoff: Int
    }

    package var rules: [TimeRule]
    /// UTC where the file names none.
    package var timeZone: PlacedText?
    package var daylight: DaylightRule
    package var start: PlacedText?
    package var end: PlacedText?
    package var exclusions: Exclusions
    package var policy: TickPolicy
    /// Seconds after which a run is ended.
    package var timeout: Int?
    package var retries: Retries?
    package var pool: PlacedText?
    /// Of two that wait for a pool the greater goes first.
    package var priority: Int
    /// Seconds that the last success may be old; nil where nothing is promised.
    package var freshWithin: Int?
    /// Whom its runs are told to; nil for nobody.
    package var ping: PingKeys?

    /// The schedule, with its zone as the database has it.
    package func schedule(id: String, zones: ZoneDatabase) throws -> Schedule {
        let zone = try timeZone?.read { try zones.zone($0) } ?? .utc
        return Schedule(
            id: id,
            timetable: Timetable(
                rules,
                zone: zone,
                daylight: daylight,
                start: try start?.read { try Self.instant($0, in: zone) },
                end: try end?.read { try Self.instant($0, in: zone) }
            ),
            exclusions: exclusions,
            policy: policy
        )
    }

    /// A time with its zone, or the beginning of a day in the schedule's own.
    private static func instant(_ text: String, in zone: Zone) throws(ConfigurationError) -> Instant {
        if let instant = Instant(rfc3339: text) { return instant }
        guard let day = Instant(rfc3339: "\(text)T00:00:00Z") else {
            throw ConfigurationError(
                .badSetting,
                "\"\(text)\" is no time; write a day (2026-11-25) or a time with its zone (2026-11-25T12:00:00Z)"
            )
        }
        let found = zone.instants(of: LocalTime(seconds: day.seconds))
        return Instant(seconds: found.instants.first ?? found.gap?.at ?? day.seconds)
    }
}
