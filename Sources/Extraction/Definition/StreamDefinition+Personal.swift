import Core
import Expressions

extension StreamDefinition {
    /// Why a field must be published as it is; nil where nothing speaks against another value, or none.
    ///
    /// By what decides a record is found again and ordered, and told from others: with another value there the same record
    /// would be another one. Above and below such a field it is the same.
    package func reasonToKeep(_ path: [String]) -> String? {
        decidingFields.first { $0.path.starts(with: path) || path.starts(with: $0.path) }?.reason
    }

    private var decidingFields: [(path: [String], reason: String)] {
        var fields = key.map { (path: $0, reason: "it is the stream's key") }
        if let version { fields.append((version.path, "it is the stream's version")) }
        if case .lastRecord(_, let field, _) = paging {
            fields.append((field, "the next page is asked for by it"))
        }
        if let merged { fields.append((merged.path, "it names the records that another one swallowed")) }
        for mapping in entities {
            guard let condition = mapping.condition else { continue }
            fields.append((condition.path, "it says whether a record is a \(mapping.entity.name)"))
        }
        return fields
    }

    /// The fields by which a record says that it is deleted.
    ///
    /// They are read off the record as it came, and may be protected; a record that was protected does not say it any more.
    package var deletionFields: [[String]] {
        (deletedWhen?.template.references ?? []).filter { $0.path.first == "record" }.map {
            Array($0.path.dropFirst())
        }
    }
}
