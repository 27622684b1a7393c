/// What an extractor says about one of an account's settings.
package struct SettingDeclaration: Hashable, Sendable {
    package var name: String
    /// A secret is never shown, logged or put into an event (I6).
    package var isSecret: Bool
    package var isRequired: Bool
    package var defaultValue: String?
    package var description: String

    /// A declaration.
    package init(
        name: String,
        isSecret: Bool,
        isRequired: Bool,
        defaultValue: String?,
        description: String
    ) {
        self.name = name
        self.isSecret = isSecret
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.description = description
    }
}
