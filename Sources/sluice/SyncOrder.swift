import CommandLine
import Configuration
import Core
import Daemon
import Extraction
import Runs

/// What a `sluice sync` is to read, made of flags, file and definition; all bad input shows here, before anything starts.
struct SyncOrder: Sendable {
    let file: AccountFile?
    let setup: AccountSetup
    let limit: Int?
    /// Nothing older is asked for.
    let since: Instant?
    let runID: String

    init(program: Program, command: ParsedCommand) throws {
        let file = try Self.file(command)
        var sources = try AccountSources(program: program, command: command, file: file)
        sources.missing = { "no \($0); give --\($0) NAME, or \($0): in the account's file" }
        sources.extractor = command.given("extractor", else: file?.extractor)
        sources.account = command.given("account", else: file?.account)
        sources.deadLetters = command.given("dead-letters", else: file?.deadLetters)
        sources.streams = command.values("stream").map { PlacedText($0, at: .flag("--stream")) }
        var problems = Problems()
        let setup = try problems.take { try AccountSetup(sources) }
        let since = try problems.take { try Self.since(command, setup?.streams ?? []) }
        let limit = try command.int("limit", in: 1...Int.max)
        try problems.check()
        guard let setup else { preconditionFailure("what is missing was no problem") }
        self.file = file
        self.setup = setup
        self.limit = limit
        self.since = since ?? nil
        let isChosen = !sources.streams.isEmpty || file?.streams != nil
        chosen = isChosen ? setup.streams.flatMap(\.names) : nil
        runID = RunID(at: Instant.systemClock()).text
    }

    /// The streams that flags or the file name; nil for the extractor's own choice.
    let chosen: [String]?

    var account: AccountName { setup.account }
    var streams: [ChosenStream] { setup.streams }

    /// The outcome of a run that could not begin: the summary still has its one form.
    func nothingRead(isCancelled: Bool) -> RunOutcome {
        let stream = StreamOutcome(status: isCancelled ? .cancelled : .failed)
        return RunOutcome(
            streams: streams.flatMap(\.names).map { ($0, stream) },
            transactions: 0,
            duration: .zero
        )
    }

    /// The account's file: the schedule, or the one of `--config`.
    private static func file(_ command: ParsedCommand) throws -> AccountFile? {
        let schedule = command.value("schedule")
        let config = command.value("config")
        if let schedule, let config {
            throw ConfigurationError(
                .badFlag,
                "the account stands in \(schedule) and in \(config) of --config; name one file"
            )
        }
        return try (schedule ?? config).map { try AccountFile.load($0) }
    }

    /// The time of `--since`, which every stream must be able to ask for.
    private static func since(_ command: ParsedCommand, _ streams: [ChosenStream]) throws -> Instant? {
        guard let text = command.value("since"), let since = try command.instant("since") else { return nil }
        guard since <= Instant.systemClock() else {
            throw command.bad("since", text, "a time in the past")
        }
        let unable = streams.filter { !$0.definition.beginsAtTime }.flatMap(\.names)
        guard let first = unable.first else { return since }
        throw ExtractionError(
            .noSince,
            "--since: the \(unable.count == 1 ? "list" : "lists") of \(unable.joined(separator: ", ")) cannot begin at "
                + "a time (no since: in the definition); choose other streams with --stream, or read these without --since",
            stream: first
        )
    }
}
