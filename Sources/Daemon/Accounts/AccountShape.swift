import Configuration
package import Core
package import Extraction

/// How an account's records are published, as far as it takes no secret to know: enough to find them again.
package struct AccountShape: Sendable {
    package let account: AccountName
    package let definition: ExtractorDefinition
    package let template: TopicTemplate
    package let envelope: Envelope

    /// Reads what the sources say of it.
    package init(_ sources: AccountSources) throws {
        let extractor = try sources.given("extractor", sources.extractor)
        let definition = try sources.definition(extractor)
        self.definition = definition
        account = try sources.given("account", sources.account).read {
            try AccountName(extractor: definition.name, account: $0)
        }
        template = try sources.template?.read { try TopicTemplate(parsing: $0) } ?? .standard
        envelope = try AccountSetup.word(sources.envelope, "envelope", else: Envelope.binary)
    }

    /// The definition of a stream, or of the family that makes it; nil where the extractor has none of that name by now.
    package func stream(named name: StreamName) -> StreamDefinition? {
        (try? definition.chosen(name.text))?.definition
    }
}
