import Core
import JSON
import Web

/// The paths under `/_control`: what the simulator holds and was asked, and its faults and clock.
struct SimulatorControl {
    let account: any ControlledAccount
    let log: RequestLog

    private var clock: VirtualClock { account.clock }
    private var faults: FaultPlan { account.faults }

    /// The answer to a request of a test or a benchmark.
    func answer(_ request: WebRequest) -> WebResponse {
        do throws(SimulatorError) {
            switch (request.method, request.path) {
            case ("GET", "/_control/truth"): return .json(try truth(request.query))
            case ("GET", "/_control/requests"): return .json(requests.bytes())
            case ("DELETE", "/_control/requests"):
                log.reset()
                return .json(requests.bytes())
            case ("POST", "/_control/faults"):
                try faults.change(document(request.body))
                return .json(requests.bytes())
            case ("POST", "/_control/change"): return .json(try change(document(request.body)).bytes())
            case ("POST", "/_control/put"):
                let object = try PutObject(request.body, document(request.body))
                return .json(Self.told(try account.put(object)).bytes())
            case ("GET", "/_control/clock"): return .json(time.bytes())
            case ("POST", "/_control/clock"):
                try advance(document(request.body))
                return .json(time.bytes())
            default:
                throw SimulatorError(
                    "there is no \(request.method) \(request.path); there are GET truth, GET and DELETE requests, "
                        + "POST faults, POST change, POST put, GET and POST clock, all below /_control/"
                )
            }
        } catch {
            return .json(
                JSONValue.object([.init(name: "error", value: .string(error.message))]).bytes(),
                status: 400
            )
        }
    }

    private var requests: JSONValue {
        guard case .object(var members) = log.document else { return .null }
        members.append(.init(name: "faults", value: .counts(faults.struck)))
        return .object(members)
    }

    private var time: JSONValue { ["now": .number(clock.now.seconds), "date": .string(clock.now.httpDate)] }

    private func document(_ body: [UInt8]) throws(SimulatorError) -> JSONValue {
        do {
            return try JSONValue.parse(body)
        } catch {
            throw SimulatorError("the body is no JSON: \(error)")
        }
    }

    private func advance(_ document: JSONValue) throws(SimulatorError) {
        guard case .number(let text)? = document["advance"], let seconds = Double(text),
            (0...1_000_000_000).contains(seconds)
        else { throw SimulatorError("the body is not {\"advance\": SECONDS}") }
        clock.advance(by: .seconds(seconds))
    }

    // MARK: Changes

    private func change(_ document: JSONValue) throws(SimulatorError) -> JSONValue {
        let done = try account.change(WantedChanges(document, others: account.otherChanges)).map(Self.told)
        return ["now": .number(clock.now.seconds), "changes": .array(done)]
    }

    private static func told(_ change: SimulatedChange) -> JSONValue {
        [
            "action": .string(change.action.rawValue), "stream": .string(change.stream),
            "id": .string(change.id),
        ]
    }

    // MARK: Truth

    /// The streams, or a stretch of one of them: its records, oldest first, or their keys alone.
    ///
    /// Places count what was deleted since too, so that a walk stays right while the account changes.
    private func truth(_ query: WebQuery) throws(SimulatorError) -> [UInt8] {
        let truths = account.truths()
        var writer = ObjectWriter()
        guard let name = query.last("stream") else {
            writer.object { writer in
                writer.array("streams") { writer in
                    for truth in truths {
                        writer.object { writer in
                            writer.text("stream", truth.stream)
                            writer.text("path", truth.path)
                            writer.number("count", truth.count)
                        }
                    }
                }
            }
            return writer.bytes
        }
        guard let truth = truths.first(where: { $0.stream == name }) else {
            throw SimulatorError("there is no stream '\(name)'")
        }
        let form = query.last("form") ?? "record"
        guard form == "record" || form == "key" else {
            throw SimulatorError("the form '\(form)' is neither record nor key")
        }
        let places = truth.places
        let offset = try number("offset", query) ?? 0
        let count = min(try number("count", query) ?? 1000, form == "key" ? 1_000_000 : 10_000)
        let range = min(offset, places)..<min(offset + count, places)
        writer.object { writer in
            writer.text("stream", name)
            writer.number("count", truth.count)
            writer.number("offset", range.lowerBound)
            writer.number("next", range.upperBound < places ? range.upperBound : nil)
            writer.array("data") { writer in
                for place in range {
                    for (key, record) in form == "key" ? truth.keys(place) : truth.records(place) {
                        writer.object { writer in
                            writer.text("key", key)
                            guard form == "record" else { return }
                            writer.raw("record", String(decoding: record, as: UTF8.self))
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    private func number(_ name: String, _ query: WebQuery) throws(SimulatorError) -> Int? {
        guard let text = query.last(name) else { return nil }
        guard let number = Int(text), (0...1_000_000_000).contains(number) else {
            throw SimulatorError("\(name) '\(text)' is no count")
        }
        return number
    }
}
