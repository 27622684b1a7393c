import Core
import Extraction
import Telemetry

/// How the accounts stand with the limits of their APIs.
final class LimitMetrics: Sendable {
    private static let labels = ["extractor", "account"]

    private let remaining: MetricFamily<Gauge>
    private let delay: MetricFamily<Gauge>
    private let waited: MetricFamily<Counter>
    private let quotaLimit: MetricFamily<Gauge>
    private let quotaRemaining: MetricFamily<Gauge>
    private let quotaReserve: MetricFamily<Gauge>
    private let quotaReset: MetricFamily<Gauge>

    init(_ registry: MetricRegistry) {
        remaining = registry.gauge(
            "sluice_rate_limit_remaining",
            "Requests that are left of a limit's period, as the API said last.",
            labels: Self.labels + ["limit"]
        )
        delay = registry.gauge(
            "sluice_rate_limit_delay_seconds",
            "How long a request that comes now has to wait for a limit.",
            labels: Self.labels + ["limit"]
        )
        waited = registry.counter(
            "sluice_rate_limit_wait_seconds_total",
            "How long requests have waited for their turn, all together.",
            labels: Self.labels
        )
        quotaLimit = registry.gauge(
            "sluice_quota_limit",
            "Requests that the API grants in a day.",
            labels: Self.labels
        )
        quotaRemaining = registry.gauge(
            "sluice_quota_remaining",
            "Requests that are left of the day's.",
            labels: Self.labels
        )
        quotaReserve = registry.gauge(
            "sluice_quota_reserve",
            "Requests of the day's that are left to others.",
            labels: Self.labels
        )
        quotaReset = registry.gauge(
            "sluice_quota_reset_timestamp_seconds",
            "When the day's requests are there again.",
            labels: Self.labels
        )
    }

    func show(_ standings: [AccountName: LimitStanding]) {
        var (left, delays): ([[String]: Double], [[String]: Double]) = ([:], [:])
        var quotas: [[String]: QuotaStanding] = [:]
        for (account, standing) in standings {
            let key = [account.extractor, account.account]
            waited.series(key).follow(standing.waited / .seconds(1))
            for limit in standing.limits {
                delays[key + [limit.name]] = limit.wait / .seconds(1)
                left[key + [limit.name]] = limit.remaining.map { Double($0) }
            }
            quotas[key] = standing.quota
        }
        remaining.replace(left)
        delay.replace(delays)
        quotaLimit.replace(quotas.mapValues { Double($0.limit) })
        quotaRemaining.replace(quotas.mapValues { Double($0.remaining) })
        quotaReserve.replace(quotas.mapValues { Double($0.reserve) })
        quotaReset.replace(quotas.compactMapValues { $0.resets?.fractionalSeconds })
    }
}
