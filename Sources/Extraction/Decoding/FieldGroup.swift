/// The keys that may stand in one kind of mapping of an `extractor.yaml`.
///
/// The decoder, the JSON Schema for editors and the test of the reference read the same groups (`Vocabulary`).
package struct FieldGroup: Sendable {
    /// One key.
    package struct Field: Sendable {
        package var name: String
        package var form: FieldForm
        package var isRequired: Bool
        /// One sentence, for editors.
        package var summary: String

        init(_ name: String, _ form: FieldForm, isRequired: Bool = false, _ summary: String) {
            self.name = name
            self.form = form
            self.isRequired = isRequired
            self.summary = summary
        }
    }

    /// Unique among the groups; the reference has a section of this name.
    package var name: String
    /// Whether exactly one of the keys stands there: they are styles to choose from.
    package var isChoice: Bool
    package var fields: [Field]

    init(_ name: String, isChoice: Bool = false, _ fields: [Field]) {
        self.name = name
        self.isChoice = isChoice
        self.fields = fields
    }

    /// The keys.
    package var names: [String] { fields.map(\.name) }

    /// The key of a name.
    package func field(_ name: String) -> Field? { fields.first { $0.name == name } }
}

/// How a value is written.
package indirect enum FieldForm: Sendable {
    /// A text; a plain number or truth value is the text as it was written.
    case text
    /// A text of a form, with the regular expression for it.
    case pattern(String)
    /// A text with `{{ … }}` over settings and, where it says so, other variables.
    case template
    /// Names joined by dots.
    case path
    case bool
    /// `60s`, `10m`, `36h`, `30d`.
    case duration
    /// One of these words.
    case word([String])
    /// A text, a number, a truth value or a list of them.
    case plainValue
    /// A text, a number, a truth value or null.
    case scalar
    /// A whole number from 1.
    case count
    /// A time such as `2010-01-01T00:00:00Z`.
    case instant
    /// A mapping or list, sent as JSON, whose texts are templates.
    case body
    /// `404`, `5xx` or a list of them.
    case statuses
    /// A mapping with the keys of this group of `Vocabulary`.
    case group(String)
    /// A mapping whose keys are the author's own.
    case map(FieldForm)
    case list(FieldForm)
    case either([FieldForm])
}
