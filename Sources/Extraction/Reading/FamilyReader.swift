package import Core
import Expressions
import JSON
import YAML

/// Makes the streams of a family: one for each object that the account has now.
package struct FamilyReader: Sendable {
    /// All streams of a family (I7).
    static let maximumStreams = 1_000
    /// All that their requests say of objects.
    static let maximumBytes = 1 << 20

    private let family: StreamDefinition
    private let subject: RequestSubject
    private let requester: Requester
    /// What the family's templates read of an object, and what of it stands in paths.
    private let objectFields: [[String]]
    private let objectFieldsInPaths: [[String]]

    /// A reader of a family's objects.
    package init(_ family: StreamDefinition, requester: Requester) {
        self.family = family
        self.requester = requester
        objectFields = family.objectFields
        objectFieldsInPaths = family.objectFieldsInPaths
        var subject = RequestSubject(family)
        subject.text += ", one_per"
        subject.lost = nil
        self.subject = subject
    }

    /// An object, by what its stream is named after.
    private struct Object {
        var text: String
        /// Its place in the list, from 1.
        var number: Int
        /// What the family's templates read of it.
        var fields: JSONValue
    }

    /// The streams, by name; of an object that is listed twice there is one.
    package func read() async throws -> [StreamDefinition] {
        guard let onePer = family.onePer else { return [family] }
        let list = ListReader(
            subject: subject,
            shape: RecordShape(recordsPath: onePer.recordsPath, key: [onePer.name]),
            paging: onePer.paging,
            first: try requester.access.request(onePer.request, place: subject.text, [:]),
            requester: requester
        )
        var found: [StreamName: Object] = [:]
        var number = 0
        var bytes = 0
        while let page = try await list.next() {
            for record in page.page.records.indices {
                number += 1
                let value = try value(ofRecord: record, in: page, number)
                guard try isWanted(value, number) else { continue }
                let text = String(decoding: page.keyText(ofRecord: record), as: UTF8.self)
                let object = Object(text: text, number: number, fields: try fields(of: value, text, number))
                bytes += object.fields.compactText.utf8.count
                try add(object, to: &found)
            }
            guard found.count <= Self.maximumStreams, bytes <= Self.maximumBytes else {
                throw subject.error(
                    .tooManyValues,
                    "\(subject.text): more than \(Self.maximumStreams) objects, or \(Self.maximumBytes) bytes of them, each"
                        + " with a stream of its own; leave some out with when: in the definition"
                )
            }
        }
        return found.sorted { $0.key < $1.key }.map { family.stream(named: $0.key, for: $0.value.fields) }
    }

    /// The error for a stream that a family does not make, with the nearest that it does.
    package static func unknown(
        _ name: StreamName,
        of family: StreamDefinition,
        among names: [String]
    ) -> ExtractionError {
        let hint =
            NearestName.of(name.text, among: names).map { "did you mean \($0)?" }
            ?? (names.isEmpty
                ? "there is nothing of it in the account" : "there is \(names.joined(separator: ", "))")
        return ExtractionError(
            .unknownStream,
            "\(family.name) makes no stream \(name) in this account; \(hint)",
            stream: name.text
        )
    }

    private func value(ofRecord record: Int, in page: ExtractedPage, _ number: Int) throws(ExtractionError)
        -> JSONValue
    {
        do {
            return try JSONValue.parse(page.page.bytes[page.page.records[record].range], maximumDepth: 512)
        } catch {
            throw subject.error(.badPage, "\(subject.text), object \(number): \(error)")
        }
    }

    private func isWanted(_ value: JSONValue, _ number: Int) throws(ExtractionError) -> Bool {
        guard let condition = family.onePer?.condition else { return true }
        do {
            return try condition.holds(requester.access.scope(with: [StreamDefinition.objectVariable: value]))
        } catch {
            throw failure("object \(number)", "when cannot be decided: \(error.message)")
        }
    }

    /// What the family's templates read of an object: all of it must be there.
    private func fields(of value: JSONValue, _ text: String, _ number: Int) throws(ExtractionError)
        -> JSONValue
    {
        var fields = JSONValue.object([])
        for path in objectFields {
            guard let field = value.member(at: path), !field.isNull else {
                throw failure(
                    "object \(number) (\(shown(text)))",
                    "it has no \(FieldPath.text(path)), which the stream's requests name; leave such objects out with when:"
                )
            }
            fields = fields.setting(path[...], to: field)
        }
        for path in objectFieldsInPaths {
            // A path of dots would lead to another object.
            let field = fields.member(at: path)
            guard let said = field?.lexeme, !["", ".", ".."].contains(said) else {
                throw failure(
                    "object \(number) (\(shown(text)))",
                    "its \(FieldPath.text(path)) stands in a path, and is no name there"
                )
            }
        }
        return fields
    }

    private func add(_ object: Object, to found: inout [StreamName: Object]) throws(ExtractionError) {
        let name: StreamName
        do {
            name = try FamilyName.stream(of: family.name, object: object.text)
        } catch {
            throw failure(
                "object \(object.number) (\(shown(object.text)))",
                "\(error.message); name the streams by another field, or leave the object out with when:"
            )
        }
        if let other = found[name], other.text != object.text || other.fields != object.fields {
            throw failure(
                "objects \(other.number) (\(shown(other.text))) and \(object.number) (\(shown(object.text)))",
                "both streams would be named \(name), as one may hold letters, digits, _ and - only; name them by another"
                    + " field, or leave one out with when:"
            )
        }
        found[name] = object
    }

    private func failure(_ object: String, _ text: String) -> ExtractionError {
        subject.error(.badObject, "\(subject.text), \(object): \(text)")
    }

    private func shown(_ text: String) -> String { "\"\(requester.access.shown(Array(text.utf8)))\"" }
}
