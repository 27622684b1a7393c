import Core
import JSON
import Web

/// The paths under `/_control`: what the simulator holds and was asked, and its faults and clock.
struct StripeControl {
    let world: StripeWorld
    let clock: VirtualClock
    let faults: FaultPlan
    let log: RequestLog

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
            case ("GET", "/_control/clock"): return .json(time.bytes())
            case ("POST", "/_control/clock"):
                try advance(document(request.body))
                return .json(time.bytes())
            default:
                throw SimulatorError(
                    "there is no \(request.method) \(request.path); there are GET truth, GET and DELETE requests, "
                        + "POST faults, GET and POST clock, all below /_control/"
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

    // MARK: Truth

    /// The streams, or a stretch of one of them: its records, oldest first, or their keys alone.
    private func truth(_ query: WebQuery) throws(SimulatorError) -> [UInt8] {
        var writer = ObjectWriter()
        guard let name = query.last("stream") else {
            writer.object { writer in
                writer.array("streams") { writer in
                    for collection in StripeCollection.allCases {
                        writer.object { writer in
                            writer.text("stream", collection.rawValue)
                            writer.text("path", collection.path)
                            writer.number("count", world.records)
                        }
                    }
                }
            }
            return writer.bytes
        }
        guard let collection = StripeCollection(rawValue: name) else {
            throw SimulatorError("there is no stream '\(name)'")
        }
        let form = query.last("form") ?? "record"
        guard form == "record" || form == "key" else {
            throw SimulatorError("the form '\(form)' is neither record nor key")
        }
        let offset = try number("offset", query) ?? 0
        let count = min(try number("count", query) ?? 1000, form == "key" ? 1_000_000 : 10_000)
        let range = min(offset, world.records)..<min(offset + count, world.records)
        writer.object { writer in
            writer.text("stream", name)
            writer.number("count", world.records)
            writer.number("offset", range.lowerBound)
            writer.number("next", range.upperBound < world.records ? range.upperBound : nil)
            writer.array("data") { writer in
                for index in range {
                    writer.object { writer in
                        writer.text("key", world.id(collection, index))
                        if form == "record" {
                            writer.raw(
                                "record",
                                String(decoding: world.object(collection, index), as: UTF8.self)
                            )
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
