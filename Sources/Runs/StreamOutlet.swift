package import Core
package import Events

/// What of a stream's events is published: its own, its entities, or both.
package struct StreamOutlet: Sendable {
    /// Nil where its records become no entities.
    let mapper: EntityMapper?
    package let publishesRecords: Bool
    /// Where a registry must know the schemas of what is published; nil where there is none.
    package var registration: StreamRegistration?

    /// An outlet for a stream; without a mapper its own events go out, whatever the mode.
    package init(_ mapper: EntityMapper? = nil, _ mode: EntityMode = .none) {
        self.mapper = mode == .none ? nil : mapper
        publishesRecords = mapper == nil || mode != .instead
    }

    /// The topics of its entities.
    package var entityTopics: [String] { mapper?.topics ?? [] }

    /// Sees to it that what it publishes may be published; before the first page that has records.
    package func prepare() async throws { try await registration?.prepare() }

    /// The pages that a page of new events makes, as they are published; `parent` is whose children they are.
    func pages(of page: EventPage, parent: [UInt8]?) throws(EventError) -> [EventPage] {
        guard !page.events.isEmpty else { return [] }
        let entities = try mapper?.pages(of: page, parent: parent) ?? []
        return ((publishesRecords ? [page] : []) + entities).map { page in
            let enveloped = page.enveloped()
            return registration?.framed(enveloped) ?? enveloped
        }
    }

    /// The records for which that throws.
    func refusals(of page: EventPage, parent: [UInt8]?) -> [RefusedRecord] {
        mapper?.refusals(of: page, parent: parent) ?? []
    }
}
