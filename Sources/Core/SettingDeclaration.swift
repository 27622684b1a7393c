package import JSON

/// A setting that an extractor asks of an account.
///
/// Its default also says its type: with a number, a truth value or a list as default the given value must be one;
/// else it is a text.
package struct SettingDeclaration: Hashable, Sendable {
    package var name: String
    /// Whether the value must never be shown (I6).
    package var isSecret: Bool
    /// Whether a run without a value is refused; a default is a value.
    package var isRequired: Bool
    package var defaultValue: JSONValue?
    /// A regular expression that the whole text must match.
    package var pattern: String?
    /// One line for help and documentation.
    package var summary: String

    /// A declaration; without anything else an optional text.
    package init(
        name: String,
        isSecret: Bool = false,
        isRequired: Bool = false,
        defaultValue: JSONValue? = nil,
        pattern: String? = nil,
        summary: String = ""
    ) {
        self.name = name
        self.isSecret = isSecret
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.pattern = pattern
        self.summary = summary
    }
}
