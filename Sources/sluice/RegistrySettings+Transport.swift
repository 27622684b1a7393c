import CommandLine
import Configuration
import Core
import Extraction
import HTTP
import Runs

extension RegistrySettings {
    /// What flags, an account's file or the environment say of it; nil where nobody names one.
    static func of(_ program: Program, _ command: ParsedCommand, _ file: AccountFile?)
        throws(ConfigurationError)
        -> RegistrySettings?
    {
        try resolve(
            file: file,
            option: { name in command.value(name).map { ($0, command.source(name) == .commandLine) } },
            reader: SecretReader(environment: program.environment)
        )
    }

    /// Runs `body` with a way to the registry, which ends with it; with nil where there is no registry.
    static func withRegistry<Value>(
        _ settings: RegistrySettings?,
        _ body: (SchemaRegistry?) async throws -> Value
    ) async throws -> Value {
        guard let settings else { return try await body(nil) }
        var way = CurlTransport.Settings(caFile: settings.caFile, userAgent: "sluice/\(VersionText.number)")
        // Schemas are no secret; where there is one, its settings have seen to it.
        way.sendsPlainHTTP = settings.user == nil
        let transport = try CurlTransport(settings: way)
        return try await closing(transport, by: { await $0.close() }) { transport in
            let registry = SchemaRegistry(
                settings.address,
                user: settings.user,
                password: settings.password,
                registers: settings.registers,
                naming: settings.naming,
                transport: transport,
                clock: WaitingClock(ContinuousClock())
            )
            return try await body(registry)
        }
    }
}
