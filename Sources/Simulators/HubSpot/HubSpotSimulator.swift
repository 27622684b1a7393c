package import Core
import JSON
package import Web

/// A HubSpot account on loopback: the vendor's lists, searches, associations and errors over invented data.
package final class HubSpotSimulator: Simulator {
    package static let extractor = "hubspot"

    /// The faults that strike requests.
    ///
    /// `rate_limit` and `search_limit` answer 429 for the ten-second and the one-second limit, with `Retry-After` where
    /// `seconds` are given; `daily_limit` uses up the day, so that all is 429 until the account's midnight;
    /// `token_limit` answers 429 on the token endpoint; `expired_token` 401; `migration` 477 with `Retry-After` of
    /// `seconds` (30); `locked` 423; `server_error` 500; `bad_gateway` 502 and `blocked` 403, both with a page of HTML;
    /// `reset`, `silence`, `cut_body` and `slow` are of the connection. `partial_batch` leaves the first object out of a
    /// batch read, with an error that says nothing of whether it exists. `repeated_cursor` leads to the same page once
    /// more; `shuffled_page` gives the rows of a search in an order of their own; `shifting_search` changes the first
    /// row of a search when a later page of it is asked for, so that all others move up. `forbidden_contacts` and its
    /// like answer 403 MISSING_SCOPES to whoever asks for contacts.
    package static let requestFaults =
        [
            "rate_limit", "search_limit", "daily_limit", "token_limit", "expired_token", "migration",
            "locked",
            "server_error", "bad_gateway", "blocked", "partial_batch", "repeated_cursor", "shuffled_page",
            "shifting_search",
        ] + WebResponse.connectionFaults
        + (streams + ["owners", "schemas"]).map { "forbidden_\($0)" }

    /// The faults of what the account holds.
    ///
    /// `search_lag` lets a search see a change up to `seconds` (20) late; `outside_window` is the share of objects that
    /// a search shows although they were changed up to `seconds` (1) before its window, or after it; `no_limits`
    /// lifts the limits of requests, and tells of none.
    package static let standingFaults = ["search_lag", "outside_window", "no_limits"]

    package static let usualFaults: [String: FaultPlan.Fault] = ["search_lag": .init(rate: 1, seconds: 20)]

    /// The types of objects.
    package static var streams: [String] { HubSpotType.allCases.map(\.rawValue) }

    package let shell: SimulatorShell
    private let seed: UInt64
    private let life: HubSpotLife
    private let limits = HubSpotLimits()

    /// An account that does not listen yet.
    ///
    /// - Throws: if a fault is unknown or the number of records is none.
    package init(
        _ configuration: SimulatorConfiguration,
        wall: @escaping WallClock = Instant.systemClock
    ) throws(SimulatorError) {
        // Searches put all objects of a type in order.
        try configuration.check(records: 10_000_000)
        seed = configuration.seed
        life = HubSpotLife(
            world: HubSpotWorld(
                seed: configuration.seed,
                records: configuration.records,
                people: configuration.people.map { SimulatedPeople(seed: $0) }
            ),
            clock: configuration.clock(from: Instant(milliseconds: HubSpotWorld.end), wall),
            faults: try configuration.faultPlan(of: Self.self),
            perMinute: configuration.changesPerMinute
        )
        shell = SimulatorShell(configuration, account: life)
    }

    package var credential: String { "token pat-na1-simulated" }

    package var settings: KeyValuePairs<String, String> { ["access_token": "pat-na1-simulated"] }

    /// The living objects of a type with what they are associated with of another one, as the batch read has it; empty
    /// where the two have nothing to do with each other.
    package func associations(_ from: String, to other: String) -> [(
        from: String, to: String, record: [UInt8]
    )] {
        guard let type = HubSpotType(rawValue: from), let other = HubSpotType(rawValue: other) else {
            return []
        }
        return HubSpotAssociationPages(view: life.read(), type: type, other: other).all()
    }

    // MARK: Answers

    package func answer(
        _ request: WebRequest,
        number: UInt64
    ) -> (response: WebResponse, strike: FaultPlan.Strike?, path: String) {
        let correlationID = Self.correlationID(SeededHash(seed: seed ^ 0xC0), number)
        let route = HubSpotRoute(request.segments)
        let strike = faultPlan.strike { Self.canStrike($0, request, route) }
        var response = response(to: request, route, strike, correlationID)
        response.headers.append("X-HubSpot-Correlation-Id", correlationID)
        return (response, strike, route.map(Self.logged) ?? "other")
    }

    /// The path of a route, unless it names a type that there is not.
    private static func logged(_ route: HubSpotRoute) -> String {
        let isKnown = route.typeName.map { HubSpotType(path: $0) != nil } ?? true
        return isKnown ? route.logged : "other"
    }

    /// The form of a random UUID.
    private static func correlationID(_ hash: SeededHash, _ number: UInt64) -> String {
        let digits = [hash(number, 1), hash(number, 2)].map { half in
            let text = String(half, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        let (first, second) = (digits[0], digits[1])
        return "\(first.prefix(8))-\(first.dropFirst(8).prefix(4))-4\(first.suffix(3))"
            + "-8\(second.prefix(3))-\(second.suffix(12))"
    }

    private static func canStrike(_ fault: String, _ request: WebRequest, _ route: HubSpotRoute?) -> Bool {
        guard let route else { return WebResponse.connectionFaults.contains(fault) }
        if case .token = route {
            return fault == "token_limit" || WebResponse.connectionFaults.contains(fault)
        }
        switch fault {
        case "token_limit": return false
        case "search_limit", "shuffled_page": return route.isSearch
        case "shifting_search": return route.isSearch && isLaterPage(request)
        case "repeated_cursor": return route.isPaged || route.isSearch
        case "partial_batch":
            guard case .batch = route else { return false }
            return true
        default:
            guard fault.hasPrefix("forbidden_") else { return true }
            return subjects(route).contains(String(fault.dropFirst("forbidden_".count)))
        }
    }

    private static func isLaterPage(_ request: WebRequest) -> Bool {
        guard let document = try? JSONValue.parse(request.body), let after = document["after"] else {
            return false
        }
        return (after.int ?? after.text.flatMap { Int($0) } ?? 0) > 0
    }

    /// What an application must be allowed to read, by the name that faults and keys have for it.
    ///
    /// Of an association both ends.
    private static func subjects(_ route: HubSpotRoute) -> [String] {
        switch route {
        case .owners, .owner: ["owners"]
        case .schemas, .schema: ["schemas"]
        default:
            [route.typeName, route.otherTypeName].compactMap {
                $0.flatMap { HubSpotType(path: $0)?.rawValue }
            }
        }
    }

    private static func scope(_ subject: String) -> String {
        switch subject {
        case "owners": "crm.objects.owners.read"
        case "schemas": "crm.schemas.custom.read"
        default: HubSpotType(rawValue: subject)?.scope ?? ""
        }
    }

    private func response(
        to request: WebRequest,
        _ route: HubSpotRoute?,
        _ strike: FaultPlan.Strike?,
        _ correlationID: String
    ) -> WebResponse {
        var headers: [(name: String, value: String)] = []
        var response: WebResponse
        do throws(HubSpotError) {
            let answer = try answer(request, route, strike, &headers)
            response = .json(answer.bytes, status: answer.status)
        } catch {
            response = error.response(correlationID: correlationID)
        }
        for header in headers { response.headers.append(header.name, header.value) }
        return response
    }

    /// The most that a target may have: a request for very many properties must be split.
    private static let targetLimit = 8192

    private func answer(
        _ request: WebRequest,
        _ route: HubSpotRoute?,
        _ strike: FaultPlan.Strike?,
        _ headers: inout [(name: String, value: String)]
    ) throws(HubSpotError) -> HubSpotAPI.Answer {
        guard request.target.utf8.count <= Self.targetLimit else { throw .page(414, "Request-URI Too Large") }
        guard let route else { throw .missingPath }
        guard request.method == (route.isPosted ? "POST" : "GET") else { throw .wrongMethod }
        let now = clock.now.milliseconds
        if case .token(let version) = route {
            if let strike, let error = Self.error(strike.name, strike.fault) { throw error }
            let form = WebQuery(parsing: request.body)
            let answer = HubSpotTokenAnswer(seed: seed, now: now)
            return HubSpotAPI.Answer(bytes: try answer.bytes(form, version: version))
        }
        let token = try HubSpotToken(of: request, seed: seed, now: now)
        let kind = HubSpotLimits.Kind(isOAuth: token.isOAuth, isSearch: route.isSearch)
        if strike?.name == "daily_limit" { limits.useUp(now: now) }
        let isLimited = faultPlan.standing("no_limits").rate == 0
        defer { if isLimited { headers = limits.headers(kind, now: now) } }
        if isLimited { try limits.take(kind, now: now) }
        if let strike, let error = Self.error(strike.name, strike.fault) { throw error }
        for subject in Self.subjects(route) {
            let scope = Self.scope(subject)
            if strike?.name == "forbidden_\(subject)" { throw .missingScope(scope) }
            try token.check(subject, scope: scope)
        }
        if strike?.name == "shifting_search" { try shift(request, route) }
        let view = life.read()
        let api = HubSpotAPI(view: view, strays: strays, limits: limits)
        let twist: HubSpotAPI.Twist =
            switch strike?.name {
            case "repeated_cursor": .repeated
            case "shuffled_page": .shuffled
            case "partial_batch": .partial
            default: .none
            }
        return try api.answer(request, route, twist: twist)
    }

    private var strays: HubSpotStrays {
        HubSpotStrays(faultPlan.standing("outside_window"), seed: seed)
    }

    /// Changes what a search shows first.
    private func shift(_ request: WebRequest, _ route: HubSpotRoute) throws(HubSpotError) {
        guard let type = route.typeName.flatMap({ HubSpotType(path: $0) }) else { return }
        let search = try HubSpotSearch(life.read(), type, body: request.body, strays: strays)
        if let first = search.first() { life.touch(first) }
    }

    private static func error(_ name: String, _ fault: FaultPlan.Fault) -> HubSpotError? {
        var error: HubSpotError
        var wait = fault.seconds
        switch name {
        case "rate_limit": error = HubSpotLimits.rollingError
        case "search_limit": error = HubSpotLimits.secondError
        case "daily_limit": error = HubSpotLimits.dailyError
        case "token_limit": error = HubSpotLimits.rollingError
        case "expired_token": error = .expired
        case "migration":
            error = HubSpotError(
                status: 477,
                message: "This account is being migrated to another data centre. Try again later."
            )
            wait = wait ?? 30
        case "locked": error = HubSpotError(status: 423, message: "Timed out while waiting for a lock.")
        case "server_error": error = HubSpotError(status: 500, message: "internal error")
        case "bad_gateway": error = .page(502, "Bad Gateway")
        case "blocked": error = .page(403, "Attention Required! | Cloudflare")
        default: return nil
        }
        if let wait { error.headers.append((name: "Retry-After", value: String(Int(wait.rounded(.up))))) }
        return error
    }
}
