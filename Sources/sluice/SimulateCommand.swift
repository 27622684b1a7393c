import CommandLine
import Core
import Runs
import Simulators

/// `sluice simulate`: serves a stand-in until a signal comes.
struct SimulateCommand {
    let program: Program
    let command: ParsedCommand

    /// A service that there is a stand-in for.
    struct Service: Sendable {
        var name: String
        var faults: [String]
        /// Those that are so with every account.
        var usual: [String]
        var make: @Sendable (SimulatorConfiguration) throws -> any Simulator
    }

    static let services = [
        Service(
            name: "stripe",
            faults: StripeSimulator.faults,
            usual: StripeSimulator.usualFaults.keys.sorted()
        ) { try StripeSimulator($0) },
        Service(
            name: "zendesk",
            faults: ZendeskSimulator.faults,
            usual: ZendeskSimulator.usualFaults.keys.sorted()
        ) { try ZendeskSimulator($0) },
        Service(
            name: "hubspot",
            faults: HubSpotSimulator.faults,
            usual: HubSpotSimulator.usualFaults.keys.sorted()
        ) { try HubSpotSimulator($0) },
    ]

    /// What help and the manual page say of it: what can go wrong with each service, and what tests can ask for.
    static var discussion: [String] {
        var text = [
            "It holds invented objects that follow from the seed, and has the paging, limits, errors and traps of its "
                + "model, under a clock of its own that starts in the past and never overtakes the machine's.",
            "A fault strikes one request in ten, or as many as its rate says; some change what the account holds. "
                + "forbidden_NAME refuses what belongs to one stream.",
        ]
        for service in services {
            let names = service.faults.filter { !$0.hasPrefix("forbidden_") }
            text.append(
                "Faults of \(service.name): \(names.joined(separator: ", ")), forbidden_NAME. On from the start, until "
                    + "NAME=0: \(service.usual.joined(separator: ", "))."
            )
        }
        text.append(
            "For tests, GET /_control/truth tells what each stream holds, and GET /_control/requests what was asked "
                + "for; POST /_control/change takes {\"creates\": N, \"updates\": N, \"deletes\": N, \"merges\": N, "
                + "\"streams\": [NAME]}, /_control/put {\"stream\": NAME, \"id\": ID, \"members\": {NAME: VALUE}} (a new "
                + "object without id), /_control/faults {\"NAME\": {\"rate\": R, \"next\": N, \"seconds\": S}}, "
                + "/_control/clock {\"advance\": SECONDS}."
        )
        return text
    }

    func run() async throws -> Int32 {
        var configuration = SimulatorConfiguration()
        configuration.port = UInt16(try command.int("port", in: 0...65_535) ?? 0)
        configuration.seed = UInt64(try command.int("seed", in: 0...Int.max) ?? 1)
        configuration.records = try command.int("records", in: 0...1_000_000_000) ?? 1000
        configuration.faults = try faults()
        configuration.clockSpeed = try clockSpeed()
        configuration.changesPerMinute = try command.int("changes-per-minute", in: 0...6000) ?? 0
        configuration.people = try command.int("people", in: 0...Int.max).map { UInt64($0) }
        configuration.configOut = command.value("config-out")
        let name = command.value("service")
        guard let service = Self.services.first(where: { $0.name == name }) else {
            preconditionFailure("the command line let '\(name ?? "")' through")
        }
        let stop = program.signals.awaited()
        let simulator = try service.make(configuration)
        let port = try simulator.start()
        program.print(
            "\(service.name) at http://127.0.0.1:\(port) (\(simulator.credential); Ctrl-C ends it)\n"
        )
        await stop.wait()
        simulator.stop()
        return ExitCode.success.rawValue
    }

    /// `NAME` strikes one request in ten, `NAME=RATE` as often as it says.
    private func faults() throws -> [String: FaultPlan.Fault] {
        var faults: [String: FaultPlan.Fault] = [:]
        for word in (command.value("faults") ?? "").split(separator: ",") {
            let parsed =
                word.contains("=") ? try FaultPlan.parse(String(word)) : (String(word), .init(rate: 0.1))
            faults[parsed.0] = parsed.1
        }
        return faults
    }

    private func clockSpeed() throws -> Double {
        let text = command.value("clock-speed") ?? "1"
        guard let speed = Double(text), speed > 0, speed <= 1_000_000 else {
            throw SimulatorError("--clock-speed \(text): give a number above 0 and up to 1000000, such as 60")
        }
        return speed
    }
}
