/// What can happen to an object of the account.
enum HubSpotAction: Sendable {
    case created, updated
    /// It went to the bin.
    case deleted
    /// It came out of the bin.
    case restored
    /// It took in another, or two became a third.
    case merged
    /// It is gone as if it had never been, as the law on personal data wants it.
    case purged
    /// HubSpot computed a property anew.
    case recalculated
    /// It was associated with another object, or with none.
    case relinked

    /// The names of those that other services do not have.
    static let others: [(name: String, action: HubSpotAction)] = [
        ("restores", .restored), ("purges", .purged), ("recalculations", .recalculated),
        ("relinks", .relinked),
    ]

    /// As the control side tells it.
    var told: SimulatedChange.Action {
        switch self {
        case .created, .restored: .created
        case .updated, .recalculated, .relinked: .updated
        case .deleted, .purged: .deleted
        case .merged: .merged
        }
    }

    /// What others did.
    init(_ action: SimulatedChange.Action) {
        self =
            switch action {
            case .created: .created
            case .updated: .updated
            case .deleted: .deleted
            case .merged: .merged
            }
    }
}
