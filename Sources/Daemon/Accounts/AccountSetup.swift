package import Configuration
package import Core
package import Extraction
import JSON
import Runs

/// An account with all that reading it needs; what is wrong with any part of it is told at once, before anything starts.
package struct AccountSetup: Sendable {
    package let account: AccountName
    package let definition: ExtractorDefinition
    package let settings: ResolvedSettings
    package let connection: ConnectionSettings
    /// What seals a credential that the state keeps.
    package let stateKeys: [Secret]
    package let template: TopicTemplate
    package let envelope: Envelope
    package let entities: EntityMode
    package let joinKeys: JoinKeyRules
    package let streams: [ChosenStream]
    /// What becomes of records that are not as their schema says.
    package let drift: DriftRules
    /// What the catalogue is told of its streams.
    package let catalog: CatalogRules
    /// How many records of a stream a run goes past that cannot be published.
    package let deadLetters: Int
    /// What becomes of personal fields.
    package let privacy: PrivacyRules
    private let sources: AccountSources

    /// Reads what the sources refer to, secrets included.
    package init(_ sources: AccountSources) throws {
        self.sources = sources
        let file = sources.file
        let reader = sources.reader
        // What does not depend on what is wrong is looked at as well.
        var problems = Problems()
        let extractor = try problems.take { try sources.given("extractor", sources.extractor) }
        let definition = try extractor.flatMap { extractor in
            try problems.take { try sources.definition(extractor) }
        }
        let account = try problems.take {
            try sources.given("account", sources.account).read {
                try AccountName(extractor: definition?.name ?? "unknown", account: $0)
            }
        }
        let settings = try definition.flatMap { definition in
            try problems.take {
                try Self.resolver(definition, reader).resolve(file: file, flags: sources.settings)
            }
        }
        let stateKeys = try problems.take {
            try StateKeys.resolve(
                file: file,
                flags: sources.stateKeys,
                variable: sources.stateKeyVariable,
                fallback: sources.fallbackStateKeys,
                reader: reader
            )
        }
        let connection = try problems.take {
            try ConnectionSettings.resolve(file: file, flags: sources.connection, reader: reader)
        }
        let template = try problems.take {
            try sources.template?.read { try TopicTemplate(parsing: $0) } ?? .standard
        }
        let envelope = try problems.take {
            try Self.word(sources.envelope, "envelope", else: Envelope.binary)
        }
        let entities = try problems.take {
            try Self.word(sources.entities, "entities", else: EntityMode.none)
        }
        let joinKeys = try definition.flatMap { definition in
            try problems.take { try JoinKeyRules(definition, file?.joinKeys) }
        }
        let streams = try definition.flatMap { definition in
            try problems.take {
                try Self.streams(of: definition, named: sources.streams, else: file?.streams)
            }
        }
        let drift = try definition.flatMap { definition in
            try problems.take { try DriftRules(definition, file?.onDrift) }
        }
        let deadLetters = try problems.take { try Self.deadLetters(sources.deadLetters) }
        let privacy = try definition.flatMap { definition in
            try problems.take { try Self.privacy(sources, definition) }
        }
        try problems.check()
        guard let definition, let account, let settings, let stateKeys, let connection, let template,
            let envelope, let entities, let joinKeys, let streams, let drift, let deadLetters, let privacy
        else { preconditionFailure("what is missing was no problem") }
        self.account = account
        self.definition = definition
        self.settings = settings
        self.stateKeys = stateKeys
        self.connection = connection
        self.template = template
        self.envelope = envelope
        self.entities = entities
        self.joinKeys = joinKeys
        self.streams = streams
        self.drift = drift
        catalog = CatalogRules(definition, file?.stewardship ?? Stewardship())
        self.deadLetters = deadLetters
        self.privacy = privacy
    }

    /// The policy as it stands now: whoever is about to publish makes a setup first.
    private static func privacy(_ sources: AccountSources, _ definition: ExtractorDefinition) throws
        -> PrivacyRules
    {
        let file = try sources.privacy.map { path in
            try path.read { path in
                guard !path.isEmpty else {
                    throw ConfigurationError(.badSetting, "privacy is empty; name the policy's file")
                }
                return try PrivacyFile.load(path)
            }
        }
        return try PrivacyRules(
            definition,
            account: sources.account?.text,
            file,
            reader: sources.reader
        )
    }

    /// No run should need more: each letter is to be looked at by somebody.
    package static let mostDeadLetters = 1_000_000

    private static func deadLetters(_ given: PlacedText?) throws -> Int {
        guard let given else { return DeadLetterPlan.usualLimit }
        return try given.read { text in
            if let limit = Int(text), (0...mostDeadLetters).contains(limit) { return limit }
            throw ConfigurationError(
                .badSetting,
                "dead_letters cannot be \(text): write how many records of a stream a run may go past that cannot be published, "
                    + "0 to \(mostDeadLetters); 0 stops the stream at the first"
            )
        }
    }

    /// What no log line may show.
    package var redaction: Redaction {
        Redaction(
            secrets: settings.secrets + connection.secrets + stateKeys.map(\.revealed) + privacy.secrets
        )
    }

    /// Whether the topics do not name the account, so that every key must.
    package var isAccountInKey: Bool { !template.namesAccount }

    /// The topics of streams, in their order; two that Kafka could not tell apart are refused.
    package func topics(of streams: [StreamDefinition], _ prefix: TopicPrefix) throws -> [EventTopic] {
        try AccountTopics.topics(streams.map(\.name), account, template, prefix)
    }

    /// What of the streams goes out as entities, to topics below a prefix.
    package func entityPlan(_ prefix: TopicPrefix) -> EntityPlan {
        EntityPlan(entities, prefix: prefix, joinKeys: joinKeys)
    }

    /// The topics of the entities that streams become, each with the stream whose events it holds.
    package func entityTopics(of streams: [StreamDefinition], _ prefix: TopicPrefix) throws -> [EventTopic] {
        guard entities != .none else { return [] }
        return try streams.flatMap { stream in
            let name = try StreamName(stream.name)
            return stream.entities.map { EventTopic(stream: name, topic: prefix.entityTopic($0.entity.name)) }
        }
    }

    /// The topics of the streams that are known before anything is asked: of families, the account's objects decide.
    package var knownTopics: AccountTopics {
        let known = streams.map(\.definition).filter { !$0.isFamily }
        return AccountTopics(
            account: account,
            template: template,
            streams: known.map(\.name),
            entities: entities == .none
                ? []
                : known.flatMap { stream in
                    stream.entities.map { (stream: stream.name, entity: $0.entity.name) }
                }
        )
    }

    /// What asks the account's API.
    package func requester(
        _ transport: any HTTPTransport,
        wall: @escaping WallClock = Instant.systemClock,
        onClockSkew: @escaping @Sendable (ClockSkew) -> Void
    ) throws -> Requester {
        try Requester(
            extractor: definition,
            settings: settings.values,
            transport: transport,
            clock: WaitingClock(ContinuousClock()),
            wall: wall,
            stateKeys: stateKeys,
            reread: { [self] in try await rereadSettings() },
            onClockSkew: onClockSkew
        )
    }

    /// The settings as their files and programs give them now: off the shared threads, since it can take seconds.
    private func rereadSettings() async throws -> [String: JSONValue] {
        try await SerialThread.apart { [self] in
            try Self.resolver(definition, sources.reader)
                .resolve(file: sources.file, flags: sources.settings).values
        }
    }

    private static func resolver(_ definition: ExtractorDefinition, _ reader: SecretReader)
        -> SettingsResolver
    {
        SettingsResolver(declarations: definition.settings, reader: reader)
    }

    private static func word<Word: RawRepresentable & CaseIterable>(
        _ given: PlacedText?,
        _ name: String,
        else usual: Word
    ) throws -> Word where Word.RawValue == String {
        guard let given else { return usual }
        return try given.read { text in
            if let word = Word(rawValue: text) { return word }
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw ConfigurationError(.badSetting, "\(name) cannot be \(text): choose one of \(known)")
        }
    }

    /// The named streams in the definition's order; all of them where none is named.
    package static func streams(
        of definition: ExtractorDefinition,
        named flags: [PlacedText],
        else file: [PlacedText]?
    ) throws -> [ChosenStream] {
        let names = flags.isEmpty ? file ?? [] : flags
        var problems = Problems()
        for name in names { _ = try problems.take { try name.read { try definition.chosen($0) } } }
        try problems.check()
        return try definition.chosen(names.map(\.text))
    }
}
