import Expressions
import JSON

extension PageReader {
    /// The keys that an answer names, whose array is the first field of the shape's page; what has not the form that
    /// the definition says names none.
    func keys(_ named: NamedKeys, in page: ScannedPage, place: String) throws(ExtractionError) -> [[UInt8]] {
        let token = Array(pageToken(0, in: page))
        guard !token.isEmpty, let entries = (try? JSONValue.parse(token))?.elements else { return [] }
        var keys: [[UInt8]] = []
        for entry in entries where try holds(named.condition, entry, place: place) {
            guard let field = entry.member(at: named.keys) else { continue }
            keys += (field.elements ?? [field]).compactMap { $0.lexeme.map { Array($0.utf8) } }
        }
        return keys
    }

    private func holds(_ condition: DeletionRule?, _ entry: JSONValue, place: String) throws(ExtractionError)
        -> Bool
    {
        guard let condition else { return true }
        // Of an entry without the field nothing is known.
        if let field = condition.field, entry.member(at: field) == nil { return false }
        do {
            return try condition.template.holds(access.scope(with: ["record": entry]))
        } catch {
            throw badPage("\(place).when cannot be decided: \(error.message)", nil)
        }
    }
}
