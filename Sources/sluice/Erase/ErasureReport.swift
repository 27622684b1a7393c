import CommandLine
import Core
import Daemon
import JSON
import Kafka
import Runs
import Telemetry

/// What is said of an erasure to whoever asks for it: the one place where the keys themselves are shown.
struct ErasureReport {
    let program: Program
    let command: ParsedCommand
    let kafka: KafkaSettings

    private var isJSON: Bool { command.value("output") == "json" }

    /// Shows what is there.
    func show(_ plans: [EraseKeyCommand.Plan], _ remains: ErasureRemains) {
        guard !isJSON else { return }
        var table = Table([.init("ACCOUNT"), .init("STREAM"), .init("KEY"), .init("WHAT IS THERE")])
        for plan in plans {
            for found in plan.survey.found {
                for line in Self.lines(found) {
                    table.append([
                        plan.request.account.text, plan.erased.stream.text,
                        String(decoding: found.name, as: UTF8.self), line,
                    ])
                }
            }
        }
        program.print(table)
        for note in notes(plans, remains) { program.print("\(note)\n") }
    }

    private static func lines(_ found: Erasure.Found) -> [String] {
        guard found.isKnown else { return ["nothing is known of it"] }
        var lines = found.topics.sorted { $0.key < $1.key }.map { topic, values in
            "\(topic): \(values) \(values == 1 ? "value" : "values of all its states")"
        }
        if found.remembered > 0 { lines.append("remembered: \(found.remembered)") }
        if found.children > 0 { lines.append("children: \(found.children)") }
        if found.letters > 0 { lines.append("dead letters: \(found.letters)") }
        return lines.isEmpty ? ["it was erased, or deleted and compacted, before"] : lines
    }

    /// What stays, or comes back, unless somebody does something about it.
    private func notes(_ plans: [EraseKeyCommand.Plan], _ remains: ErasureRemains) -> [String] {
        let services = Set(plans.map(\.request.account.extractor)).sorted().joined(separator: " and ")
        var notes = [
            "erase it at \(services) first: what the service still has is published again once it changes there, or is read anew"
        ]
        var strays: [String: Int] = [:]
        for plan in plans { strays.merge(plan.survey.strays) { $0 + $1 } }
        for (topic, count) in strays.sorted(by: { $0.key < $1.key }) {
            notes.append(
                "\(topic) was given more partitions since: \(count) \(count == 1 ? "key has values" : "keys have values") in one that "
                    + "\(count == 1 ? "it does" : "they do") not lead to any more, which no delete reaches; they stay until the topic is made anew"
            )
        }
        for record in Set(plans.flatMap(\.survey.state)).sorted() {
            notes.append("\(record) names a key, and does so until the stream is read on")
        }
        let bounds = Dictionary(remains.topics.map { ($0.name, $0.bound) }) { first, _ in first }
        notes += remains.logs.compactMap { $0.text(kafka, bounds[$0.topic]) }
        return notes + remains.lines
    }

    /// Says what came of it; for programs all of it in one object.
    func finish(
        _ status: ChangeReport.Status,
        _ plans: [EraseKeyCommand.Plan],
        _ remains: ErasureRemains,
        by doer: String? = nil,
        message: String
    ) {
        guard isJSON else { return program.print("\(message)\n") }
        let json: JSONValue = [
            "status": .string(status.rawValue), "by": .optional(doer), "message": .string(message),
            "erased": .array(plans.map(json)),
            "notes": .array(notes(plans, remains).map(JSONValue.string)),
            "log_lines": .number(remains.logs.reduce(0) { $0 + $1.replaced }),
            "log_lines_left": .number(remains.logs.reduce(0) { $0 + $1.left }),
        ]
        program.print(json.compactText + "\n")
    }

    private func json(_ plan: EraseKeyCommand.Plan) -> JSONValue {
        let words = ErasureWords(plan.request.account, plan.erased)
        let keys = plan.survey.found.map { found -> JSONValue in
            [
                "key": .string(String(decoding: found.name, as: UTF8.self)),
                "sha256": .string(words.hash(of: found.name)), "known": .bool(found.isKnown),
                "topics": .object(
                    found.topics.sorted { $0.key < $1.key }.map { .init(name: $0, value: .number($1)) }
                ),
                "remembered": .number(found.remembered), "children": .number(found.children),
                "dead_letters": .number(found.letters),
            ]
        }
        return [
            "account": .string(plan.request.account.text), "stream": .string(plan.erased.stream.text),
            "keys": .array(keys),
        ]
    }
}
