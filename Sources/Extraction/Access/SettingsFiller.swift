import Core
import Expressions
import JSON

/// Fills templates and says which one could not be filled.
struct SettingsFiller {
    let extractor: String
    var scope: [String: JSONValue]
    let secrets: SecretFilter

    /// The same with more variables.
    func with(_ variables: [String: JSONValue]) -> SettingsFiller {
        var filler = self
        filler.scope.merge(variables) { $1 }
        return filler
    }

    func failure(_ text: String) -> ExtractionError {
        ExtractionError(.badSetting, "extractor \(extractor): \(secrets.clean(text))")
    }

    func text(_ template: Template, _ place: String) throws(ExtractionError) -> String {
        do {
            return try template.text(scope)
        } catch {
            throw failure("\(place) cannot be filled from the settings: \(error.message)")
        }
    }

    /// The text, or nil where the template is null.
    func optionalText(_ template: Template, _ place: String) throws(ExtractionError) -> String? {
        do {
            return try template.evaluate(scope) == .null ? nil : template.text(scope)
        } catch {
            throw failure("\(place) cannot be filled from the settings: \(error.message)")
        }
    }

    /// The value, which keeps its type where the template is one expression alone.
    func value(_ template: Template, _ place: String) throws(ExtractionError) -> JSONValue {
        do {
            return try template.evaluate(scope)
        } catch {
            throw failure("\(place) cannot be filled from the settings: \(error.message)")
        }
    }

    /// Whether the template holds.
    func holds(_ template: Template, _ place: String) throws(ExtractionError) -> Bool {
        switch try value(template, place) {
        case .bool(let value): return value
        case .string("true"): return true
        case .string("false"), .null, .string(""): return false
        default: throw failure("\(place) is neither true nor false")
        }
    }

    /// Whether a condition is met: not by null, false, zero, or what is empty.
    func meets(_ condition: Template, _ place: String) throws(ExtractionError) -> Bool {
        do {
            return try condition.holds(scope)
        } catch {
            throw failure("\(place) cannot be told from the settings: \(error.message)")
        }
    }

    /// The text, which may not break out of its header's line.
    func headerValue(_ template: Template, _ place: String) throws(ExtractionError) -> String {
        let text = try text(template, place)
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw failure(
                "\(place) holds a line break or another control character: take it out of the setting"
            )
        }
        return text
    }
}
