/// What an object is at one moment.
struct HubSpotState: Sendable {
    var created: Int
    /// When it was last changed, as it says itself: not all that changes it counts.
    var modified: Int
    /// When it was archived; nil for one that lives.
    var archived: Int?
    /// Values in place of those with which it was created: nil is none, the empty text one that was cleared.
    var values: [String: String?] = [:]
    /// The JSON of values that no text can hold, half a surrogate pair in them, with the text that stands for each.
    var written: [String: (text: String, json: String)] = [:]
    /// The ids of those that went into it.
    var merged: [Int] = []
    /// Into which object of its type it went.
    var successor: Int?
    /// Whether it is gone as if it had never been.
    var isPurged = false

    /// Whether there still is such an object, archived or not.
    var exists: Bool { successor == nil && !isPurged }
    /// The JSON of the values that are still as they were written.
    var stillWritten: [String: String] {
        // Of nearly all objects there are none.
        written.isEmpty ? [:] : written.filter { values[$0.key] == $0.value.text }.mapValues(\.json)
    }
    /// Whether it exists and is not archived.
    var isLiving: Bool { exists && archived == nil }
}

/// What an object became, and when others could know.
struct HubSpotRevision: Sendable {
    var time: Int
    /// When a search sees it.
    var indexed: Int
    var state: HubSpotState
}

/// Names an object of an account.
struct HubSpotObject: Hashable, Sendable {
    var type: HubSpotType
    var index: Int
}
