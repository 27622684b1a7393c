package import Core
import Synchronization
package import Web

/// A Zendesk account on loopback: the vendor's exports, lists, objects and errors over invented data, and faults on
/// request.
package final class ZendeskSimulator: Simulator {
    package static let extractor = "zendesk"

    /// The faults that strike requests.
    ///
    /// `rate_limit` answers 429 with `Retry-After` (`seconds`, or what is left of the minute), `bare_rate_limit`
    /// without; `server_error` 500, `conflict` 409, `maintenance` 503 with `Retry-After` (30); `gateway_timeout` 504
    /// for pages of more than 100 rows; `html_page` a page for people. `invalid_cursor` refuses the cursor of an
    /// export, `repeated_cursor` gives the one that was asked with once more, `expired_token` ends the access token of
    /// the request, `shifting_lists` creates an object in the list that is asked for. `reset`, `silence`, `cut_body`
    /// and `slow` strike the connection; `forbidden_tickets` and its like answer 403 to whoever asks for tickets.
    package static let requestFaults =
        [
            "rate_limit", "bare_rate_limit", "server_error", "conflict", "maintenance", "gateway_timeout",
            "html_page", "invalid_cursor", "repeated_cursor", "expired_token", "shifting_lists",
        ] + WebResponse.connectionFaults + streams.map { "forbidden_\($0)" }

    /// The faults of what the account holds.
    ///
    /// `late_visible` shows a share of changes in exports up to `seconds` (120) after a reader has gone past;
    /// `reemitted` lets a share of changes be followed by one of the system to another ticket, which shows no later
    /// `updated_at`; `short_lived` deletes what was just created; `tie_block` is the share of the objects of the
    /// beginning that share one second; `ai_agent_tickets` that of tickets which no human handled. Others are on with
    /// any rate: `stuck_ties` ends the pages of time exports within a second, `old_too_recent` refuses start times as
    /// it used to be done, `capped_counts` stops counts at 100,000, `no_side_conversations` is a plan without them,
    /// `no_limits` counts no requests and tells of no limits. `restricted_tickets` is the share of tickets whose
    /// comments, audits and side conversations answer 403, while it is set.
    package static let standingFaults = [
        "late_visible", "reemitted", "short_lived", "tie_block", "ai_agent_tickets", "stuck_ties",
        "old_too_recent", "capped_counts", "no_side_conversations", "no_limits",
        "restricted_tickets",
    ]

    package static let usualFaults: [String: FaultPlan.Fault] = [
        "late_visible": .init(rate: 0.05, seconds: 120),
        "reemitted": .init(rate: 0.05),
        "ai_agent_tickets": .init(rate: 0.1),
    ]

    /// The streams that there are to read.
    package static var streams: [String] { ZendeskCollection.allCases.map(\.rawValue) + ZendeskTruth.derived }

    /// The streams that can be changed.
    package static var changingStreams: [String] {
        ZendeskCollection.allCases.filter(\.changes).map(\.rawValue)
    }

    package let shell: SimulatorShell
    private let life: ZendeskLife
    private let tokens: Locked<ZendeskTokens>
    private let limits = Locked(ZendeskLimits())

    /// An account that does not listen yet.
    ///
    /// - Throws: if a fault is unknown or the number of records is none.
    package init(
        _ configuration: SimulatorConfiguration,
        wall: @escaping WallClock = Instant.systemClock
    ) throws(SimulatorError) {
        try configuration.check(records: 1_000_000)
        let faults = try configuration.faultPlan(of: Self.self)
        life = ZendeskLife(
            world: ZendeskWorld(
                seed: configuration.seed,
                records: configuration.records,
                ties: faults.standing("tie_block").rate,
                automated: faults.standing("ai_agent_tickets").rate,
                people: configuration.people.map { SimulatedPeople(seed: $0) }
            ),
            clock: configuration.clock(from: Instant(seconds: Int64(ZendeskWorld.end)), wall),
            faults: faults,
            perMinute: configuration.changesPerMinute
        )
        shell = SimulatorShell(configuration, account: life)
        tokens = Locked(ZendeskTokens(seed: configuration.seed))
    }

    package var credential: String { "token \(ZendeskTokens.staticToken)" }

    package var settings: KeyValuePairs<String, String> { ["access_token": ZendeskTokens.staticToken] }

    // MARK: Answers

    package func answer(
        _ request: WebRequest,
        number: UInt64
    ) -> (response: WebResponse, strike: FaultPlan.Strike?, path: String) {
        let parts = ZendeskAPI.parts(request)
        let strike = faultPlan.strike { ZendeskFaults.canStrike($0, request, parts) }
        let now = Int(clock.now.seconds)
        var limited: (headers: [(name: String, value: String)], error: ZendeskError?) = ([], nil)
        if let parts, !ZendeskTraps(faultPlan).hasNoLimits {
            limited = limits.withLock { $0.take(ZendeskLimits.bucket(parts), now: now) }
        }
        var response: WebResponse
        do throws(ZendeskError) {
            if let error = limited.error { throw error }
            response = .json(try body(request, parts, strike, now: now))
        } catch {
            response = error.response
        }
        for header in limited.headers { response.headers.append(header.name, header.value) }
        response.headers.append("X-Request-Id", "sim-\(number)")
        return (response, strike, ZendeskFaults.logged(parts))
    }

    private func body(
        _ request: WebRequest,
        _ parts: [String]?,
        _ strike: FaultPlan.Strike?,
        now: Int
    ) throws(ZendeskError) -> [UInt8] {
        if let strike, let error = ZendeskFaults.error(strike.name, strike.fault, now: now) { throw error }
        guard let parts else {
            guard request.segments == ["oauth", "tokens"], request.method == "POST" else { throw .noEndpoint }
            return try tokens.withLock { tokens throws(ZendeskError) in try tokens.grant(request, now: now) }
        }
        if case .none = request.credential, parts == ["users", "me"] { return ZendeskAPI.anonymous }
        if strike?.name == "expired_token" { tokens.withLock { $0.revoke(request) } }
        let (scope, expires) = try tokens.withLock { tokens throws(ZendeskError) in
            try tokens.check(request, now: now)
        }
        if strike?.name == "expired_token" { throw .invalidToken }
        if parts == ["oauth", "tokens", "current"] {
            var body = ObjectWriter()
            ZendeskTokens.writeCurrent(expires: expires, to: &body)
            return body.bytes
        }
        // A token with `no_tickets` in it may not read tickets.
        if let stream = ZendeskFaults.stream(parts), scope.contains("no_\(stream)") { throw .forbidden }
        if strike?.name == "shifting_lists", let collection = ZendeskFaults.growing(parts) {
            life.grow(collection)
        }
        let api = ZendeskAPI(
            writer: life.read(),
            traps: ZendeskTraps(faultPlan),
            request: request,
            isRepeated: strike?.name == "repeated_cursor"
        )
        return try api.answer(parts)
    }
}
