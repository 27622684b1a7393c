import Core
import Daemon
import Foundation
import JSON
import Testing

struct AlertTests {
    private static let source = AlertSource(prefix: prefix, host: "node-1")
    private static var prefix: TopicPrefix {
        guard let prefix = try? TopicPrefix("retail") else { preconditionFailure("retail is a prefix") }
        return prefix
    }

    private static let alerts: [(file: String, alert: Alert)] = [
        (
            "alert-1-run-failed.json",
            Alert(
                kind: .runFailed,
                status: .repeated,
                key: "run/crm",
                at: Instant(milliseconds: 1_795_694_400_250),
                since: DaemonViews.time(-60),
                schedule: "crm",
                account: DaemonViews.account(),
                run: "20261126T115900Z-1f3a09bc",
                text: "run 20261126T115900Z-1f3a09bc of crm failed: \"503\" from the API"
            )
        ),
        (
            "alert-1-reload-failed.json",
            Alert(
                kind: .reloadFailed,
                status: .raised,
                key: "reload/schedules/crm.yaml",
                at: DaemonViews.time(),
                since: DaemonViews.time(),
                text:
                    "schedules/crm.yaml cannot be loaded; what it said before holds on: 3:1: unknown key wen"
            )
        ),
    ]

    private func golden(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
        return try Array(Data(contentsOf: folder.appending(path: name)))
    }

    /// What was sent once is sent the same by the same version, and read for ever.
    @Test(arguments: alerts.indices)
    func isWrittenAndRead(index: Int) throws {
        let (file, alert) = Self.alerts[index]
        let json = alert.json(source: Self.source)
        let bytes = try golden(file)
        #expect(json.bytes() + [UInt8(ascii: "\n")] == bytes, "\(json.compactText)")
        #expect(Alert(json: try JSONValue.parse(bytes)) == alert)
    }

    @Test(arguments: [
        (["specversion"], "0.3"), (["type"], "com.example.other"), (["type"], "sluice.alert.unheard_of"),
        (["data", "status"], "lost"), (["time"], "soon"), (["data", "since"], ""),
    ])
    func anotherEventIsNone(path: [String], value: String) {
        let json = Self.alerts[0].alert.json(source: Self.source).setting(path[...], to: .string(value))
        #expect(Alert(json: json) == nil)
    }

    @Test func theIdIsTheAlertsOwn() {
        var alert = Self.alerts[0].alert
        #expect(alert.id == "31c15bb5-64c1-819e-a979-2893379e0479")
        alert.at = DaemonViews.time(1)
        #expect(alert.id != Self.alerts[0].alert.id)
    }
}
