import Telemetry

/// What became of alerts and pings.
package final class AlertMetrics: Sendable {
    private let alerts: MetricFamily<Counter>
    private let deliveries: MetricFamily<Counter>

    init(_ registry: MetricRegistry) {
        alerts = registry.counter(
            "sluice_alerts_total",
            "Alerts: that something is so, still is, or is over.",
            labels: ["kind", "status"]
        )
        deliveries = registry.counter(
            "sluice_alert_deliveries_total",
            "Alerts and pings by where they went and what became of them; dropped: too many waited.",
            labels: ["destination", "result"]
        )
        // What has recovered was raised as what had failed.
        for kind in Alert.Kind.allCases where kind != .runRecovered { _ = alerts[kind.rawValue, "raised"] }
    }

    /// There is an alert, whether or not it goes anywhere.
    func told(_ alert: Alert) { alerts[alert.kind.rawValue, alert.status.rawValue].add() }

    /// Something was delivered, or given up.
    func delivered(_ destination: AlertDestination, _ result: AlertDelivery) {
        deliveries[destination.rawValue, result.rawValue].add()
    }

    /// The series of a destination that there is, at zero.
    func prepare(_ destination: AlertDestination) {
        for result in AlertDelivery.allCases { _ = deliveries[destination.rawValue, result.rawValue] }
    }
}

/// Where alerts go.
enum AlertDestination: String, Sendable {
    case webhook, topic, ping
}

/// What became of an alert on its way.
enum AlertDelivery: String, CaseIterable, Sendable {
    case sent, failed, dropped
}
