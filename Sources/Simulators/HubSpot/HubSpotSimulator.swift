package import Core
import JSON
package import Web

/// A HubSpot account on loopback: the vendor's lists, searches, associations and errors over invented data.
package final class HubSpotSimulator: Simulator {
    package typealias Configuration = SimulatorConfiguration

    /// The faults that strike requests.
    ///
    /// `rate_limit` and `search_limit` answer 429 for the ten-second and the one-second limit, with `Retry-After` where
    /// `seconds` are given; `daily_limit` uses up the day, so that all is 429 until the account's midnight;
    /// `token_limit` answers 429 on the token endpoint; `expired_token` 401; `migration` 477 with `Retry-After` of
    /// `seconds` (30); `locked` 423; `server_error` 500; `bad_gateway` 502 and `blocked` 403, both with a page of HTML;
    /// `reset`, `silence`, `cut_body` and `slow` are of the connection. `repeated_cursor` leads to the same page once
    /// more; `shuffled_page` gives the rows of a search in an order of their own; `shifting_search` changes the first
    /// row of a search when a later page of it is asked for, so that all others move up. `forbidden_contacts` and its
    /// like answer 403 MISSING_SCOPES to whoever asks for contacts.
    package static let requestFaults =
        [
            "rate_limit", "search_limit", "daily_limit", "token_limit", "expired_token", "migration",
            "locked",
            "server_error", "bad_gateway", "blocked", "repeated_cursor", "shuffled_page", "shifting_search",
        ] + WebResponse.connectionFaults
        + (streams + ["owners", "schemas"]).map { "forbidden_\($0)" }

    /// The faults of what the account holds.
    ///
    /// `search_lag` lets a search see a change up to `seconds` (20) late; `outside_window` is the share of objects that
    /// a search shows although they were changed up to `seconds` (1) before its window, or after it; `no_limits`
    /// lifts the limits of requests, and tells of none.
    package static let standingFaults = ["search_lag", "outside_window", "no_limits"]

    /// All faults that there are.
    package static var faults: [String] { requestFaults + standingFaults }

    /// What is so with every account, unless the configuration has it otherwise.
    package static let usualFaults: [String: FaultPlan.Fault] = ["search_lag": .init(rate: 1, seconds: 20)]

    /// The types of objects.
    package static var streams: [String] { HubSpotType.allCases.map(\.rawValue) }

    /// The clock of the account.
    package let clock: VirtualClock
    /// What goes wrong; may change while it runs.
    package let faultPlan: FaultPlan
    private let configuration: Configuration
    private let life: HubSpotLife
    private let limits = HubSpotLimits()
    private let log = RequestLog()
    private let server: SimulatorServer

    /// An account that does not listen yet.
    ///
    /// - Throws: if a fault is unknown or the number of records is none.
    package init(
        _ configuration: Configuration,
        wall: @escaping WallClock = Instant.systemClock
    ) throws(SimulatorError) {
        // Searches put all objects of a type in order.
        try configuration.check(records: 10_000_000)
        self.configuration = configuration
        clock = VirtualClock(
            start: Instant(milliseconds: HubSpotWorld.end),
            speed: configuration.clockSpeed,
            wall: wall
        )
        faultPlan = try FaultPlan(
            names: Self.requestFaults,
            standing: Self.standingFaults,
            faults: Self.usualFaults.merging(configuration.faults) { $1 },
            seed: configuration.seed
        )
        life = HubSpotLife(
            world: HubSpotWorld(seed: configuration.seed, records: configuration.records),
            clock: clock,
            faults: faultPlan,
            perMinute: configuration.changesPerMinute
        )
        server = SimulatorServer(configuration, clock: clock)
    }

    @discardableResult
    package func start() throws(SimulatorError) -> UInt16 { try server.start(self) }

    package func stop() { server.stop() }

    package var port: UInt16? { server.port }

    package var credential: String { "token pat-na1-simulated" }

    package var requests: [String: [String: Int]] { log.counts }

    package func configurationFile() -> String {
        """
        extractor: hubspot
        account: simulated
        settings:
          base_url: \(server.origin)
          access_token: pat-na1-simulated

        """
    }

    /// The key and the JSON of every record of a stream as they are now, oldest first: what must arrive.
    ///
    /// Empty for an unknown stream; a record has all its properties, the sensitive ones too.
    package func truth(_ stream: String) -> [(key: String, record: [UInt8])] {
        guard let truth = life.truths().first(where: { $0.stream == stream }) else { return [] }
        return (0..<truth.places).flatMap { truth.records($0) }
    }

    /// The names of all streams that have a truth.
    package var truthStreams: [String] { life.truths().map(\.stream) }

    /// Makes changes now, by seed, to objects of some types or of all; what was done.
    ///
    /// `others` are `restores`, `purges`, `recalculations`, `relinks` and `bulk`. There may be fewer where there is
    /// nothing left to change.
    ///
    /// - Throws: if the numbers or streams make no sense.
    @discardableResult
    package func change(
        creates: Int = 0,
        updates: Int = 0,
        deletes: Int = 0,
        merges: Int = 0,
        others: [String: Int] = [:],
        streams: [String]? = nil
    ) throws(SimulatorError) -> [SimulatedChange] {
        for name in others.keys where !life.otherChanges.contains(name) {
            throw SimulatorError("there is no change '\(name)'; there are \(life.otherChanges)")
        }
        return try life.change(
            WantedChanges(
                creates: creates,
                updates: updates,
                deletes: deletes,
                merges: merges,
                others: others,
                streams: streams
            )
        )
    }

    // MARK: Answers

    package func answer(_ request: WebRequest) -> WebResponse {
        if request.path.hasPrefix("/_control/") {
            return SimulatorControl(account: life, log: log).answer(request)
        }
        let number = log.number()
        let correlationID = Self.correlationID(SeededHash(seed: configuration.seed ^ 0xC0), number)
        let route = HubSpotRoute(request.segments)
        let strike = faultPlan.strike { Self.canStrike($0, request, route) }
        var response = response(to: request, route, strike, correlationID)
        response.headers.append("X-HubSpot-Correlation-Id", correlationID)
        response.headers.append("Date", clock.now.httpDate)
        if let strike { response = response.spoiled(strike.name, strike.fault) }
        log.count(route.map(Self.logged) ?? "other", response.outcome)
        return response
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
        default:
            guard fault.hasPrefix("forbidden_") else { return true }
            return subject(route) == String(fault.dropFirst("forbidden_".count))
        }
    }

    private static func isLaterPage(_ request: WebRequest) -> Bool {
        guard let document = try? JSONValue.parse(request.body), let after = document["after"] else {
            return false
        }
        return (after.int ?? after.text.flatMap { Int($0) } ?? 0) > 0
    }

    /// What an application must be allowed to read, by the name that faults and keys have for it.
    private static func subject(_ route: HubSpotRoute) -> String? {
        switch route {
        case .owners, .owner: "owners"
        case .schemas, .schema: "schemas"
        default: route.typeName.flatMap { HubSpotType(path: $0)?.rawValue }
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
        _ strike: (name: String, fault: FaultPlan.Fault)?,
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
        _ strike: (name: String, fault: FaultPlan.Fault)?,
        _ headers: inout [(name: String, value: String)]
    ) throws(HubSpotError) -> HubSpotAPI.Answer {
        guard request.target.utf8.count <= Self.targetLimit else { throw .page(414, "Request-URI Too Large") }
        guard let route else { throw .missingPath }
        guard request.method == (route.isPosted ? "POST" : "GET") else { throw .wrongMethod }
        let now = clock.now.milliseconds
        if case .token(let version) = route {
            if let strike, let error = Self.error(strike.name, strike.fault) { throw error }
            let form = WebQuery(parsing: request.body)
            let answer = HubSpotTokenAnswer(seed: configuration.seed, now: now)
            return HubSpotAPI.Answer(bytes: try answer.bytes(form, version: version))
        }
        let token = try HubSpotToken(of: request, seed: configuration.seed, now: now)
        let kind = HubSpotLimits.Kind(isOAuth: token.isOAuth, isSearch: route.isSearch)
        if strike?.name == "daily_limit" { limits.useUp(now: now) }
        let isLimited = faultPlan.standing("no_limits").rate == 0
        defer { if isLimited { headers = limits.headers(kind, now: now) } }
        if isLimited { try limits.take(kind, now: now) }
        if let strike, let error = Self.error(strike.name, strike.fault) { throw error }
        if let subject = Self.subject(route) {
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
            default: .none
            }
        return try api.answer(request, route, twist: twist)
    }

    private var strays: HubSpotStrays {
        HubSpotStrays(faultPlan.standing("outside_window"), seed: configuration.seed)
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
