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
        if fixture.settings.isEmpty { fixture.settings = openSettings }
        let sized = try definition.with(pageSize: fixture.pageSize)
        let session = try FixtureSession(
            sized,
            sized.stream(named: stream),
            settings: settings
        )
        let login = FixtureLogin(sized, settings: settings)
        for run in fixture.runs {
            let replay = ReplayTransport(
                run.exchanges,
                login: login,
                learned: fixture.login,
                secrets: secrets
            )
            _ = try await session.run(at: run.at, since: run.since, limit: run.limit, replay, .passing())
        }
        let recording = RecordingTransport(transport, sized, login: login, secrets: secrets)
        let at = Instant(seconds: at.seconds)
        let outcome = try await session.run(at: at, since: since, limit: limit, recording, clock)
        if recording.exchanges.isEmpty, let error = outcome.error { throw error }
        if !recording.learned.isEmpty { fixture.login = recording.learned }
        fixture.runs.append(
            Fixture.Run(
                at: at,
                since: since,
                limit: limit,
                exchanges: recording.exchanges,
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
