package import Configuration
import Core
import Events
package import Extraction
import Runs

/// What an account's streams are compared with, and what becomes of what differs: the extractor's word, or the file's.
package struct DriftRules: Sendable {
    private let folder: String?
    private let all: DriftResponse?
    private let streams: [String: DriftResponse]

    /// Rules; throws where the file names a stream that there is not.
    package init(_ definition: ExtractorDefinition, _ choice: DriftChoice?) throws {
        folder = definition.folder
        all = choice?.all
        var streams: [String: DriftResponse] = [:]
        var problems = Problems()
        for (name, response) in choice?.streams ?? [] {
            let stream = try problems.take { try name.read { try definition.stream(named: $0) } }
            if let stream { streams[stream.name] = response }
        }
        try problems.check()
        self.streams = streams
    }

    /// Reads the schemas of some streams; of one that cannot be used nothing is compared, as `extractor check` says.
    func schemas(of streams: [StreamDefinition]) -> StreamSchemas {
        guard let folder else { return StreamSchemas() }
        return StreamSchemas.read(folder: folder, only: Set(streams.map(\.schemaName)))
    }

    /// What a stream's records are compared with; nil where it has no schema.
    func plan(
        _ stream: StreamDefinition,
        _ schemas: StreamSchemas,
        account: AccountName,
        _ session: any Destination
    ) throws -> DriftPlan? {
        let name = stream.schemaName
        guard let schema = schemas.schemas[name] else { return nil }
        let key = try StreamName(stream.name)
        return DriftPlan(
            schema: schema,
            response: streams[name] ?? all ?? stream.onDrift,
            known: try session.stateValue(.schema(account, key)).map {
                try SchemaRecord($0, account: account, stream: key)
            }
        )
    }

}
