import CommandLine
import Configuration
import Core
import Daemon
import JSON
import Kafka
import Telemetry

/// `sluice erase find`: where a person's values are, so that their keys can be erased.
struct EraseFindCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let options = try KafkaOptions(program: program, command: command, file: nil)
        let choice = try AccountChoice(program: program, command: command)
        let stream = try command.value("stream").map { try command.stream($0) }
        let search = PersonSearch(
            for: command.values("value"),
            kafka: options.settings,
            prefix: options.prefix,
            where: { account, found in
                choice.contains(account) && (stream == nil || found == nil || found == stream)
            },
            onTopic: program.looksThrough
        )
        let accounts = try await StateScan(options.settings, prefix: options.prefix).run().accounts
        show(try await search.run(accounts))
        return ExitCode.success.rawValue
    }

    private func show(_ matches: [PersonSearch.Match]) {
        guard command.value("output") != "json" else {
            for match in matches { program.print(match.json.compactText + "\n") }
            return
        }
        guard !matches.isEmpty else {
            program.print("nothing that is published holds it\n")
            return
        }
        var table = Table([
            .init("ACCOUNT"), .init("STREAM"), .init("KEY"), .init("TOPIC"), .init("WHERE"),
        ])
        for match in matches {
            table.append([
                match.account?.text ?? "", match.stream?.text ?? "", match.key, match.topic,
                match.paths.joined(separator: ", "),
            ])
        }
        program.print(table)
    }
}

extension PersonSearch.Match {
    fileprivate var json: JSONValue {
        guard let account, let stream else {
            return ["topic": .string(topic), "line": .string(key)]
        }
        return [
            "account": .string(account.text), "stream": .string(stream.text), "key": .string(key),
            "topic": .string(topic), "paths": .array(paths.map(JSONValue.string)),
        ]
    }
}
