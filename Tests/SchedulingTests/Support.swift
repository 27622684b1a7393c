import Core
import Foundation
import ProcessSupport
import Scheduling

/// An instant by its text.
func at(_ text: String) -> Instant {
    guard let instant = Instant(rfc3339: text) else { preconditionFailure("no instant: \(text)") }
    return instant
}

/// The texts of instants.
func texts(_ instants: [Instant]) -> [String] { instants.map { $0.rfc3339() } }

/// The machine's own database.
let database = ZoneDatabase()

func zone(_ name: String) throws -> Zone { try database.zone(name) }

/// The ticks of an expression after one instant, up to another.
func ticks(
    _ expression: String,
    _ zone: Zone,
    from: Instant,
    to: Instant,
    daylight: DaylightRule = .cron
) throws -> [Instant] {
    let cron = try CronExpression(parsing: expression, name: "test")
    var ticks: [Instant] = []
    var last = from
    while let tick = cron.next(after: last, in: zone, daylight: daylight), tick <= to {
        ticks.append(tick)
        last = tick
    }
    return ticks
}

/// What the clocks of a zone show at instants, as `03:00 EDT`.
func shown(_ instants: [Instant], _ zone: Zone) -> [String] {
    instants.map { "\(zone.local($0).timeText) \(zone.offset(at: $0.seconds).abbreviation)" }
}

/// A folder that is gone after the test.
func withTemporaryFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
        "sluice-zones-\(UUID().uuidString)"
    )
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
}
