import Core
package import Expressions
import JSON

/// A member that every record of a child stream begins with: what the API says of the parent only in the request.
package struct Addition: Hashable, Sendable {
    package var name: String
    /// Over `parent` and the settings.
    package var value: Template

    /// A member.
    package init(name: String, value: Template) {
        self.name = name
        self.value = value
    }
}

extension AccountAccess {
    /// The members that a parent's children begin with, each with a comma behind it; empty where there are none.
    func additions(to stream: StreamDefinition, of parent: [UInt8]) throws(ExtractionError) -> [UInt8] {
        guard !stream.adds.isEmpty, let key = stream.parent?.definition.key else { return [] }
        let scope = scope(with: ["parent": try Self.scope(of: key, values: parent, stream: stream)])
        var bytes: [UInt8] = []
        for addition in stream.adds {
            do {
                JSONText.appendQuoted(addition.name.utf8, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                bytes += try addition.value.evaluate(scope).bytes()
                bytes.append(UInt8(ascii: ","))
            } catch {
                throw ExtractionError(
                    .badSetting,
                    secrets.clean(
                        "stream \(stream.name): adds.\(addition.name) cannot be filled: \(error.message)"
                    ),
                    stream: stream.name
                )
            }
        }
        return bytes
    }
}

extension ScannedPage {
    /// The page as a document again, with members at the beginning of each of its records; all else stays as it came
    /// (I4).
    func adding(_ members: [UInt8]) -> [UInt8] {
        var document: [UInt8] = []
        document.reserveCapacity(bytes.count + records.count * members.count)
        var done = 0
        for record in records where bytes[record.range].first == UInt8(ascii: "{") {
            let start = record.range.lowerBound + 1
            document += bytes[done..<start]
            // In an object of nothing else no comma follows.
            document += bytes[start] == UInt8(ascii: "}") ? members.dropLast() : members[...]
            done = start
        }
        document += bytes[done...]
        return document
    }
}
