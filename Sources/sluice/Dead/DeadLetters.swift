import CommandLine
import Configuration
import Core
import Kafka

/// The dead letters that a command is about.
struct DeadLetters {
    let program: Program
    let command: ParsedCommand
    let options: KafkaOptions
    let letters: [DeadLetter]
    private let since: Instant?

    /// Reads those that are there; the bytes of records only of the letter that `shown` is the beginning of.
    init(program: Program, command: ParsedCommand, shown: String? = nil) async throws {
        self.program = program
        self.command = command
        since = try command.instant("since")
        options = try KafkaOptions(program: program, command: command, file: nil)
        letters = try await DeadScan(options.settings, prefix: options.prefix).run { id in
            shown.map { !$0.isEmpty && id.hasPrefix($0) } ?? false
        }
    }

    /// Those that the filters choose.
    func chosen() throws -> [DeadLetter] {
        let choice = try AccountChoice(program: program, command: command)
        return letters.filter { letter in
            choice.contains(letter.account)
                && command.value("stream").map { $0 == letter.stream.text } ?? true
                && command.value("code").map { $0 == letter.reason.code } ?? true
                && since.map { letter.at >= $0 } ?? true
        }
    }

    /// Throws where a command does not say which letters it is about, or says it twice.
    static func check(_ command: ParsedCommand) throws {
        let filters = filters(of: command)
        if command.values("letter").isEmpty {
            guard filters.isEmpty, !command.has("all") else { return }
            throw UsageError(
                .badValue,
                "say which letters: by their ids, by --stream, --code and other filters, or --all",
                command: command.title
            )
        }
        guard !filters.isEmpty || command.has("all") else { return }
        throw UsageError(
            .badValue,
            "letters are named by their ids, or chosen by --\(filters.first ?? "all"); leave out one of them",
            command: command.title
        )
    }

    private static func filters(of command: ParsedCommand) -> [String] {
        ["extractor", "account", "stream", "code", "since"].filter { command.has($0) }
    }

    /// Those that a command is about: named by ids, else those that the filters choose.
    func wanted() throws -> [DeadLetter] {
        let ids = command.values("letter")
        guard !ids.isEmpty else { return try chosen() }
        var named: [DeadLetter] = []
        for letter in try ids.map({ try self.named($0) }) where !named.contains(letter) {
            named.append(letter)
        }
        return named
    }

    /// The one that an id, or the beginning of one, names.
    func named(_ id: String) throws -> DeadLetter {
        let found = letters.filter { $0.id.hasPrefix(id) }
        guard let letter = found.first, !id.isEmpty else {
            throw StateError(
                .unknownLetter,
                "there is no dead letter \(id) in \(options.prefix.deadTopic): it was replayed or dropped, or is older than the "
                    + "topic keeps them; sluice dead list shows those that are there"
            )
        }
        guard found.count == 1 || letter.id == id else {
            throw StateError(
                .unknownLetter,
                "\(found.count) dead letters begin with \(id): \(found.prefix(5).map(\.id).joined(separator: ", ")); write more "
                    + "of the one that you mean"
            )
        }
        return found.first { $0.id == id } ?? letter
    }
}
