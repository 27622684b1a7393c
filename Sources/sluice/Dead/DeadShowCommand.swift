import CommandLine
import Core
import Telemetry

/// `sluice dead show`: one letter, whole.
struct DeadShowCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let id = command.value("letter") ?? ""
        let letters = try await DeadLetters(program: program, command: command, shown: id)
        let letter = try letters.named(id)
        switch command.value("output") {
        case "json": program.output.write(letter.bytes + [UInt8(ascii: "\n")])
        case "record": program.output.write(letter.kept)
        default: show(letter)
        }
        return ExitCode.success.rawValue
    }

    private func show(_ letter: DeadLetter) {
        var lines = [
            ("letter", letter.id), ("time", letter.at.recordText),
            ("reason", "\(letter.reason.text) [\(letter.reason.code)]"),
            ("account", letter.account.text), ("stream", letter.stream.text),
            ("key", String(decoding: letter.key, as: UTF8.self)),
        ]
        if let parent = letter.parent { lines.append(("parent", String(decoding: parent, as: UTF8.self))) }
        lines += [("topic", letter.topic), ("run", letter.run), ("answered", letter.seen.recordText)]
        if let bookmark = letter.bookmark {
            lines.append(("bookmark", String(decoding: bookmark, as: UTF8.self)))
        }
        lines += [("bytes", "\(letter.size)"), ("sha256", letter.sha256)]
        program.print(pairs: lines)
        program.print(
            letter.isWhole
                ? "\n"
                : "\nThe record is too large to be kept whole. Its first \(letter.kept.count) bytes:\n\n"
        )
        program.output.write(letter.kept + [UInt8(ascii: "\n")])
    }
}
