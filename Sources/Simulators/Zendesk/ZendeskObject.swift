/// One object of a collection: what does not follow from the seed and its place alone.
struct ZendeskObject: Sendable {
    /// What has become of it.
    enum State: UInt8, Sendable {
        case living, deleted
        /// Of users: nothing of the person is left.
        case erased
        /// It went into another one.
        case merged
    }

    /// The second in which it was created.
    var created: Int
    /// The second that it shows as that of its last change.
    var updated: Int
    /// Where it stands in exports: never before `updated`.
    var stamp: Int
    /// From this second on exports show it there.
    var visible = 0
    /// Members in place of those that follow from the seed, as JSON.
    var members: [String: String] = [:]
    /// The number of its changes: texts follow from it.
    var revision = 0
    var state = State.living
    /// The second of its deletion.
    var deleted = 0
    /// The place of what it belongs to: the user of a membership, the organization of a user, the ticket of a rating.
    var owner = -1
    /// The place of what it joins its owner to: the group of a membership.
    var other = -1

    var isLiving: Bool { state == .living }
}
