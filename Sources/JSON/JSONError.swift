/// Text that is not JSON, or JSON that is not what was planned for.
package struct JSONError: Error, Hashable, CustomStringConvertible {
    /// The kinds of refusal; codes can be added without breaking a switch.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case cut = "json.cut"
            case syntax = "json.syntax"
            case badString = "json.bad_string"
            case badNumber = "json.bad_number"
            case badUTF8 = "json.bad_utf8"
            case trailing = "json.trailing"
            case tooDeep = "json.too_deep"
            case tooLarge = "json.too_large"
            case duplicateName = "json.duplicate_name"
            case noRecords = "json.no_records"
            case badRecord = "json.bad_record"
        }
        fileprivate let kind: Kind

        /// The text ends before the document does: a truncated answer, which asking again may mend.
        package static let cut = Code(kind: .cut)
        /// A byte that the grammar does not have in this place.
        package static let syntax = Code(kind: .syntax)
        /// A control character or an unknown escape in a string.
        package static let badString = Code(kind: .badString)
        /// A number with a leading zero, without digits after its point, or the like.
        package static let badNumber = Code(kind: .badNumber)
        /// Bytes that are not UTF-8.
        package static let badUTF8 = Code(kind: .badUTF8)
        /// Something after the end of the document.
        package static let trailing = Code(kind: .trailing)
        /// Arrays and objects within each other beyond the limit.
        package static let tooDeep = Code(kind: .tooDeep)
        /// More bytes than a slice can address.
        package static let tooLarge = Code(kind: .tooLarge)
        /// A name that matters and stands twice in one object.
        package static let duplicateName = Code(kind: .duplicateName)
        /// No array of records where the plan says it is.
        package static let noRecords = Code(kind: .noRecords)
        /// A record that is not an object.
        package static let badRecord = Code(kind: .badRecord)

        /// Every code's text form.
        package static var allTexts: [String] { Kind.allCases.map(\.rawValue) }

        /// The stable form for logs, output and tests.
        package var text: String { kind.rawValue }
    }

    package var code: Code
    /// The position of the offending byte in the text as it was given.
    package var offset: Int
    package var message: String

    /// An error with its kind, its place and one line of text.
    package init(_ code: Code, at offset: Int, _ message: String) {
        self.code = code
        self.offset = offset
        self.message = message
    }

    package var description: String { "\(code.text) at byte \(offset): \(message)" }
}
