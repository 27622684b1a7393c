import Core
package import Expressions
import JSON

/// The condition under which a record says that it is deleted.
///
/// A test of one field is done on the scanned bytes, and a record without the field is not deleted; any other
/// condition is evaluated over the record.
package struct DeletionRule: Hashable, Sendable {
    /// Over `record`.
    package let template: Template
    /// What is compared without decoding a record.
    let test: Template.FieldTest?

    /// A condition.
    package init(_ template: Template) {
        self.template = template
        test = template.fieldTest.flatMap { $0.path.count > 1 ? $0 : nil }
    }

    /// The field that is tested, by its path in a record; nil where the condition reads more than one.
    var field: [String]? { test.map { Array($0.path.dropFirst()) } }

    /// Whether a field's token makes its record a deleted one.
    func holds(_ token: ArraySlice<UInt8>) -> Bool {
        guard let first = token.first, let test else { return false }
        switch test.value {
        case nil: return Self.isTruthy(token, first)
        case .string(let text):
            guard first == UInt8(ascii: "\"") else { return false }
            let inner = token.dropFirst().dropLast()
            if inner.contains(UInt8(ascii: "\\")) {
                var decoded: [UInt8] = []
                JSONText.decodeString(token, into: &decoded)
                return decoded.elementsEqual(text.utf8)
            }
            return inner.elementsEqual(text.utf8)
        case .bool(let value): return token.elementsEqual((value ? "true" : "false").utf8)
        default: return first == UInt8(ascii: "n")
        }
    }

    /// All counts as true but null, false, zero and what is empty.
    private static func isTruthy(_ token: ArraySlice<UInt8>, _ first: UInt8) -> Bool {
        switch first {
        case UInt8(ascii: "n"), UInt8(ascii: "f"): false
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "{"): token.count > 2
        default:
            // The digits before an exponent decide.
            token.prefix { $0 | 0x20 != UInt8(ascii: "e") }.contains { (49...57).contains($0) }
        }
    }
}
