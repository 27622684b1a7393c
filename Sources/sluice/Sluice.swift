import CommandLine
import Configuration
import Core
import ExtractorKit
import Glibc
import Kafka
import Telemetry

/// The command: wiring only.
@main
struct Sluice {
    // Not async: the runtime's own main loop would unblock all signals in this thread, which takes them instead.
    static func main() {
        KafkaLibrary.keepMemory()
        let signals = Signals()
        Task.detached {
            exit(await Sluice(signals: signals).run(Array(Swift.CommandLine.arguments.dropFirst())))
        }
        signals.takeForever()
    }

    private let program: Program

    private init(signals: Signals) {
        let environment = ProcessEnvironment.current
        program = Program(
            environment: environment,
            signals: signals,
            terminal: Terminal.behind(STDERR_FILENO) { environment[$0] }
        )
    }

    /// Runs the words and gives the exit code: what did not reach the standard output is no success.
    private func run(_ words: [String]) async -> Int32 {
        let code = await perform(words)
        guard code == ExitCode.success.rawValue, let reason = program.output.failure else { return code }
        program.complain("cannot write to the standard output: \(reason)")
        return ExitCode.environment.rawValue
    }

    private func perform(_ words: [String]) async -> Int32 {
        let interface = CommandTree.interface
        do {
            let width = min(100, Terminal.behind(STDOUT_FILENO) { program.environment[$0] }.size().columns)
            switch try interface.parse(words, environment: { program.environment[$0] }, width: width) {
            case .show(let text):
                program.print(text)
                return ExitCode.success.rawValue
            case .run(let command):
                return try await dispatch(command)
            }
        } catch let error as UsageError {
            program.complain(error)
            return ExitCode.configuration.rawValue
        } catch let error as any SluiceError {
            program.complain("\(error)")
            return error.exitCode.rawValue
        } catch {
            program.complain("\(error)")
            return ExitCode.configuration.rawValue
        }
    }

    private func dispatch(_ command: ParsedCommand) async throws -> Int32 {
        switch command.path.first {
        case "sync": try await SyncCommand(program: program, command: command).run()
        case "serve": try await ServeCommand(program: program, command: command).run()
        case "config": try ConfigShowCommand(program: program, command: command).run()
        case "doctor": await DoctorCommand(program: program, command: command).run()
        case "trigger", "pause", "resume", "skip-next", "cancel":
            try await AskCommand(program: program, command: command).run()
        case "backfill": try await BackfillCommand(program: program, command: command).run()
        case "backfills": try await BackfillsCommand(program: program, command: command).run()
        case "runs", "logs": try await RunsCommand(program: program, command: command).run()
        case "audit": try await AuditCommand(program: program, command: command).run()
        case "schedule": try schedule(command)
        case "demo": try await DemoCommand(program: program, command: command).run()
        case "simulate": try await SimulateCommand(program: program, command: command).run()
        case "catalog": try await CatalogCommand(program: program, command: command).run()
        case "dead": try await dead(command)
        case "schemas": try await schemas(command)
        case "privacy": try privacy(command)
        case "state": try await state(command)
        case "account": try await StateChangeCommand(program: program, command: command).run()
        case "extractor": try await extractor(command)
        default: preconditionFailure("a command without an implementation: \(command.title)")
        }
    }

    private func state(_ command: ParsedCommand) async throws -> Int32 {
        switch command.path.last {
        case "show": try await StateShowCommand(program: program, command: command).run()
        case "reset", "set", "skip": try await StateChangeCommand(program: program, command: command).run()
        case "export": try await StateExportCommand(program: program, command: command).run()
        case "import": try await StateImportCommand(program: program, command: command).run()
        default: preconditionFailure("a command without an implementation: \(command.title)")
        }
    }

    private func dead(_ command: ParsedCommand) async throws -> Int32 {
        switch command.path.last {
        case "list": try await DeadListCommand(program: program, command: command).run()
        case "show": try await DeadShowCommand(program: program, command: command).run()
        case "replay", "drop": try await DeadWorkCommand(program: program, command: command).run()
        default: preconditionFailure("a command without an implementation: \(command.title)")
        }
    }

    private func schedule(_ command: ParsedCommand) throws -> Int32 {
        switch command.path.last {
        case "next": try ScheduleNextCommand(program: program, command: command).run()
        case "lint": try ScheduleLintCommand(program: program, command: command).run()
        case "describe": try ScheduleDescribeCommand(program: program, command: command).run()
        default: preconditionFailure("a command without an implementation: \(command.title)")
        }
    }

    private func privacy(_ command: ParsedCommand) throws -> Int32 {
        switch command.path.last {
        case "show": try PrivacyShowCommand(program: program, command: command).run()
        case "check": try PrivacyCheckCommand(program: program, command: command).run()
        default: preconditionFailure("a command without an implementation: \(command.title)")
        }
    }

    private func schemas(_ command: ParsedCommand) async throws -> Int32 {
        switch command.path.last {
        case "show": try SchemasShowCommand(program: program, command: command).run()
        case "diff": try await SchemasDiffCommand(program: program, command: command).run()
        default: preconditionFailure("a command without an implementation: \(command.title)")
        }
    }

    private func extractor(_ command: ParsedCommand) async throws -> Int32 {
        switch command.path.last {
        case "check": try ExtractorCheckCommand(program: program, command: command).run()
        case "read": try await ExtractorReadCommand(program: program, command: command).run()
        case "test": try await ExtractorTestCommand(program: program, command: command).run()
        case "record": try await ExtractorRecordCommand(program: program, command: command).run()
        case "list": ExtractorListCommand(program: program, command: command).run()
        case "entities": try ExtractorEntitiesCommand(program: program, command: command).run()
        case "schema":
            {
                program.print(FormatSchema.text)
                return ExitCode.success.rawValue
            }()
        default: preconditionFailure("a command without an implementation: \(command.title)")
        }
    }
}
