package import Core

/// What a topic of events holds of one stream: where it comes from, what its fields are, whose it is and how fresh.
///
/// A topic that several streams or accounts share has an entry of each.
package struct CatalogEntry: Hashable, Sendable {
    /// What of persons is in the events, as far as fields are marked.
    package enum Protection: String, CaseIterable, Hashable, Sendable {
        /// No field is marked.
        case none
        /// Every marked field is dropped or masked.
        case masked
        /// Every marked field is dropped, masked or hashed: a person can be followed, and not be named.
        case pseudonymous
        /// A marked field goes out as it is.
        case personal
    }

    package var topic: String
    package var account: AccountName
    package var stream: StreamName
    /// The entity that the topic holds; nil for a stream's own events.
    package var entity: String?
    /// Who answers for it, as its account's file says.
    package var owner: String?
    /// How it is to be treated, in the account's own words.
    package var classification: String?
    /// The request that its records come from: `GET /v1/charges`.
    package var request: String
    /// How changes are found, in words.
    package var reading: String
    /// The stream whose records its own belong to.
    package var parent: String?
    /// The fields that a record is known by.
    package var key: [String]
    /// The field that orders the versions of a record; nil where its content is its version.
    package var version: String?
    package var envelope: Envelope
    /// The topics that the same records go to as well.
    package var others: [String]
    /// What the schema of its records is known by; nil where it has none.
    package var schema: String?
    package var fields: [CatalogField]
    /// What happened at the service up to then is in the topic; nil while it is read for the first time.
    package var asOf: Instant?

    /// An entry.
    package init(
        topic: String,
        account: AccountName,
        stream: StreamName,
        entity: String? = nil,
        owner: String? = nil,
        classification: String? = nil,
        request: String,
        reading: String,
        parent: String? = nil,
        key: [String],
        version: String? = nil,
        envelope: Envelope = .binary,
        others: [String] = [],
        schema: String? = nil,
        fields: [CatalogField] = [],
        asOf: Instant? = nil
    ) {
        self.topic = topic
        self.account = account
        self.stream = stream
        self.entity = entity
        self.owner = owner
        self.classification = classification
        self.request = request
        self.reading = reading
        self.parent = parent
        self.key = key
        self.version = version
        self.envelope = envelope
        self.others = others
        self.schema = schema
        self.fields = fields
        self.asOf = asOf
    }

    /// What of persons is in it.
    package var protection: Protection {
        let treatments = Set(fields.compactMap { $0.personal == nil ? nil : $0.treatment ?? "pass" })
        if treatments.isEmpty { return .none }
        if treatments.contains("pass") { return .personal }
        return treatments.contains("hash") ? .pseudonymous : .masked
    }

    /// Entries as they are listed: by topic, and within one by account and stream.
    package static func precedes(_ one: CatalogEntry, _ other: CatalogEntry) -> Bool {
        (one.topic, one.account, one.stream.text) < (other.topic, other.account, other.stream.text)
    }
}
