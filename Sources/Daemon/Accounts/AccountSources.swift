package import Configuration
package import Core
package import Extraction

/// What an account is put together from: its file, and what beats the file.
package struct AccountSources: Sendable {
    package var file: AccountFile?
    /// What a flag says, else the file.
    package var extractor: PlacedText?
    package var account: PlacedText?
    package var template: PlacedText?
    package var envelope: PlacedText?
    package var entities: PlacedText?
    package var deadLetters: PlacedText?
    /// The path of the policy for personal fields, from where the command runs.
    package var privacy: PlacedText?
    package var settings: [GivenSetting] = []
    /// References to the keys that seal what the state keeps of a credential.
    package var stateKeys: [String] = []
    /// The same from the environment, where nothing else names one.
    package var stateKeyVariable: String?
    /// A daemon's own, where neither of them nor the file names one.
    package var fallbackStateKeys: [Secret] = []
    package var connection: [GivenSetting] = []
    /// The streams that flags name; they beat the file's.
    package var streams: [PlacedText] = []
    package var reader: SecretReader
    /// What is said where the extractor or the account is missing.
    package var missing: @Sendable (_ name: String) -> String
    /// Finds the definition of an extractor.
    package var definition: @Sendable (PlacedText) throws -> ExtractorDefinition

    /// What the file alone says.
    package init(
        file: AccountFile?,
        reader: SecretReader,
        definition: @escaping @Sendable (PlacedText) throws -> ExtractorDefinition
    ) {
        self.file = file
        extractor = file?.extractor
        account = file?.account
        template = file?.topicTemplate
        envelope = file?.envelope
        entities = file?.entities
        deadLetters = file?.deadLetters
        privacy = file?.privacyPath
        let place = file.map { "\($0.path): " } ?? ""
        let other = file?.schedule == nil ? "" : ", or keep when: out of a file that is no schedule"
        missing = { "\(place)no \($0); add \($0): NAME\(other)" }
        self.reader = reader
        self.definition = definition
    }

    func given(_ name: String, _ value: PlacedText?) throws(ConfigurationError) -> PlacedText {
        guard let value else { throw ConfigurationError(.missingSetting, missing(name)) }
        return value
    }
}
