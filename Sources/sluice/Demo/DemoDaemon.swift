import Configuration
import Core
import Daemon
import Extraction
import HTTP
import Kafka
import Scheduling
import Telemetry

/// The daemon of a demonstration: as `sluice serve` has it, but of schedules in a temporary folder, and alone.
struct DemoDaemon: Sendable {
    let program: Program
    let settings: DemoSettings
    let accounts: [DemoAccount]
    let broker: DemoBroker
    let folder: TemporaryFolder

    /// Beside the wanted port.
    private static let sparePorts = 100

    /// Writes the schedules; a daemon that follows them.
    func host() throws -> DaemonHost {
        let schedules = try folder.folder("schedules")
        for account in accounts {
            for file in account.files(waits: settings.isOnce) {
                try folder.write(file.text, to: "\(schedules)/\(file.name)")
            }
        }
        let logger = Logger(
            format: .text,
            minimum: settings.isQuiet ? .error : .warning,
            writer: { [program] in program.console.write($0) }
        )
        var admin = AdminServer.Configuration(host: settings.listen.host, port: UInt16(settings.listen.port))
        admin.spares = Self.sparePorts
        var host = DaemonHost(
            settings: try service(schedules),
            admin: admin,
            notifier: ServiceNotifier(environment: [:], log: logger),
            logger: logger
        )
        host.membership = .exclusive
        return host
    }

    private func service(_ schedules: String) throws -> DaemonService.Settings {
        let zones = ZoneDatabase(environment: program.environment)
        let definition: @Sendable (PlacedText) throws -> ExtractorDefinition = { [accounts] extractor in
            guard let account = accounts.first(where: { $0.name.extractor == extractor.text }) else {
                throw DemoError("the demonstration has no account of \(extractor.text)")
            }
            return account.definition
        }
        return DaemonService.Settings(
            place: try place(),
            folder: ScheduleFolder(
                path: schedules,
                zones: { zones },
                definition: { name, _ in try definition(name) }
            ),
            sources: { loaded in
                AccountSources(
                    file: loaded.file,
                    reader: SecretReader(environment: [:]),
                    definition: definition
                )
            },
            version: VersionText.number,
            zoneRelease: zones.version
        )
    }

    private func place() throws -> RunPlace {
        var place = RunPlace(
            kafka: broker.settings,
            prefix: try DemoBroker.prefix,
            host: program.hostName,
            lockFolder: try LockFolder(path: "\(folder.path)/locks")
        ) { setup in
            let transport = try CurlTransport(settings: setup.connection.transport)
            return (transport, { await transport.close() })
        }
        place.cacheFolder = CacheFolder(path: "\(folder.path)/cache")
        place.topicOrigin = .asFound
        let times = Dictionary(uniqueKeysWithValues: accounts.map { ($0.name, $0.time) })
        place.time = { times[$0] }
        return place
    }
}
