import CommandLine
import Configuration
import Core
import Daemon
import JSON
import Kafka
import Runs

/// `sluice dead replay` and `drop`: letters are dealt with by the account's one writer, account by account.
struct DeadWorkCommand {
    let program: Program
    let command: ParsedCommand

    /// So many letters stand in one request: the audit names what became of each.
    private static let lettersAtOnce = 50

    private var work: StateChange.LetterWork { command.path.last == "drop" ? .drop : .replay }

    func run() async throws -> Int32 {
        let reason = try command.reason()
        try DeadLetters.check(command)
        let found = try await DeadLetters(program: program, command: command)
        let letters = try found.wanted()
        let report = ChangeReport(program: program, command: command)
        guard !letters.isEmpty else {
            report.finish(.done, [], message: "no dead letters")
            return ExitCode.success.rawValue
        }
        var messages: [String] = []
        for request in requests(letters, reason) {
            messages += try await perform(request, found.options).map { "\(request.account): \($0)" }
        }
        return try await finish(letters, found.options, report, messages)
    }

    /// One for each account, or more where there are many of it.
    private func requests(_ letters: [DeadLetter], _ reason: String) -> [StateRequest] {
        var requests: [StateRequest] = []
        for (account, letters) in Dictionary(grouping: letters, by: \.account).sorted(by: { $0.key < $1.key })
        {
            var rest = letters[...]
            while !rest.isEmpty {
                let part = rest.prefix(Self.lettersAtOnce)
                rest = rest.dropFirst(part.count)
                let change = StateChange.letters(
                    part.map(\.id),
                    of: Set(part.map(\.stream)).sorted(),
                    work
                )
                requests.append(StateRequest(account: account, change: change, reason: reason))
            }
        }
        return requests
    }

    /// What the topic has by now says what became of them, whoever did it.
    private func finish(
        _ letters: [DeadLetter],
        _ options: KafkaOptions,
        _ report: ChangeReport,
        _ messages: [String]
    ) async throws -> Int32 {
        let left = Set(try await DeadScan(options.settings, prefix: options.prefix).run().map(\.id))
        let staying = letters.filter { left.contains($0.id) }
        let plans = Dictionary(grouping: letters, by: \.account).sorted { $0.key < $1.key }.map {
            account,
            letters in
            let lines = letters.map { letter in
                ChangedState.Line(
                    stream: letter.stream,
                    before: letter.id,
                    after: left.contains(letter.id) ? "stays" : "over"
                )
            }
            return (account: account, changed: ChangedState(lines: lines))
        }
        let message =
            "\(letters.count - staying.count) of \(letters.count) dead letters are over"
            + messages.map { "\n\($0)" }.joined()
        if staying.isEmpty {
            report.finish(.done, plans, message: message)
            return ExitCode.success.rawValue
        }
        let isPartial = staying.count < letters.count
        report.finish(isPartial ? .partial : .refused, plans, message: message)
        return (isPartial ? ExitCode.partial : .failed).rawValue
    }

    // MARK: Who does it

    /// What came of each letter, in words; thrown where somebody refuses it.
    private func perform(_ request: StateRequest, _ options: KafkaOptions) async throws -> [String] {
        if let answer = try await ask(request, options) { return [answer] }
        let writer = StateWriter(program: program, command: command, options: options)
        guard work == .replay else { return try await perform(request, options, writer, nil, nil) }
        let file = try command.value("config").map { try AccountFile.load($0) }
        let setup = try setup(of: request.account, file)
        return try await RegistrySettings.withRegistry(.of(program, command, file)) { registry in
            try await perform(request, options, writer, setup, registry)
        }
    }

    private func perform(
        _ request: StateRequest,
        _ options: KafkaOptions,
        _ writer: StateWriter,
        _ setup: AccountSetup?,
        _ registry: SchemaRegistry?
    ) async throws -> [String] {
        let job = LettersJob(
            request,
            kafka: options.settings,
            prefix: options.prefix,
            setup: setup,
            registry: registry
        )
        let changed = try await writer.perform([(request, job)])
        return changed.flatMap(\.lines).map { "\($0.before): \($0.after)" }
    }

    /// What a daemon that did it says; nil where there is none, or none that knows the account.
    private func ask(_ request: StateRequest, _ options: KafkaOptions) async throws -> String? {
        let daemon = DaemonRequest(program: program, command: command, options: options)
        guard let (holder, answer) = try await daemon.ask(request) else { return nil }
        guard answer.status == .refused else { return "by the daemon on \(holder): \(answer.message)" }
        throw StateError(
            .unknownLetter,
            "the daemon on \(holder) refused it: \(answer.message) [\(answer.code ?? "daemon.refused")]"
        )
    }

    /// How the account's records are published, by its file or by flags.
    private func setup(of account: AccountName, _ file: AccountFile?) throws -> AccountSetup {
        let sources = try AccountSources(of: account, program: program, command: command, file: file)
        let setup = try AccountSetup(sources)
        try sources.check(setup.account, is: account)
        return setup
    }
}
