import Core
import Events
import Synchronization

/// The schemas of all that a stream publishes in a run, with the registry that must know them first.
package final class StreamRegistration: Sendable {
    private enum Standing: Sendable {
        case unasked, known
        case refused(RegistryError)
    }

    private let session: RegistrySession
    private let schemas: [TopicSchema]
    private let standing: Locked<Standing>
    /// Many parts of a stream may ask at the same time, each of which would wait as long.
    private let turn = Turn()

    /// A registration of the topics that a stream publishes to.
    ///
    /// `problem` says why nothing can be registered: a topic has no schema.
    package init(_ session: RegistrySession, _ schemas: [TopicSchema], problem: RegistryError? = nil) {
        self.session = session
        self.schemas = schemas
        standing = Locked(problem.map { .refused($0) } ?? .unasked)
    }

    /// Asks the registry before the stream's first record; throws where it must not be published (I2).
    ///
    /// A refusal holds for the run: the stream ends by it.
    func prepare() async throws {
        if try isKnown() { return }
        await turn.take()
        defer { turn.give() }
        if try isKnown() { return }
        do {
            for schema in schemas { try await session.prepare(schema) }
        } catch let error as RegistryError {
            standing.withLock { $0 = .refused(error) }
            throw error
        }
        standing.withLock { $0 = .known }
    }

    private func isKnown() throws(RegistryError) -> Bool {
        switch standing.withLock({ $0 }) {
        case .unasked: return false
        case .known: return true
        case .refused(let error): throw error
        }
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
