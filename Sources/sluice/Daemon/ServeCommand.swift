import CommandLine
import Configuration
import Core
import Daemon
import HTTP
import JSON
import Kafka
import Runs
import Scheduling
import Telemetry

/// `sluice serve`: the daemon, until a signal comes.
struct ServeCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let settings = try options.settings()
        return try await RegistrySettings.withRegistry(settings.registry) { registry in
            try await serve(settings, registry)
        }
    }

    private func serve(_ settings: DaemonSettings, _ registry: SchemaRegistry?) async throws -> Int32 {
        let logger = logger(settings)
        let stop = program.signals.awaited()
        let reloads = program.signals.reloads()
        // For webhooks and pings.
        let transport = try CurlTransport(settings: .init(userAgent: "sluice/\(VersionText.number)"))
        let host = DaemonHost(
            settings: try service(settings, registry, logger),
            admin: AdminServer.Configuration(
                host: settings.listen.host,
                port: UInt16(settings.listen.port),
                tokens: settings.token.map { ["token": $0] } ?? [:]
            ),
            alerts: .init(
                settings: settings.alerts,
                transport: transport,
                reader: SecretReader(environment: program.environment)
            ),
            notifier: ServiceNotifier(environment: program.environment, log: logger),
            logger: logger
        )
        let listen = settings.listen
        do {
            try await host.run(stop: stop, reloads: reloads) { [program] port, _ in
                var address = listen
                address.port = Int(port)
                program.print("sluice serves \(settings.schedules): http://\(address)\n")
            }
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
        return ExitCode.success.rawValue
    }

    private var options: DaemonOptions { DaemonOptions(program: program, command: command) }

    private func logger(_ settings: DaemonSettings) -> Logger {
        let redaction = Redaction(secrets: settings.secrets)
        return Logger(
            format: command.value("log-format") == "json" ? .json : .text,
            minimum: command.value("log-level").flatMap { Logger.Level(name: $0) } ?? .info,
            redact: { redaction($0) },
            writer: { [program] in program.console.write($0) }
        )
    }

    private func service(_ settings: DaemonSettings, _ registry: SchemaRegistry?, _ logger: Logger) throws
        -> DaemonService.Settings
    {
        let (program, options) = (program, options)
        let locator = program.locator(extractors: settings.extractors)
        let zones = ZoneDatabase(environment: program.environment)
        let kafka = KafkaSettings(
            bootstrap: settings.kafka.bootstrap,
            overrides: settings.kafka.overrides,
            clientID: "sluice",
            onLog: { logger.debug($0.text, ["facility": .string($0.facility)]) }
        )
        var place = RunPlace(
            kafka: kafka,
            prefix: settings.topicPrefix,
            host: program.hostName,
            lockFolder: try settings.lockFolder.map { try LockFolder(path: $0) }
                ?? LockFolder.standard()
        ) { setup in
            let transport = try CurlTransport(settings: setup.connection.transport)
            return (transport, { await transport.close() })
        }
        place.registry = registry
        place.cacheFolder = settings.cacheFolder.map { CacheFolder(path: $0) }
        let reader = SecretReader(environment: program.environment)
        return DaemonService.Settings(
            place: place,
            folder: ScheduleFolder(
                path: settings.schedules,
                // Anew each time: an update of the rules counts.
                zones: { ZoneDatabase(environment: program.environment) },
                definition: { try program.definition(of: $0, locator, file: $1) }
            ),
            machine: DaemonMachine.Settings(pools: settings.pools),
            sources: { loaded in
                options.sources(
                    loaded.file,
                    stateKeys: settings.stateKeys,
                    privacy: settings.privacy,
                    reader: reader,
                    locator: locator
                )
            },
            drainBudget: settings.drain,
            version: VersionText.number,
            zoneRelease: zones.version,
            watched: [zones.folder]
        )
    }
}
