import Core
import JSON
import Web

/// The paths under `/_control`: what the simulator holds and was asked, and its faults and clock.
struct StripeControl {
    let life: StripeLife
    let log: RequestLog

    private var clock: VirtualClock { life.clock }
    private var faults: FaultPlan { life.faults }

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
            case ("GET", "/_control/clock"): return .json(time.bytes())
            case ("POST", "/_control/clock"):
                try advance(document(request.body))
                return .json(time.bytes())
            default:
                throw SimulatorError(
                    "there is no \(request.method) \(request.path); there are GET truth, GET and DELETE requests, "
                        + "POST faults, POST change, GET and POST clock, all below /_control/"
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
        let usage =
            #"{"creates": N, "updates": N, "deletes": N, "streams": [NAME]}, each of which may be left out"#
        guard let members = document.members else { throw SimulatorError("the body is not \(usage)") }
        var counts: [String: Int] = [:]
        var streams: [String]?
        for member in members {
            switch member.name {
            case "creates", "updates", "deletes":
                guard let count = member.value.int else {
                    throw SimulatorError("\(member.name) is no number")
                }
                counts[member.name] = count
            case "streams":
                guard let elements = member.value.elements else { throw SimulatorError("streams is no list") }
                streams = elements.map { $0.text ?? $0.compactText }
            default: throw SimulatorError("there is no \(member.name): the body is \(usage)")
            }
        }
        let changes = try life.change(
            creates: counts["creates", default: 0],
            updates: counts["updates", default: 0],
            deletes: counts["deletes", default: 0],
            streams: streams
        )
        let done = changes.map { change -> JSONValue in
            [
                "action": .string(change.action.rawValue), "stream": .string(change.stream),
                "id": .string(change.id),
            ]
        }
        return ["now": .number(clock.now.seconds), "changes": .array(done)]
    }

    // MARK: Truth

    /// The streams, or a stretch of one of them: its records, oldest first, or their keys alone.
    ///
    /// Places count what was deleted since too, so that a walk stays right while the account changes.
    private func truth(_ query: WebQuery) throws(SimulatorError) -> [UInt8] {
        let view = life.read().view
        var writer = ObjectWriter()
        let streams = StripeSimulator.streams + [StripeSimulator.lineStream]
        guard let name = query.last("stream") else {
            writer.object { writer in
                writer.array("streams") { writer in
                    for stream in streams {
                        let truth = StripeTruth(stream, view)
                        writer.object { writer in
                            writer.text("stream", stream)
                            writer.text("path", truth.path)
                            writer.number("count", truth.count)
                        }
                    }
                }
            }
            return writer.bytes
        }
        guard streams.contains(name) else { throw SimulatorError("there is no stream '\(name)'") }
        let form = query.last("form") ?? "record"
        guard form == "record" || form == "key" else {
            throw SimulatorError("the form '\(form)' is neither record nor key")
        }
        let truth = StripeTruth(name, view)
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
