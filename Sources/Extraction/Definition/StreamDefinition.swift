package import Core
package import Expressions

/// One collection of an API: where its records are, what names them and how its pages follow each other.
package struct StreamDefinition: Sendable {
    /// How a stream comes to its end and knows it.
    package enum Progress: Hashable, Sendable {
        /// The whole list once, page by page; what a feed tells follows where there is one.
        case list(Paging)
        /// The whole list in every run, or at most so often: what differs was changed, what is absent was deleted.
        case full(Paging, every: Duration? = nil)
        /// From the token of the run before.
        case token(TokenProgress)
        /// By windows of time, the oldest first.
        case window(WindowProgress)
    }

    /// The field that orders the versions of a record.
    package struct Version: Hashable, Sendable {
        package var path: [String]
        package var format: VersionFormat

        /// A field and how it is written.
        package init(path: [String], format: VersionFormat) {
            self.path = path
            self.format = format
        }
    }

    /// The parameter that lets a list begin at a time.
    package struct Since: Hashable, Sendable {
        package var parameter: String
        package var format: TimeFormat

        /// A parameter and how it is written.
        package init(parameter: String, format: TimeFormat) {
            self.parameter = parameter
            self.format = format
        }
    }

    /// The stream for each of whose records a child stream has a list.
    package struct Parent: Sendable {
        /// An array, as no struct can hold itself.
        private let boxed: [StreamDefinition]
        /// Whether the list of a parent is all that it has: what it no longer has is deleted.
        package var replaces: Bool

        /// A parent stream, which has no parent itself.
        package init(_ definition: StreamDefinition, replaces: Bool) {
            boxed = [definition]
            self.replaces = replaces
        }

        package var definition: StreamDefinition { boxed[0] }
        package var name: String { definition.name }
    }

    package var name: String
    /// What the first and, where tokens are no links, every other request asks for.
    package var request: RequestTemplate
    /// How its answers are written.
    package var format: BodyFormat
    /// The path to the array of records; empty where the page itself is the array.
    package var recordsPath: [String]
    /// The paths of the key's parts in a record; more than one for a composite key.
    package var key: [[String]]
    /// Nil where a record has no such field: then its content is its version.
    package var version: Version?
    package var progress: Progress
    /// The named rate limit that its requests are counted against, beside the default one.
    package var limit: String?
    /// The answer to a page token that the API does not know any more: the list is begun again.
    package var lost: AnswerPattern?
    /// How `--since` is asked for; nil where the list is read whole only.
    ///
    /// A child stream has its parent's, whose list it reads.
    package var since: Since?
    /// The feed that tells its changes once the list was read.
    package var follow: Follow?
    /// Of a child stream, whose path reads `parent`.
    package var parent: Parent?
    /// Of a child stream: what its records begin with.
    package var adds: [Addition]
    /// Of a child stream: how many parents' children are asked for at once.
    package var batch: ChildBatch?
    /// Which records say that they are deleted.
    package var deletedWhen: DeletionRule?
    /// A list of deletes beside its own.
    package var deletes: KeyList?
    /// A list of all that is there, beside its own.
    package var reconcile: KeyList?
    package var merged: Merged?
    package var hydrate: Hydrate?
    /// What is read before it, by name.
    package var discover: [Discover]
    /// Of a window stream.
    package var resweep: Resweep?
    /// How much of it may be missing at once.
    package var absence: AbsenceGuard
    /// What becomes of records that are not as its schema says.
    package var onDrift: DriftResponse
    /// Of a family: it is no stream itself, but one is made for each object of a list.
    package var onePer: OnePer?
    /// What its records become beside events of their own.
    package var entities: [EntityMapping]
    /// The fields of its records that say something of a person.
    package var personal: [PersonalField]
    /// The family that the stream was made by.
    package var family: String?
    /// Then, what its requests say of its object.
    package var object: String?

    /// A stream.
    package init(
        name: String,
        request: RequestTemplate,
        format: BodyFormat = .json,
        recordsPath: [String],
        key: [[String]],
        version: Version?,
        progress: Progress,
        limit: String?,
        lost: AnswerPattern? = nil,
        since: Since? = nil,
        follow: Follow? = nil,
        parent: Parent? = nil,
        adds: [Addition] = [],
        batch: ChildBatch? = nil,
        deletedWhen: DeletionRule? = nil,
        deletes: KeyList? = nil,
        reconcile: KeyList? = nil,
        merged: Merged? = nil,
        hydrate: Hydrate? = nil,
        discover: [Discover] = [],
        resweep: Resweep? = nil,
        absence: AbsenceGuard = AbsenceGuard(),
        onDrift: DriftResponse = .warn,
        onePer: OnePer? = nil,
        entities: [EntityMapping] = [],
        personal: [PersonalField] = []
    ) {
        self.name = name
        self.request = request
        self.format = format
        self.recordsPath = recordsPath
        self.key = key
        self.version = version
        self.progress = progress
        self.limit = limit
        self.lost = lost
        self.since = since
        self.follow = follow
        self.parent = parent
        self.adds = adds
        self.batch = batch
        self.deletedWhen = deletedWhen
        self.deletes = deletes
        self.reconcile = reconcile
        self.merged = merged
        self.hydrate = hydrate
        self.discover = discover
        self.resweep = resweep
        self.absence = absence
        self.onDrift = onDrift
        self.onePer = onePer
        self.entities = entities
        self.personal = personal
    }

    /// Behind the extractor's base address.
    package var path: Template { request.path }
    package var query: [(name: String, value: Template)] { request.query }

    /// Whether what was published of its keys is remembered.
    ///
    /// A list whose records bear an ordered version, and that nothing follows, is read once from end to end: there is
    /// nothing that it could repeat, unless an answer is published while it comes and then cut.
    package var remembers: Bool {
        guard case .list = progress, format == .json else { return true }
        return version == nil || follow != nil || parent != nil || deletes != nil || reconcile != nil
            || merged != nil
    }

    /// The named limits that its requests count against, those beside its list included.
    package var limits: [String] {
        let beside = [deletes?.request, reconcile?.request, hydrate?.request, batch?.request]
        return ([limit] + (beside + discover.map(\.request)).map { $0?.limit }).compactMap { $0 }
    }

    /// What a bookmark depends on: one with another fingerprint must not be used (a changed definition would
    /// leave a gap or repeat itself without a word: I2).
    package func fingerprint(topic: String) -> Fingerprint {
        var progress = listing
        if let parent {
            progress = "for each of \(parent.name) (\(parent.definition.listing)): \(progress)"
            if parent.replaces { progress += ", replaces children" }
        }
        if let follow { progress += ", follows \(follow.feed)" }
        if let object { progress += ", of the object \(object)" }
        return Fingerprint(
            key: key.map(FieldPath.text),
            version: version.map { FieldPath.text($0.path) },
            progress: progress,
            topic: topic
        )
    }

    private var listing: String {
        switch progress {
        case .list(let paging): "list, \(paging.fingerprint)"
        case .full(let paging, _): "full, \(paging.fingerprint)"
        case .token(let token): token.fingerprint
        // A window's place is a time, whatever the requests look like.
        case .window: "window"
        }
    }

    /// How the pages of its list follow each other; nil where no page's place outlives its reading.
    package var paging: Paging? {
        switch progress {
        case .list(let paging), .full(let paging, _): paging
        case .token, .window: nil
        }
    }
}
