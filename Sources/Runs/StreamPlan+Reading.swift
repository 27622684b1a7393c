import Events
import Extraction

extension StreamPlan {
    /// Whose pages are read: of a child stream its parent's.
    var readDefinition: StreamDefinition { definition.parent?.definition ?? definition }

    /// What the streams have in common that share one reading; nil where each reads for itself.
    var sharedReading: String? {
        switch readDefinition.progress {
        case .token, .window: readDefinition.name
        case .list, .full: nil
        }
    }

    /// The keys under which a record may have been published that a list names by its key's text.
    func keys(naming text: [UInt8]) -> [[UInt8]] {
        builder.keys(naming: text, parts: definition.key.count)
    }

    /// Whether something is read beside its own records.
    var hasPasses: Bool { passesDefinition.deletes != nil || passesDefinition.reconcile != nil }
}
