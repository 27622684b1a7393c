package import Core
import Glibc
import Synchronization
import Web

/// A Stripe account on loopback: the vendor's lists, objects and errors over invented data, and faults on request.
package final class StripeSimulator: Sendable {
    /// What to simulate.
    package struct Configuration: Sendable {
        /// The port on 127.0.0.1; 0 lets the system choose.
        package var port: UInt16
        /// The same seed gives the same bytes.
        package var seed: UInt64
        /// The number of objects in each collection.
        package var records: Int
        /// What goes wrong from the start, by name; see `StripeSimulator.faults`.
        package var faults: [String: FaultPlan.Fault]
        /// How many virtual seconds pass in one.
        package var clockSpeed: Double
        /// Where to write `configurationFile()` once the port is known.
        package var configOut: String?
        /// Whether answers are compressed for those who accept it.
        package var compresses: Bool

        package init(
            port: UInt16 = 0,
            seed: UInt64 = 1,
            records: Int = 1000,
            faults: [String: FaultPlan.Fault] = [:],
            clockSpeed: Double = 1,
            configOut: String? = nil,
            compresses: Bool = true
        ) {
            self.port = port
            self.seed = seed
            self.records = records
            self.faults = faults
            self.clockSpeed = clockSpeed
            self.configOut = configOut
            self.compresses = compresses
        }
    }

    /// The faults that there are.
    ///
    /// `rate_limit` answers 429, with `Retry-After` where `seconds` are given; `lock_timeout` 429 for a locked object;
    /// `server_error` 500; `cut_body` closes the connection in the middle of the body; `repeated_cursor` gives the
    /// page before once more; `slow` answers after `seconds` (10); `silence` never; `reset` resets the connection.
    package static let faults = [
        "rate_limit", "lock_timeout", "server_error", "reset", "silence", "cut_body", "repeated_cursor",
        "slow",
    ]

    /// The clock of the account.
    package let clock: VirtualClock
    /// What goes wrong; may change while it runs.
    package let faultPlan: FaultPlan
    private let configuration: Configuration
    private let api: StripeAPI
    private let log = RequestLog()
    private let gzip = GzipEncoder()
    private let server = Locked(WebServer?.none)

    /// An account that does not listen yet.
    ///
    /// - Throws: if a fault is unknown or the number of records is none.
    package init(
        _ configuration: Configuration,
        wall: @escaping WallClock = Instant.systemClock
    ) throws(SimulatorError) {
        guard (0...1_000_000_000).contains(configuration.records) else {
            throw SimulatorError("cannot hold \(configuration.records) records; 0 to 1000000000 are possible")
        }
        self.configuration = configuration
        api = StripeAPI(world: StripeWorld(seed: configuration.seed, records: configuration.records))
        clock = VirtualClock(
            start: Instant(seconds: Int64(StripeWorld.end)),
            speed: configuration.clockSpeed,
            wall: wall
        )
        faultPlan = try FaultPlan(names: Self.faults, faults: configuration.faults, seed: configuration.seed)
    }

    /// Listens; the port it listens on.
    ///
    /// - Throws: if it cannot listen, or not write the configuration file.
    @discardableResult
    package func start() throws(SimulatorError) -> UInt16 {
        precondition(port == nil, "the simulator was started before")
        let control = StripeControl(world: api.world, clock: clock, faults: faultPlan, log: log)
        let started: WebServer
        do {
            started = try WebServer(
                configuration: .init(port: configuration.port),
                handler: { [self] request in
                    .response(
                        request.path.hasPrefix("/_control/") ? control.answer(request) : answer(request)
                    )
                }
            )
        } catch {
            throw SimulatorError(error.message)
        }
        server.withLock { $0 = started }
        if let path = configuration.configOut {
            do throws(SimulatorError) {
                try write(configurationFile(), to: path)
            } catch {
                stop()
                throw error
            }
        }
        return started.port
    }

    /// Closes all connections; must be called once it was started.
    package func stop() {
        let running = server.withLock { server in server.take() }
        running?.stop()
    }

    /// The port, while it listens.
    package var port: UInt16? { server.withLock { $0?.port } }

    /// How often each path was asked for, by status, or by the fault that took the answer's place.
    package var requests: [String: [String: Int]] { log.counts }

    /// The configuration with which `sluice sync --config` reads this account.
    package func configurationFile() -> String {
        """
        extractor: stripe
        account: simulated
        settings:
          base_url: http://127.0.0.1:\(port ?? configuration.port)
          api_key: sk_test_simulated
          requests_per_second: 10000

        """
    }

    /// The streams that there are to read.
    package static var streams: [String] { StripeCollection.allCases.map(\.rawValue) }

    /// The key and the JSON of every record of a stream, oldest first: what must arrive; empty for an unknown stream.
    package func truth(_ stream: String) -> some Sequence<(key: String, record: [UInt8])> {
        let world = api.world
        let collection = StripeCollection(rawValue: stream)
        return (0..<(collection == nil ? 0 : world.records)).lazy.map { index in
            let collection = collection ?? .customers
            return (key: world.id(collection, index), record: world.object(collection, index))
        }
    }

    // MARK: Answers

    private func answer(_ request: WebRequest) -> WebResponse {
        let number = log.number()
        let requestID = "req_" + String(SeededHash.mix(configuration.seed ^ number), radix: 36)
        let strike = faultPlan.strike { $0 != "repeated_cursor" || StripeAPI.hasCursor(request) }
        var response = response(to: request, requestID: requestID, strike?.name)
        response.headers.append("Request-Id", requestID)
        response.headers.append("Date", clock.now.httpDate)
        response.headers.append("Stripe-Version", request.headers["Stripe-Version"] ?? StripeWorld.version)
        if let strike { response = spoil(response, strike.name, strike.fault) }
        log.count(Self.logged(request.segments), Self.outcome(response))
        return configuration.compresses ? gzip.encode(response, for: request) : response
    }

    private func response(to request: WebRequest, requestID: String, _ fault: String?) -> WebResponse {
        do throws(StripeError) {
            if let error = fault.flatMap(Self.error) { throw error }
            return .json(try api.answer(request, isRepeated: fault == "repeated_cursor"))
        } catch {
            return error.response(requestID: requestID, time: clock.now.seconds)
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

    private func spoil(_ response: WebResponse, _ name: String, _ fault: FaultPlan.Fault) -> WebResponse {
        var response = response
        let bytes: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        switch name {
        case "rate_limit":
            if let seconds = fault.seconds {
                response.headers.append("Retry-After", String(Int(seconds.rounded(.up))))
            }
        case "cut_body": response.body = .cut(bytes, after: bytes.count / 2)
        case "reset": response.body = .reset(bytes, after: nil)
        case "silence": response.body = .silence
        case "slow": response.body = .delayed(clock.real(.seconds(fault.seconds ?? 10)), response.body)
        default: break
        }
        return response
    }

    private static func outcome(_ response: WebResponse) -> String {
        switch response.body {
        case .cut: "cut"
        case .reset: "reset"
        case .silence: "silence"
        case .bytes, .stream, .delayed: String(response.status)
        }
    }

    /// The path with ids left out, and unknown ones in one heap.
    private static func logged(_ parts: [String]) -> String {
        guard parts.first == "v1", parts.count >= 2 else { return "other" }
        let isKnown = StripeCollection(rawValue: parts[1]) != nil
        guard isKnown || ["account", "accounts", "subscription_items"].contains(parts[1]) else {
            return "other"
        }
        let rest = parts.count > 2 ? ["{id}"] + parts[3...].prefix(1).filter { $0 == "lines" } : []
        return "/" + (parts[..<2] + rest).joined(separator: "/")
    }

    private func write(_ text: String, to path: String) throws(SimulatorError) {
        let bytes = Array(text.utf8)
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(path) }
        let count = unsafe Glibc.write(file, bytes, bytes.count)
        guard close(file) == 0, count == bytes.count else { throw failure(path) }
    }

    private func failure(_ path: String) -> SimulatorError {
        SimulatorError("cannot write \(path): \(unsafe String(cString: strerror(errno)))")
    }
}
