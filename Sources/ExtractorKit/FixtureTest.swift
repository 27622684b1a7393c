import Core
package import Events
package import Extraction
import JSON

/// Replays a fixture, and says how what comes of it differs from what must come of it.
package struct FixtureTest: Sendable {
    /// What a replay gave.
    package struct Result: Sendable {
        package var requests: Int
        package var events: Int
        /// One line each; none where it passed.
        package var differences: [String]
        /// What does not fit the stream's schema, by field.
        package var fields: SchemaFields
    }

    private let definition: ExtractorDefinition
    private let stream: String
    private let schema: RecordSchema?

    /// A test of a stream; without a schema its records are not compared with one.
    package init(_ definition: ExtractorDefinition, stream: String, schema: RecordSchema?) {
        self.definition = definition
        self.stream = stream
        self.schema = schema
    }

    /// Replays all runs of a fixture.
    package func run(_ fixture: Fixture) async throws -> Result {
        var result = Result(requests: 0, events: 0, differences: [], fields: SchemaFields())
        try await replay(fixture) { index, outcome, transport in
            let run = fixture.runs[index]
            result.requests += run.exchanges.count - transport.unasked.count
            result.events += outcome.events.count
            let place = fixture.runs.count > 1 ? "run \(index + 1): " : ""
            let differences =
                transport.unknown + transport.unasked.map { "\($0) is recorded and not asked for" }
                + Self.differences(outcome.error, run.error)
                + Self.differences(outcome.events, run.events)
            result.differences += differences.map { place + $0 }
            guard let schema else { return }
            for record in outcome.records { result.fields.add(schema.misfits(in: record.value)) }
        }
        result.differences += result.fields.misfits.map { "\($0) does not fit the schema" }
        return result
    }

    /// The fixture with the events that its replay gives.
    ///
    /// Its errors stay those that were recorded: a replay that ends otherwise is a difference.
    func completed(_ fixture: Fixture) async throws -> Fixture {
        var completed = fixture
        try await replay(fixture) { index, outcome, _ in completed.runs[index].events = outcome.events }
        return completed
    }

    /// Replays all runs with made-up secrets.
    private func replay(
        _ fixture: Fixture,
        _ take: (_ index: Int, FixtureSession.Outcome, ReplayTransport) -> Void
    ) async throws {
        var settings: [String: JSONValue] = [:]
        for member in fixture.settings { settings[member.name] = member.value }
        var secrets: [String] = []
        for setting in definition.settings where setting.isSecret {
            let secret = "replayed-\(setting.name)"
            settings[setting.name] = .string(secret)
            secrets.append(secret)
        }
        let definition = try definition.replayed.with(pageSize: fixture.pageSize)
        let session = try FixtureSession(
            definition,
            definition.stream(named: stream),
            settings: settings
        )
        try await session.replay(fixture, secrets: secrets, take)
    }

    // MARK: Differences

    private static func differences(_ error: (any SluiceError)?, _ code: String?) -> [String] {
        switch (error, code) {
        case (nil, nil): []
        // Said by the request that is not recorded.
        case (let error as FixtureError, _) where error.code == .notRecorded: []
        case (let error?, let code?) where error.codeText == code: []
        case (let error?, nil): ["it failed: \(error)"]
        case (let error?, let code?): ["it failed with \(error), not with \(code)"]
        case (nil, let code?): ["it went through, where \(code) was to come"]
        }
    }

    private static func differences(_ events: [Fixture.Event], _ expected: [Fixture.Event]) -> [String] {
        let found = Dictionary(grouping: events, by: \.key)
        let wanted = Dictionary(grouping: expected, by: \.key)
        return Set(found.keys).union(wanted.keys).sorted().flatMap { key -> [String] in
            let found = found[key] ?? []
            let wanted = wanted[key] ?? []
            guard found != wanted else { return [] }
            if found.isEmpty { return ["\(key) did not come: \(text(wanted))"] }
            if wanted.isEmpty { return ["\(key) came, and was not to come: \(text(found))"] }
            return ["\(key) came as \(text(found)), not as \(text(wanted))"]
        }
    }

    private static func text(_ events: [Fixture.Event]) -> String {
        events.map { $0.isDelete ? "delete \($0.version)" : $0.version }.joined(separator: ", ")
    }
}
