import Core
import Cryptography
import Expressions
import JSON

/// Families: definitions of which a stream is made for each object that an account has.
extension StreamDefinition {
    /// Whether it is no stream itself but makes them.
    package var isFamily: Bool { onePer != nil }

    /// Whose schema its records have: all streams of a family have one.
    package var schemaName: String { family ?? name }

    /// The fields of an object that the family's templates read, each once and in order.
    var objectFields: [[String]] {
        var found: Set<[String]> = []
        func note(_ references: [Template.Reference]) {
            for reference in references where reference.path.first == Self.objectVariable {
                found.insert(Array(reference.path.dropFirst()))
            }
        }
        var copy = self
        copy.changeRequests { note($0.references) }
        note(deletedWhen?.template.references ?? [])
        return found.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The fields that stand in paths, where a text of dots would lead elsewhere.
    var objectFieldsInPaths: [[String]] {
        var found: [[String]] = []
        var copy = self
        copy.changeRequests { request in
            found += request.path.references.filter { $0.path.first == Self.objectVariable }
                .map { Array($0.path.dropFirst()) }
        }
        return found
    }

    /// What templates call the object.
    static let objectVariable = "each"

    /// The stream for an object, of which `fields` has what the templates read.
    func stream(named name: StreamName, for fields: JSONValue) -> StreamDefinition {
        var stream = self
        stream.name = name.text
        stream.family = self.name
        stream.onePer = nil
        stream.object = Self.text(of: fields)
        stream.changeRequests { $0 = $0.binding(Self.objectVariable, to: fields) }
        stream.deletedWhen = deletedWhen.map {
            DeletionRule($0.template.binding(Self.objectVariable, to: fields))
        }
        return stream
    }

    /// What a bookmark says of an object: it must stay small, whatever a definition reads.
    private static func text(of fields: JSONValue) -> String {
        let text = fields.compactText
        return text.utf8.count > 500 ? Digest.hex(Digest.sha256(Array(text.utf8))) : text
    }

    private mutating func changeRequests(_ change: (inout RequestTemplate) -> Void) {
        change(&request)
        if case .window(var window) = progress, var ties = window.ties {
            change(&ties)
            window.ties = ties
            progress = .window(window)
        }
        if var list = deletes {
            change(&list.request)
            deletes = list
        }
        if var list = reconcile {
            change(&list.request)
            reconcile = list
        }
        if var second = hydrate {
            change(&second.request)
            hydrate = second
        }
        for index in discover.indices { change(&discover[index].request) }
    }
}
