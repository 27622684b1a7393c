package import Core
package import Web

/// A Stripe account on loopback: the vendor's lists, objects and errors over invented data, and faults on request.
package final class StripeSimulator: Simulator {
    package static let extractor = "stripe"

    /// The faults that strike requests.
    ///
    /// `rate_limit` answers 429, with `Retry-After` where `seconds` are given; `lock_timeout` 429 for a locked object;
    /// `conflict` 409; `server_error` 500; `bad_gateway` 502 with a page for people, `empty_gateway` with nothing, as
    /// what stands before the API does. `cut_body` closes the connection in the middle of the body, `reset_body` resets
    /// it in the middle of a list; `repeated_cursor` gives the page before once more; `slow` answers after `seconds`
    /// (10); `silence` never; `reset` resets the connection.
    /// `shifting_lists` creates an object at the head of the list that is asked for, and `vanishing_cursor` deletes
    /// the one at its cursor; `forbidden_charges` and its like answer 403 to whoever asks for charges.
    package static let requestFaults =
        [
            "rate_limit", "lock_timeout", "conflict", "server_error", "bad_gateway", "empty_gateway", "reset",
            "silence", "cut_body", "reset_body", "repeated_cursor", "slow", "shifting_lists",
            "vanishing_cursor", "forbidden_events",
        ] + streams.map { "forbidden_\($0)" }

    /// The faults of what the account holds: their rate is a share of events, changes or reads.
    ///
    /// `late_events` lists an event up to `seconds` (10) after it happened; `unordered_events` gives one a `created`
    /// up to `seconds` (2) too early; `shuffled_ties` orders the events of one second at random; `old_snapshots` shows
    /// their objects as an older version of the API had them; `short_lived` deletes what was just created or changed,
    /// so that its events speak of nothing; `silent_changes` makes changes of which no event tells, where the API has
    /// such; `lagging_reads` answers all but events from a replica up to `seconds` (5) behind. `lost_line_items` is the
    /// share of the first checkout sessions whose lines are not there any more; `live_mode`, on with any rate, makes it
    /// the live mode of an account: both as it begins.
    package static let standingFaults = [
        "late_events", "unordered_events", "shuffled_ties", "old_snapshots", "short_lived", "silent_changes",
        "lagging_reads", "lost_line_items", "live_mode",
    ]

    package static let usualFaults: [String: FaultPlan.Fault] = [
        "late_events": .init(rate: 1, seconds: 10),
        "shuffled_ties": .init(rate: 1),
        "old_snapshots": .init(rate: 1),
        "silent_changes": .init(rate: 0.05),
    ]

    package let shell: SimulatorShell
    private let seed: UInt64
    private let isLive: Bool
    private let life: StripeLife

    /// An account that does not listen yet.
    ///
    /// - Throws: if a fault is unknown or the number of records is none.
    package init(
        _ configuration: SimulatorConfiguration,
        wall: @escaping WallClock = Instant.systemClock
    ) throws(SimulatorError) {
        try configuration.check()
        seed = configuration.seed
        let faults = try configuration.faultPlan(of: Self.self)
        isLive = faults.standing("live_mode").rate > 0
        life = StripeLife(
            world: StripeWorld(
                seed: configuration.seed,
                records: configuration.records,
                isLive: isLive,
                lostLines: faults.standing("lost_line_items").rate,
                people: configuration.people.map { SimulatedPeople(seed: $0) }
            ),
            clock: configuration.clock(from: Instant(seconds: Int64(StripeWorld.end)), wall),
            faults: faults,
            perMinute: configuration.changesPerMinute
        )
        shell = SimulatorShell(configuration, account: life)
    }

    private var key: String { isLive ? "sk_live_simulated" : "sk_test_simulated" }

    package var credential: String { "key \(key)" }

    package var settings: KeyValuePairs<String, String> {
        ["api_key": key, "requests_per_second": "10000"]
    }

    /// The lists that there are to read.
    package static var streams: [String] { StripeCollection.allCases.map(\.rawValue) }

    /// The stream of the lines of all invoices.
    package static let lineStream = "invoice_line_items"

    /// The stream of the items of all subscriptions.
    package static let itemStream = "subscription_items"

    /// The stream of the lines of all checkout sessions.
    package static let sessionLineStream = "checkout_session_line_items"

    /// The lists, and the streams of what is inside their objects.
    package static var allStreams: [String] { streams + partStreams }

    /// The streams of what is inside of objects, and has no list of its own.
    package static let partStreams = [lineStream, itemStream, sessionLineStream]

    /// The `object` of a stream's records; nil for an unknown one.
    package static func object(of stream: String) -> String? { StripeCollection(rawValue: stream)?.object }

    /// The path of a stream's list; nil for one that has none of its own.
    package static func path(of stream: String) -> String? { StripeCollection(rawValue: stream)?.path }

    // MARK: Answers

    package func answer(
        _ request: WebRequest,
        number: UInt64
    ) -> (response: WebResponse, strike: FaultPlan.Strike?, path: String) {
        let requestID = "req_" + String(SeededHash.mix(seed ^ number), radix: 36)
        let route = StripeRoute(request)
        let strike = faultPlan.strike { Self.canStrike($0, request, route) }
        // What stands before the API answers without its headers.
        if let response = Self.gateway(strike?.name) { return (response, strike, route.logged) }
        var response = response(to: request, route, requestID: requestID, strike?.name, lag: lag(number))
        response.headers.append("Request-Id", requestID)
        response.headers.append("Stripe-Version", request.headers["Stripe-Version"] ?? StripeWorld.version)
        if strike?.name == "rate_limit", let seconds = strike?.fault.seconds {
            response.headers.append("Retry-After", String(Int(seconds.rounded(.up))))
        }
        return (response, strike, route.logged)
    }

    private static func canStrike(_ fault: String, _ request: WebRequest, _ route: StripeRoute) -> Bool {
        switch fault {
        case "repeated_cursor": StripeAPI.hasCursor(request)
        case "shifting_lists": route.listed != nil
        case "reset_body": route.isList
        case "vanishing_cursor": StripeAPI.hasCursor(request) && route.listed?.hasDeletes == true
        default: !fault.hasPrefix("forbidden_") || route.parts.dropFirst().first == forbidden(fault)
        }
    }

    /// The collection that a fault forbids.
    private static func forbidden(_ fault: String) -> String? {
        fault.hasPrefix("forbidden_") ? String(fault.dropFirst("forbidden_".count)) : nil
    }

    /// How far behind the replica is that answers this request.
    private func lag(_ number: UInt64) -> Int {
        let hash = SeededHash(seed: seed ^ 0x1A66)
        let fault = faultPlan.standing("lagging_reads")
        return min(hash.delay(fault, number, 0, usual: 5), StripeAccount.memory)
    }

    private func response(
        to request: WebRequest,
        _ route: StripeRoute,
        requestID: String,
        _ fault: String?,
        lag: Int
    ) -> WebResponse {
        do throws(StripeError) {
            if let error = fault.flatMap(Self.error) { throw error }
            if let resource = fault.flatMap(Self.forbidden) {
                throw try StripeKey(of: request).forbidden(String(resource.dropLast()))
            }
            if fault == "shifting_lists", let collection = route.listed { life.grow(collection) }
            if fault == "vanishing_cursor", let collection = route.listed,
                let id = request.query.last("starting_after")
            {
                life.remove(collection, id: id)
            }
            let api = life.read(lag: lag)
            return .json(try api.answer(request, route, isRepeated: fault == "repeated_cursor"))
        } catch {
            return error.response(requestID: requestID, time: clock.now.seconds, isLive: isLive)
        }
    }

    /// The answer of what stands before the API, where that is the fault: a page for people, or nothing.
    private static func gateway(_ fault: String?) -> WebResponse? {
        let title = "502 Bad Gateway"
        let page =
            "<html>\r\n<head><title>\(title)</title></head>\r\n<body>\r\n<center><h1>\(title)</h1></center>\r\n"
            + "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        switch fault {
        case "bad_gateway":
            return WebResponse(
                status: 502,
                headers: ["Content-Type": "text/html"],
                body: .bytes(Array(page.utf8))
            )
        case "empty_gateway": return WebResponse(status: 502, body: .bytes([]))
        default: return nil
        }
    }

    private static func error(_ fault: String) -> StripeError? {
        switch fault {
        case "rate_limit":
            StripeError(
                status: 429,
                code: "rate_limit",
                message: "Request rate limit exceeded. Learn more about rate limits here "
                    + "https://stripe.com/docs/rate-limits.",
                headers: [("Stripe-Rate-Limited-Reason", "global-rate"), ("Stripe-Should-Retry", "true")]
            )
        case "lock_timeout":
            StripeError(
                status: 429,
                code: "lock_timeout",
                message:
                    "This object cannot be accessed right now because another API request or Stripe process is "
                    + "currently accessing it.",
                headers: [("Stripe-Should-Retry", "true")]
            )
        case "conflict":
            StripeError(
                status: 409,
                type: "idempotency_error",
                code: "idempotency_key_in_use",
                message:
                    "There is currently another in-progress request using this Idempotent Key (that probably means "
                    + "you submitted twice, and the other request is still going through). Please try again later.",
                headers: [("Stripe-Should-Retry", "true")]
            )
        case "server_error":
            StripeError(
                status: 500,
                type: "api_error",
                message: "An unknown error occurred",
                headers: [("Stripe-Should-Retry", "true")]
            )
        default: nil
        }
    }
}
