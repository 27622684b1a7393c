import CommandLine
import Core
import JSON
import Telemetry

/// `sluice dead list`: the letters as they are committed, read without any session.
struct DeadListCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let letters = try await DeadLetters(program: program, command: command).chosen()
        if command.value("output") == "json" {
            program.print(JSONValue.array(letters.map(\.row)).compactText + "\n")
        } else {
            show(letters)
        }
        return ExitCode.success.rawValue
    }

    private func show(_ letters: [DeadLetter]) {
        guard !letters.isEmpty else {
            program.print("no dead letters\n")
            return
        }
        var table = Table([
            .init("LETTER"), .init("TIME"), .init("ACCOUNT"), .init("STREAM"), .init("KEY"),
            .init("BYTES", .right), .init("CODE"), .init("REASON"),
        ])
        for letter in letters {
            table.append([
                letter.id, letter.at.rfc3339(), letter.account.text, letter.stream.text, letter.keyText,
                "\(letter.size)", letter.reason.code, letter.reason.text,
            ])
        }
        program.print(table)
    }
}

extension DeadLetter {
    /// All but the record, for programs.
    var row: JSONValue {
        [
            "id": .string(id), "at": .time(at), "account": .string(account.text),
            "stream": .string(stream.text), "topic": .string(topic),
            "key": .string(String(decoding: key, as: UTF8.self)),
            "code": .string(reason.code), "reason": .string(reason.text), "run": .string(run),
            "size": .number(size), "sha256": .string(sha256), "whole": .bool(isWhole),
        ]
    }
}
