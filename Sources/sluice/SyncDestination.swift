import CommandLine
import Configuration
import Core
import Daemon
import Extraction
import Files
import Kafka
import Runs

/// Where the events of one sync go: chosen once, from the flags and the file.
struct SyncDestination: Sendable {
    private enum Place: Sendable {
        case kafka(KafkaOptions)
        case folder(String)
        case output(stateFile: String?)
    }

    private let place: Place
    /// What the events are written to of the streams that are known before the session starts.
    private let topics: [EventTopic]
    /// Whether the topics do not name the account, so that every key must.
    let isAccountInKey: Bool

    init(program: Program, command: ParsedCommand, order: SyncOrder, report: SyncReport) throws {
        let place = try Self.place(program, command, order.file, report)
        self.place = place
        if case .output = place, let limit = command.value("dead-letters"), limit != "0" {
            throw ConfigurationError(
                .badFlag,
                "--dead-letters \(limit): the standard output has no place for dead letters, so that a record that cannot be "
                    + "published stops its stream there; leave it out, or write to a folder"
            )
        }
        let known = order.streams.map(\.definition).filter { !$0.isFamily }
        topics = try Self.topics(of: known, order, place) + Self.entityTopics(of: known, order, place)
        // A folder is of one account.
        isAccountInKey = if case .kafka = place { order.setup.isAccountInKey } else { false }
    }

    /// What the streams' events are written to, in the order of the streams.
    func topics(of streams: [StreamDefinition], _ order: SyncOrder) throws -> [EventTopic] {
        try Self.topics(of: streams, order, place)
    }

    /// The topics of the entities that the streams become.
    func entityTopics(of streams: [StreamDefinition], _ order: SyncOrder) throws -> [EventTopic] {
        try Self.entityTopics(of: streams, order, place)
    }

    /// Entities go to Kafka alone.
    private static func entityTopics(of streams: [StreamDefinition], _ order: SyncOrder, _ place: Place)
        throws
        -> [EventTopic]
    {
        guard case .kafka(let options) = place else { return [] }
        return try order.setup.entityTopics(of: streams, options.prefix)
    }

    /// What is published of the streams as entities; nil where nothing can be.
    func entities(_ order: SyncOrder) -> EntityPlan? {
        kafka.map { order.setup.entityPlan($0.prefix) }
    }

    private static func topics(of streams: [StreamDefinition], _ order: SyncOrder, _ place: Place) throws
        -> [EventTopic]
    {
        switch place {
        case .kafka(let options): try order.setup.topics(of: streams, options.prefix)
        case .folder:
            try streams.map { EventTopic(stream: try StreamName($0.name), topic: "\($0.name).jsonl") }
        case .output: try streams.map { EventTopic(stream: try StreamName($0.name), topic: $0.name) }
        }
    }

    /// Kafka, where the events go there.
    var kafka: KafkaOptions? {
        if case .kafka(let options) = place { options } else { nil }
    }

    /// How many records that cannot be published the run goes past: none where there is no place for their letters.
    func deadLetters(_ order: SyncOrder) -> DeadLetterPlan {
        if case .output = place { return .none }
        return DeadLetterPlan(run: order.runID, limit: order.setup.deadLetters)
    }

    /// Secret values, for the redaction.
    var secrets: [String] {
        kafka?.secrets ?? []
    }

    /// Whether the standard output is for events, so that nothing else may be printed there.
    static func takesOutput(_ command: ParsedCommand) -> Bool { command.value("to") == "stdout" }

    /// Runs `body` as the account's only writer; a start that waits is given up when `stop` is sent.
    func withSession(
        program: Program,
        command: ParsedCommand,
        order: SyncOrder,
        report: SyncReport,
        stop: StopSignal,
        _ body: @escaping @Sendable (any Destination) async throws -> RunOutcome
    ) async throws -> RunOutcome {
        let resyncs = command.has("resync") ? try order.streams.choice : []
        switch place {
        case .kafka(let options):
            var settings = SessionSettings(
                kafka: options.settings,
                prefix: options.prefix,
                account: order.account,
                run: order.runID,
                host: program.hostName,
                lockFolder: try command.value("lock-folder").map { try LockFolder(path: $0) }
                    ?? LockFolder.standard(),
                eventTopics: topics
            )
            settings.cacheFolder = command.value("cache-folder").map { CacheFolder(path: $0) }
            settings.takesOver = command.has("take-over")
            settings.waits = command.has("wait")
            settings.acceptsLoss = command.has("accept")
            settings.resyncs = resyncs
            return try await AccountSession.withSession(settings, startUnless: stop.wait) { session in
                try await body(session)
            }
        case .folder(let folder):
            var settings = FolderSettings(
                folder: folder,
                account: order.account,
                run: order.runID,
                host: program.hostName,
                streams: topics.map(\.stream)
            )
            settings.acceptsLoss = command.has("accept")
            settings.resyncs = resyncs
            return try await FolderSession.withSession(settings) { session in try await body(session) }
        case .output(let stateFile):
            var settings = StdoutSettings(
                account: order.account,
                run: order.runID,
                host: program.hostName,
                stateFile: stateFile,
                notice: report.notice
            )
            settings.temporaryFolder = TemporaryFolder.parent(program.environment)
            settings.acceptsLoss = command.has("accept")
            settings.resyncs = resyncs
            return try await StdoutSession.withSession(settings) { session in try await body(session) }
        }
    }

    // MARK: The choice

    /// The options that mean something to Kafka alone.
    private static let kafkaOptions = [
        "kafka", "topic-prefix", "topic-template", "entities", "kafka-set", "lock-folder", "cache-folder",
        "wait",
        "take-over",
    ]

    /// `--to` beats all, then `--kafka` beats the file, and the file beats the environment.
    private static func place(
        _ program: Program,
        _ command: ParsedCommand,
        _ file: AccountFile?,
        _ report: SyncReport
    ) throws -> Place {
        let given = command.value("to").map { PlacedText($0, at: .flag("--to")) }
        let fromFile = command.source("kafka") == .commandLine ? nil : file?.destinationFolder
        guard let target = given ?? fromFile else {
            if command.has("state") { throw misplacedState("Kafka keeps the state beside the events") }
            return .kafka(
                try KafkaOptions(program: program, command: command, file: file, onLog: report.log)
            )
        }
        guard !target.text.isEmpty else {
            throw ConfigurationError(.badFlag, "\(target.origin): is empty; name a folder, or stdout")
        }
        try refuseKafkaOptions(command, target)
        if given != nil, target.text == "stdout" { return .output(stateFile: command.value("state")) }
        if command.has("state") {
            throw misplacedState("the folder \(target.text) keeps its own, in \(target.text)/.sluice")
        }
        // The paths of a file start where the file is.
        return .folder(given == nil ? file?.path(target.text) ?? target.text : target.text)
    }

    private static func refuseKafkaOptions(_ command: ParsedCommand, _ target: PlacedText) throws {
        // What the environment says of Kafka is for other commands as well.
        let misplaced = kafkaOptions.filter { command.source($0) == .commandLine }
        guard !misplaced.isEmpty else { return }
        let names = misplaced.map { "--\($0)" }.joined(separator: ", ")
        throw ConfigurationError(
            .badFlag,
            "\(target.origin): the events go to \(target.text), and \(names) \(misplaced.count == 1 ? "is" : "are") "
                + "for Kafka; leave out one or the other"
        )
    }

    private static func misplacedState(_ reason: String) -> ConfigurationError {
        ConfigurationError(.badFlag, "--state FILE is for --to stdout; \(reason): leave it out")
    }
}
