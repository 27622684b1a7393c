import Core
import Daemon
import Extraction
import Simulators

/// An account that is read: a stand-in for a service on a port of its own, under a clock of its own.
///
/// The clock runs fast, as much of what an API tells only counts a minute later: a demonstration shows it in seconds.
struct DemoAccount: Sendable {
    /// Seconds of its clock in one of ours.
    static let speed = 20
    /// Longer than anybody looks on.
    private static let never = "@yearly"

    let service: DemoService
    let name: AccountName
    let address: String
    let definition: ExtractorDefinition
    let simulator: any Simulator
    /// Those of all its schedules, in their order.
    let streams: [DemoStream]
    /// The topics of what they become.
    let entityTopics: Set<String>

    /// An account that listens; `close` must be called.
    init(_ service: DemoService, program: Program, settings: DemoSettings) throws {
        let locator = ExtractorLocator(
            option: nil,
            environment: program.environment,
            executablePath: program.executablePath
        )
        let definition = try ExtractorDefinition.load(folder: locator.folder(of: service.extractor))
        let name = try AccountName(extractor: service.extractor, account: "simulated")
        let prefix = try DemoBroker.prefix
        self.service = service
        self.definition = definition
        self.name = name
        let names = service.schedules.flatMap { Self.streams(of: $0, service, definition) }
        streams = try names.map { try DemoStream($0, of: name, prefix: prefix) }
        let read = definition.streams.filter { names.contains($0.name) }
        entityTopics = Set(read.flatMap(\.entities).map { prefix.entityTopic($0.entity.name) })
        simulator = try service.make(
            SimulatorConfiguration(
                seed: settings.seed,
                records: min(settings.records, service.mostRecords),
                faults: service.faults,
                clockSpeed: Double(Self.speed),
                people: settings.seed
            ),
            // Its clock stops at this one, and a fast clock would reach the machine's.
            { Instant.systemClock().advanced(by: .seconds(50 * 365 * 86_400)) }
        )
        address = "http://127.0.0.1:\(try simulator.start())"
    }

    /// An account of each service, all of which listen.
    static func open(_ services: [DemoService], program: Program, settings: DemoSettings) throws -> [Self] {
        var accounts: [DemoAccount] = []
        do {
            for service in services {
                accounts.append(try DemoAccount(service, program: program, settings: settings))
            }
        } catch {
            for account in accounts { account.close() }
            throw error
        }
        return accounts
    }

    func close() { simulator.stop() }

    /// The time that it goes by.
    var time: AccountTime {
        let real = ContinuousClock()
        let start = real.now
        return AccountTime(
            wall: { [simulator] in simulator.clock.now },
            clock: WaitingClock(
                elapsed: { start.duration(to: real.now) * Self.speed },
                sleep: { try await real.sleep(for: $0 / Self.speed) }
            )
        )
    }

    /// Lets what just happened get old enough to count.
    func settle() {
        let held = definition.feeds.map { $0.holdBack + $0.visibleWithin }.max() ?? .zero
        simulator.clock.advance(by: held + .seconds(1))
    }

    // MARK: Schedules

    /// Its files in the folder of schedules: the account's own, and one of each schedule.
    ///
    /// Where it `waits`, no schedule runs before it is asked to.
    func files(waits: Bool) -> [(name: String, text: String)] {
        let own = service.settings.map { "  \($0.name): \($0.value)\n" }.joined()
        let declaration = (name: "\(service.extractor).yaml", text: simulator.configurationFile() + own)
        return [declaration]
            + service.schedules.map { schedule in
                let streams = Self.streams(of: schedule, service, definition)
                return (
                    name: "\(schedule.id).yaml",
                    text: """
                    extractor: \(name.extractor)
                    account: \(name.account)
                    streams: [\(streams.joined(separator: ", "))]
                    entities: beside
                    when: "\(waits ? Self.never : schedule.when)"

                    """
                )
            }
    }

    private static func streams(
        of schedule: DemoService.Schedule,
        _ service: DemoService,
        _ definition: ExtractorDefinition
    ) -> [String] {
        if let streams = schedule.streams { return streams }
        let others = Set(service.schedules.flatMap { $0.streams ?? [] })
        return definition.streams.map(\.name).filter { !others.contains($0) }
    }
}
