import Core
package import Web

/// A stand-in for a service: one account of it, over a socket or in the same process, under a clock of its own.
package protocol Simulator: AnyObject, Sendable {
    /// The extractor that reads it.
    static var extractor: String { get }
    /// The names of the faults that strike requests.
    static var requestFaults: [String] { get }
    /// The names of the faults of what the account holds.
    static var standingFaults: [String] { get }
    /// What is so with every account, unless the configuration has it otherwise.
    static var usualFaults: [String: FaultPlan.Fault] { get }

    /// What it shares with every other simulator.
    var shell: SimulatorShell { get }
    /// With what a client comes in, in a few words.
    var credential: String { get }
    /// The settings with which `sluice` comes in, beside the address; values that are plain in YAML.
    var settings: KeyValuePairs<String, String> { get }

    /// The answer to a request of the service's clients, and the path to count it under, ids left out.
    func answer(
        _ request: WebRequest,
        number: UInt64
    ) -> (response: WebResponse, strike: FaultPlan.Strike?, path: String)
}

extension Simulator {
    /// All faults that there are.
    package static var faults: [String] { requestFaults + standingFaults }

    /// The clock of the account.
    package var clock: VirtualClock { shell.clock }

    /// What goes wrong; may change while it runs.
    package var faultPlan: FaultPlan { shell.faultPlan }

    /// The port, while it listens.
    package var port: UInt16? { shell.server.port }

    /// How often each path was asked for, by status, or by the fault that took the answer's place.
    package var requests: [String: [String: Int]] { shell.log.counts }

    /// Listens; the port it listens on.
    ///
    /// - Throws: if it cannot listen, or not write the configuration file.
    @discardableResult
    package func start() throws(SimulatorError) -> UInt16 { try shell.server.start(self) }

    /// Closes all connections; must be called once it was started.
    package func stop() { shell.server.stop() }

    /// The configuration with which `sluice sync --config` reads this account.
    package func configurationFile() -> String {
        let lines = settings.map { "  \($0.key): \($0.value)\n" }.joined()
        return """
            extractor: \(Self.extractor)
            account: simulated
            settings:
              base_url: \(shell.server.origin)
            \(lines)
            """
    }

    /// The answer to a request, without a socket; a delay in it is of virtual time.
    package func answer(_ request: WebRequest) -> WebResponse {
        if request.path.hasPrefix("/_control/") {
            return SimulatorControl(account: shell.account, log: shell.log).answer(request)
        }
        var (response, strike, path) = answer(request, number: shell.log.number())
        response.headers.append("Date", clock.now.httpDate)
        // Its clock starts in the past by design: no client is to warn of that.
        response.headers.append("Sluice-Clock", "simulated")
        if let strike { response = response.spoiled(strike.name, strike.fault) }
        shell.log.count(path, response.outcome)
        return response
    }

    // MARK: Truth and changes

    /// The names of all streams that have a truth.
    package var truthStreams: [String] { shell.account.truths().map(\.stream) }

    /// The key and the JSON of every record of a stream as they are now, oldest first: what must arrive.
    ///
    /// Deleted objects are not among them, whatever the API still shows of them; empty for an unknown stream.
    package func truth(_ stream: String) -> some Sequence<(key: String, record: [UInt8])> {
        let truth = shell.account.truths().first { $0.stream == stream }
        return (0..<(truth?.places ?? 0)).lazy.flatMap { truth?.records($0) ?? [] }
    }

    /// The JSON of every record by stream and key, as they are now.
    package func truth() -> [String: [String: [UInt8]]] {
        var all: [String: [String: [UInt8]]] = [:]
        for truth in shell.account.truths() {
            all[truth.stream] = Dictionary(
                uniqueKeysWithValues: (0..<truth.places).lazy.flatMap { truth.records($0) }.map {
                    ($0.key, $0.record)
                }
            )
        }
        return all
    }

    /// Puts a new object into a stream, or members into the one of an id; its id.
    ///
    /// A member is JSON by name, shown as it is.
    ///
    /// - Throws: if there is no such stream, object or member, or a value is no JSON.
    @discardableResult
    package func put(
        _ stream: String,
        id: String? = nil,
        _ members: [String: String]
    ) throws(SimulatorError) -> String {
        try shell.account.put(PutObject(stream: stream, id: id, members: members)).id
    }

    /// Makes changes now, by seed, to objects of some streams or of all; what was done, needed objects included.
    ///
    /// `others` are those that only this service knows. There may be fewer where there is nothing left to change,
    /// delete or merge.
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
        let known = shell.account.otherChanges
        for name in others.keys where !known.contains(name) {
            throw SimulatorError("there is no change '\(name)'; there are \(known)")
        }
        return try shell.account.change(
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
}
