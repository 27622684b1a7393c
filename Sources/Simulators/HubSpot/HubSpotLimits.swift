import Core
import Synchronization

/// How much may be asked for: in ten seconds, in a day, and of searches in a second; all by the account's clock.
final class HubSpotLimits: Sendable {
    /// How a request counts.
    struct Kind: Sendable {
        var isOAuth: Bool
        var isSearch: Bool
    }

    private struct State {
        /// The milliseconds of the last ten seconds in which a private application asked.
        var own: [Int] = []
        /// The same of OAuth applications, which have a limit of their own.
        var others: [Int] = []
        var searches: [Int] = []
        var day = 0
        var used = 0
    }

    /// Requests in a day.
    static let daily = 625_000
    private static let interval = 10_000
    private static let searchesPerSecond = 5

    private static func most(_ kind: Kind) -> Int { kind.isOAuth ? 110 : 190 }

    private let state = Locked(State())

    /// Counts a request.
    ///
    /// - Throws: if it is one too many.
    func take(_ kind: Kind, now: Int) throws(HubSpotError) {
        try state.withLock { state throws(HubSpotError) in
            Self.forget(&state, now)
            guard kind.isOAuth || state.used < Self.daily else { throw Self.dailyError }
            if kind.isSearch {
                guard state.searches.count < Self.searchesPerSecond else { throw Self.secondError }
                state.searches.append(now)
            } else {
                let asked = kind.isOAuth ? state.others : state.own
                guard asked.count < Self.most(kind) else { throw Self.rollingError }
            }
            if kind.isOAuth { state.others.append(now) } else { state.own.append(now) }
            state.used += 1
        }
    }

    /// Leaves nothing of the day.
    func useUp(now: Int) {
        state.withLock { state in
            Self.forget(&state, now)
            state.used = Self.daily
        }
    }

    /// How many were used in the day at hand.
    func used(now: Int) -> Int {
        state.withLock { state in
            Self.forget(&state, now)
            return state.used
        }
    }

    /// What an answer tells of the limits; searches tell nothing, and only private applications have a daily one.
    func headers(_ kind: Kind, now: Int) -> [(name: String, value: String)] {
        guard !kind.isSearch else { return [] }
        return state.withLock { state in
            Self.forget(&state, now)
            let asked = kind.isOAuth ? state.others : state.own
            var headers = [
                (name: "X-HubSpot-RateLimit-Interval-Milliseconds", value: String(Self.interval)),
                (name: "X-HubSpot-RateLimit-Max", value: String(Self.most(kind))),
                (
                    name: "X-HubSpot-RateLimit-Remaining",
                    value: String(max(0, Self.most(kind) - asked.count))
                ),
                (name: "X-HubSpot-RateLimit-Secondly", value: String(Self.most(kind) / 10)),
                (name: "X-HubSpot-RateLimit-Secondly-Remaining", value: String(Self.most(kind) / 10 - 1)),
            ]
            guard !kind.isOAuth else { return headers }
            headers += [
                (name: "X-HubSpot-RateLimit-Daily", value: String(Self.daily)),
                (name: "X-HubSpot-RateLimit-Daily-Remaining", value: String(max(0, Self.daily - state.used))),
            ]
            return headers
        }
    }

    /// The millisecond of the account's next midnight.
    static func midnight(after now: Int) -> Int {
        (day(now) + 1) * HubSpotWorld.day - HubSpotWorld.zone.milliseconds
    }

    /// The day of the account's own calendar.
    private static func day(_ now: Int) -> Int { (now + HubSpotWorld.zone.milliseconds) / HubSpotWorld.day }

    private static func forget(_ state: inout State, _ now: Int) {
        if day(now) != state.day { (state.day, state.used) = (day(now), 0) }
        state.own.removeAll { $0 <= now - interval }
        state.others.removeAll { $0 <= now - interval }
        state.searches.removeAll { $0 <= now - 1000 }
    }

    static let rollingError = HubSpotError.limit(
        "TEN_SECONDLY_ROLLING",
        "ten_secondly_rolling",
        group: "publicapi:private-app-api-calls-ten-secondly:\(HubSpotWorld.portal)"
    )
    static let secondError = HubSpotError.limit(
        "SECONDLY",
        "secondly",
        group: "publicapi:crm:search:\(HubSpotWorld.portal)"
    )
    static let dailyError = HubSpotError.limit(
        "DAILY",
        "daily",
        group: "publicapi:private-app-api-calls-daily:\(HubSpotWorld.portal)"
    )
}
