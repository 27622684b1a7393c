import Cryptography
package import JSON

/// What the records of a stream look like: the part of JSON Schema 2020-12 that records need.
///
/// `type`, `properties`, `required`, `additionalProperties`, `items`, `enum`, `const`, `format` (`date-time` or `date`),
/// `anyOf`, `$defs` and `$ref` to one of them, beside the `$id` and texts for people. Any other keyword is an error, as is
/// one that would have no effect: what a schema says is what is checked.
package struct RecordSchema: Sendable {
    /// The version of JSON Schema that a schema must name.
    package static let dialect = "https://json-schema.org/draft/2020-12/schema"

    /// The schema as it was read.
    package let document: JSONValue
    /// What is compiled of it; the first is the record's.
    let nodes: [SchemaNode]

    /// Reads a schema, collecting everything that is wrong with it.
    package init(_ bytes: [UInt8]) throws(SchemaError) {
        do {
            document = try JSONValue.parse(bytes)
        } catch {
            throw SchemaError(problems: [.init(pointer: "", text: "\(error)")])
        }
        var compiler = SchemaCompiler()
        nodes = try compiler.compile(document)
    }

    /// What it is known by: the same as long as nothing of it changes but its white space.
    package var id: String {
        var text: [UInt8] = []
        Digest.appendHex128(ofSHA256: document.bytes(), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// All that does not fit in the record at these bytes, and the members that the schema does not name.
    ///
    /// The bytes are compact JSON, as a scanned page holds its records.
    package func misfits(in bytes: [UInt8], at range: Range<Int>) -> [SchemaMisfit] {
        var walk = SchemaWalk(nodes, bytes, end: range.upperBound)
        _ = walk.check(0, at: range.lowerBound)
        return walk.misfits
    }

    /// All that does not fit in a record, and the members that the schema does not name.
    package func misfits(in record: [UInt8]) -> [SchemaMisfit] { misfits(in: record, at: record.indices) }
}

/// One schema within a schema, without references.
struct SchemaNode: Sendable {
    /// What becomes of members that are not named.
    enum Others: Hashable, Sendable {
        case undeclared, allowed, refused
        case node(Int)
    }

    /// What a text is, where not all are possible.
    enum Format: String, CaseIterable, Sendable {
        case dateTime = "date-time"
        case date
    }

    /// A value that is possible, where not all are.
    enum Value: Hashable, Sendable {
        case null
        case bool(Bool)
        case number(DecimalNumber)
        case text([UInt8])
    }

    var types = SchemaTypes.all
    /// Empty where all are possible.
    var values: [Value] = []
    var format: Format?
    var members = SchemaMembers()
    var others = Others.undeclared
    var items: Int?
    /// Of which one must fit; then all else is empty.
    var choices: [Int] = []
}
