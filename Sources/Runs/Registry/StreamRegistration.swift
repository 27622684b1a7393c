import Core
import Events

/// The schemas of all that a stream publishes, with the registry that must know them first.
package struct StreamRegistration: Sendable {
    private let session: RegistrySession
    private let schemas: [TopicSchema]
    /// Why nothing can be registered: a topic has no schema.
    private let problem: RegistryError?

    /// A registration of the topics that a stream publishes to.
    package init(_ session: RegistrySession, _ schemas: [TopicSchema], problem: RegistryError? = nil) {
        self.session = session
        self.schemas = schemas
        self.problem = problem
    }

    /// Asks the registry before the stream's first record; throws where it must not be published (I2).
    func prepare() async throws {
        if let problem { throw problem }
        for schema in schemas { try await session.prepare(schema) }
    }

    /// A page in the form that is published, its values naming their schema.
    func framed(_ page: EventPage) -> EventPage {
        // Null values name none.
        guard page.events.contains(where: { $0.kind == .upsert }) else { return page }
        guard let schema = schemas.first(where: { $0.topic == page.topic }), let id = session.id(of: schema)
        else {
            preconditionFailure("a page of \(page.topic) was handed over before its schema was known")
        }
        return page.framed(by: id)
    }
}
