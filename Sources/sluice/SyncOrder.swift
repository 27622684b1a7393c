import CommandLine
import Configuration
import Core
import Extraction
import HTTP
import JSON
import Kafka
import Runs

/// What a `sluice sync` is to read, made of flags, file and definition; all bad input shows here, before anything starts.
struct SyncOrder: Sendable {
    let file: AccountFile?
    let account: AccountName
    let definition: ExtractorDefinition
    let settings: ResolvedSettings
    let connection: ConnectionSettings
    /// What seals a credential that the state keeps.
    let stateKeys: [Secret]
    private let resolver: SettingsResolver
    private let flags: [GivenSetting]
    let streams: [ChosenStream]
    let template: TopicTemplate
    let limit: Int?
    /// Nothing older is asked for.
    let since: Instant?
    let runID: String

    init(program: Program, command: ParsedCommand) throws {
        let file = try Self.file(command)
        let flags = try SettingFlag.parse(command.values("set"), option: "--set")
        let reader = SecretReader(environment: program.environment)
        // What does not depend on what is wrong is looked at as well, so that all of it is told at once.
        var problems = Problems()
        let extractor = try problems.take { try Self.value("extractor", command, file?.extractor) }
        let definition = try extractor.flatMap { extractor in
            try problems.take { try program.definition(of: extractor, command, file: file) }
        }
        let account = try problems.take {
            try Self.value("account", command, file?.account).read {
                try AccountName(extractor: definition?.name ?? "unknown", account: $0)
            }
        }
        let resolver = SettingsResolver(declarations: definition?.settings ?? [], reader: reader)
        let settings = try definition.flatMap { _ in
            try problems.take { try resolver.resolve(file: file, flags: flags) }
        }
        let stateKeys = try problems.take {
            try StateKeys.resolve(
                file: file,
                flags: command.values("state-key"),
                variable: program.environment["SLUICE_STATE_KEY"],
                reader: reader
            )
        }
        let connection = try problems.take {
            try ConnectionSettings.resolve(
                file: file,
                flags: ConnectionSettings.flags { command.value($0) },
                reader: reader
            )
        }
        let template = try problems.take {
            try command.given("topic-template", else: file?.topicTemplate)?.read {
                try TopicTemplate(parsing: $0)
            } ?? .standard
        }
        let streams = try definition.flatMap { definition in
            try problems.take {
                try Self.streams(of: definition, named: command.values("stream"), else: file?.streams)
            }
        }
        let since = try streams.flatMap { streams in try problems.take { try Self.since(command, streams) } }
        let limit = try command.int("limit", in: 1...Int.max)
        try problems.check()
        guard let definition, let account, let settings, let stateKeys, let connection, let template,
            let streams
        else { preconditionFailure("what is missing was no problem") }
        self.file = file
        self.flags = flags
        self.definition = definition
        self.account = account
        self.resolver = resolver
        self.settings = settings
        self.stateKeys = stateKeys
        self.connection = connection
        self.template = template
        self.streams = streams
        self.limit = limit
        self.since = since ?? nil
        runID = RunID(at: Instant.systemClock()).text
    }

    var redaction: Redaction {
        Redaction(secrets: settings.secrets + connection.secrets + stateKeys.map(\.revealed))
    }

    /// The outcome of a run that could not begin: the summary still has its one form.
    func nothingRead(isCancelled: Bool) -> RunOutcome {
        let stream = StreamOutcome(status: isCancelled ? .cancelled : .failed)
        return RunOutcome(
            streams: streams.flatMap(\.names).map { ($0, stream) },
            transactions: 0,
            duration: .zero
        )
    }

    /// The topics of the streams, in their order; two that Kafka could not tell apart are refused.
    func topics(of streams: [StreamDefinition], _ prefix: TopicPrefix) throws -> [EventTopic] {
        var topics: [EventTopic] = []
        for stream in streams {
            let name = try StreamName(stream.name)
            let topic = try template.topic(prefix: prefix, account: account, stream: name)
            if let other = topics.first(where: {
                $0.topic == topic || TopicTemplate.collide($0.topic, topic)
            }) {
                throw ConfigurationError(
                    .badSetting,
                    "the topic template \"\(template)\" would lead the streams \(other.stream) and \(name) into "
                        + "one topic: \(other.topic) and \(topic) are the same to Kafka; change the template"
                )
            }
            topics.append(EventTopic(stream: name, topic: topic))
        }
        return topics
    }

    func requester(
        _ transport: CurlTransport,
        onClockSkew: @escaping @Sendable (ClockSkew) -> Void
    ) throws -> Requester {
        try Requester(
            extractor: definition,
            settings: settings.values,
            transport: transport,
            clock: WaitingClock(ContinuousClock()),
            wall: Instant.systemClock,
            stateKeys: stateKeys,
            reread: { [self] in try await rereadSettings() },
            onClockSkew: onClockSkew
        )
    }

    /// The settings as their files and programs give them now: off the shared threads, since it can take seconds.
    private func rereadSettings() async throws -> [String: JSONValue] {
        let thread = SerialThread()
        defer { thread.stop() }
        return try await thread.run { [self] in try resolver.resolve(file: file, flags: flags).values }
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
        guard let text = command.value("since") else { return nil }
        guard let since = TimeText.instant(text) else { throw command.bad("since", text, TimeText.forms) }
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

    /// The named streams in the definition's order; all of them where none is named.
    static func streams(
        of definition: ExtractorDefinition,
        named flags: [String],
        else file: [PlacedText]?
    ) throws -> [ChosenStream] {
        let names = flags.isEmpty ? file ?? [] : flags.map { PlacedText($0, at: .flag("--stream")) }
        var problems = Problems()
        for name in names { _ = try problems.take { try name.read { try definition.chosen($0) } } }
        try problems.check()
        return try definition.chosen(names.map(\.text))
    }

    private static func value(_ name: String, _ command: ParsedCommand, _ file: PlacedText?) throws
        -> PlacedText
    {
        guard let value = command.given(name, else: file) else {
            throw ConfigurationError(
                .missingSetting,
                "no \(name); give --\(name) NAME, or \(name): in the account's file"
            )
        }
        return value
    }

}
