import CommandLine
import Configuration
import Core
import Events
import JSON
import Kafka
import Telemetry

/// `sluice catalog`: what stands in the catalogue's topic, read without any session.
struct CatalogCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let options = try KafkaOptions(program: program, command: command, file: nil)
        let choice = try AccountChoice(program: program, command: command)
        let stream = command.value("stream")
        let isChosen = { @Sendable (entry: CatalogEntry) in
            choice.contains(entry.account) && stream.map { $0 == entry.stream.text } ?? true
        }
        let scan = NoticeScan(options.settings, prefix: options.prefix)
        if let name = command.value("topic") {
            try await show(name, scan, options.prefix, isChosen)
        } else {
            let found = try await scan.run(.catalog) { value in
                CatalogEntry(value).flatMap { isChosen($0) ? CatalogSummary($0) : nil }
            }
            list(found.sorted(by: CatalogSummary.precedes), options.prefix)
        }
        return ExitCode.success.rawValue
    }

    private var isJSON: Bool { command.value("output") == "json" }

    // MARK: All topics

    private func list(_ entries: [CatalogSummary], _ prefix: TopicPrefix) {
        // With a filter the question is not about all of them.
        let isWhole = !["extractor", "account", "stream"].contains { command.has($0) }
        let own = isWhole ? OwnTopic.all(prefix) : []
        guard !isJSON else {
            let json: JSONValue = [
                "topics": .array(entries.map(\.json)), "own": .array(own.map(\.json)),
            ]
            return program.print(json.compactText + "\n")
        }
        guard !entries.isEmpty else {
            return program.print(
                "no topic is in the catalogue; the first run of an account tells of its topics\n"
            )
        }
        var table = Table([
            .init("TOPIC"), .init("ACCOUNT"), .init("STREAM"), .init("OWNER"), .init("CLASS"),
            .init("PERSONS"), .init("FIELDS", .right), .init("FRESH"),
        ])
        for summary in entries {
            let entry = summary.entry
            table.append([
                entry.topic, entry.account.text, entry.stream.text, entry.owner ?? "–",
                entry.classification ?? "–", summary.protection.words, "\(summary.fields)",
                entry.asOf?.rfc3339() ?? "being read",
            ])
        }
        program.print(table)
        guard !own.isEmpty else { return }
        program.print("\n")
        var others = Table([.init("OWN TOPIC"), .init("HOLDS")])
        for topic in own { others.append([topic.name, topic.holds]) }
        program.print(others)
    }

    // MARK: One topic

    private func show(
        _ name: String,
        _ scan: NoticeScan,
        _ prefix: TopicPrefix,
        _ isChosen: @escaping @Sendable (CatalogEntry) -> Bool
    ) async throws {
        let found = try await scan.run(.catalog) { value in
            CatalogEntry(value).flatMap { $0.topic.contains(name) && isChosen($0) ? $0 : nil }
        }
        let exact = found.filter { $0.topic == name }
        let entries = (exact.isEmpty ? found : exact).sorted(by: CatalogEntry.precedes)
        let topics = Set(entries.map(\.topic)).sorted()
        guard topics.count == 1 else {
            throw StateError(
                .unknownTopic,
                topics.isEmpty
                    ? "\(name) is in no topic's name of \(prefix.catalogTopic); sluice catalog lists those that are there"
                    : "\(topics.count) topics have \(name) in their names: \(topics.prefix(5).joined(separator: ", ")); write "
                        + "more of the one that you mean"
            )
        }
        guard !isJSON else {
            return program.print(JSONValue.array(entries.map(\.json)).compactText + "\n")
        }
        for (number, entry) in entries.enumerated() {
            if number > 0 { program.print("\n") }
            show(entry)
        }
    }

    private func show(_ entry: CatalogEntry) {
        program.print(pairs: entry.facts)
        guard !entry.fields.isEmpty else {
            return program.print("\nIts records have no schema, so that nothing is known of their fields.\n")
        }
        program.print("\n")
        var table = Table([.init("FIELD"), .init("IS")])
        let (hasSources, hasPersons) = (
            entry.fields.contains { !$0.from.isEmpty }, entry.fields.contains { $0.personal != nil }
        )
        if hasSources { table.columns.append(.init("FROM")) }
        if hasPersons { table.columns.append(.init("PERSON")) }
        for field in entry.fields {
            var row = [field.path, field.types]
            if hasSources { row.append(field.from.joined(separator: ", ")) }
            if hasPersons {
                row.append(field.personal.map { "\($0), \(field.treatment ?? "pass")" } ?? "")
            }
            table.append(row)
        }
        program.print(table)
    }
}

extension CatalogEntry {
    /// All but its fields, in words.
    fileprivate var facts: [(name: String, value: String)] {
        var facts = [("topic", topic), ("account", account.text), ("stream", stream.text)]
        if let entity { facts.append(("entity", entity)) }
        facts += [("owner", owner ?? "–"), ("class", classification ?? "–"), ("persons", protection.words)]
        facts += [("from", "\(account.extractor): \(request)"), ("read by", reading)]
        if let parent { facts.append(("belongs to", parent)) }
        facts.append(("key", key.joined(separator: ", ")))
        facts.append(("version", version ?? "the content"))
        facts.append(("envelope", envelope.rawValue))
        if !others.isEmpty { facts.append(("goes also to", others.joined(separator: ", "))) }
        facts.append(("fresh", asOf.map { "as of \($0.rfc3339())" } ?? "being read for the first time"))
        return facts
    }
}

extension CatalogEntry.Protection {
    /// As it is shown.
    var words: String {
        switch self {
        case .none: "none marked"
        case .masked: "masked"
        case .pseudonymous: "hashed"
        case .personal: "in the clear"
        }
    }
}
