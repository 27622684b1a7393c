package import Core
package import Extraction
package import JSON

/// Records a run of a stream from an API, so that it can be replayed without one.
package struct FixtureRecorder: Sendable {
    private let definition: ExtractorDefinition
    private let stream: String
    private let settings: [String: JSONValue]
    private let secrets: [String]

    /// A recorder of a stream; `secrets` are the settings' and the connection's, which never stand in a fixture (I6).
    package init(
        _ definition: ExtractorDefinition,
        stream: String,
        settings: [String: JSONValue],
        secrets: [String]
    ) {
        self.definition = definition
        self.stream = stream
        self.settings = settings
        self.secrets = secrets
    }

    /// One more run behind those that a fixture has, and what replaying it all then gives.
    ///
    /// What came of the runs is what the replay says: what was cleaned of secrets may differ from what came.
    package func record(
        into fixture: Fixture,
        at: Instant,
        since: Instant? = nil,
        limit: Int?,
        transport: any HTTPTransport,
        clock: WaitingClock
    ) async throws -> (fixture: Fixture, result: FixtureTest.Result) {
        var fixture = fixture
        let sized = try definition.with(pageSize: fixture.pageSize)
        let session = try FixtureSession(
            sized,
            sized.stream(named: stream),
            settings: settings
        )
        try await session.replay(fixture, secrets: secrets)
        // A login goes past the recording: nothing has to tell its request from others (I6).
        let recording = RecordingTransport(transport, sized)
        let at = Instant(seconds: at.seconds)
        let outcome = try await session.run(
            at: at,
            since: since,
            limit: limit,
            recording,
            logins: transport,
            clock
        )
        let redaction = outcome.requester.redaction(with: secrets)
        let exchanges = recording.exchanges(without: redaction)
        if exchanges.isEmpty, let error = outcome.error { throw error }
        if fixture.settings.isEmpty { fixture.settings = openSettings.map { $0.cleaned(by: redaction) } }
        let learned = outcome.requester.learned.sorted { $0.key < $1.key }
        if !learned.isEmpty {
            fixture.login = learned.map {
                .init(name: $0.key, value: .string(redaction($0.value)))
            }
        }
        fixture.runs.append(
            Fixture.Run(
                at: at,
                since: since,
                limit: limit,
                exchanges: exchanges,
                events: [],
                error: outcome.error?.codeText
            )
        )
        let test = FixtureTest(definition, stream: stream, schema: nil)
        fixture = try await test.completed(fixture)
        return (fixture, try await test.run(fixture))
    }

    /// What the account says and may be shown.
    private var openSettings: [JSONValue.Member] {
        definition.settings.compactMap { setting in
            guard !setting.isSecret, let value = settings[setting.name], value != setting.defaultValue
            else { return nil }
            return .init(name: setting.name, value: value)
        }
    }
}
