import Configuration
import Core
import Extraction
import HTTP
import Simulators

/// The account that is read: a local Stripe on a port of its own, under a clock of its own.
///
/// The clock runs fast, as what the feed tells only counts a minute later: a demonstration shows it in seconds.
struct DemoAccount: Sendable {
    /// Seconds of its clock in one of ours.
    static let speed = 20

    let name: AccountName
    let address: String
    let definition: ExtractorDefinition
    let requester: Requester
    let simulator: StripeSimulator
    private let transport: CurlTransport

    /// An account that listens; `close` must be called.
    init(program: Program, settings: DemoSettings) throws {
        let simulator = try StripeSimulator(
            SimulatorConfiguration(
                seed: settings.seed,
                records: settings.records,
                // Of what no event tells a week's run would tell: longer than anybody looks on.
                faults: ["silent_changes": .init()],
                clockSpeed: Double(Self.speed)
            ),
            // Its clock stops at this one, and a fast clock would reach the machine's.
            wall: { Instant.systemClock().advanced(by: .seconds(50 * 365 * 86_400)) }
        )
        let locator = ExtractorLocator(
            option: nil,
            environment: program.environment,
            executablePath: program.executablePath
        )
        definition = try ExtractorDefinition.load(folder: locator.folder(of: "stripe"))
        self.simulator = simulator
        address = "http://127.0.0.1:\(try simulator.start())"
        do {
            let file = try AccountFile.parse(Array(simulator.configurationFile().utf8), path: "demo.yaml")
            name = try AccountName(extractor: "stripe", account: file.account?.text ?? "simulated")
            transport = try CurlTransport(settings: CurlTransport.Settings())
            requester = try Requester(
                extractor: definition,
                settings: SettingsResolver(declarations: definition.settings).resolve(file: file, flags: [])
                    .values,
                transport: transport,
                clock: WaitingClock(ContinuousClock()),
                wall: { simulator.clock.now }
            )
        } catch {
            simulator.stop()
            throw error
        }
    }

    func close() async {
        await transport.close()
        simulator.stop()
    }

    /// Its calendar.
    var wall: WallClock { { [simulator] in simulator.clock.now } }

    /// Its time, for waits that the account's clock is waited for with.
    var clock: WaitingClock {
        let real = ContinuousClock()
        let start = real.now
        return WaitingClock(
            elapsed: { start.duration(to: real.now) * Self.speed },
            sleep: { try await real.sleep(for: $0 / Self.speed) }
        )
    }

    /// Lets what just happened get old enough to count.
    func settle() {
        let held = definition.feeds.map { $0.holdBack + $0.visibleWithin }.max() ?? .zero
        simulator.clock.advance(by: held + .seconds(1))
    }
}
