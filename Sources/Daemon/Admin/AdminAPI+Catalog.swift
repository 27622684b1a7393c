import Core
import Events
import JSON
import Web

/// What the topics hold.
extension AdminAPI {
    var catalogRoutes: [AdminRoute] {
        [
            AdminRoute(
                "GET",
                "\(Self.base)/catalog",
                "getCatalog",
                "What each topic of events holds, where it comes from, whose it is and how fresh.",
                answers: [
                    Self.answer(CatalogShapes.list, "The catalogue."),
                    Self.problem(503, "Kafka does not answer."),
                ]
            ) { [control] _ async throws(AdminProblem) in
                let found = try await Self.looking { try await control.catalog() }
                return Self.json(CatalogShapes.list.json(found))
            },
            AdminRoute(
                "GET",
                "\(Self.base)/catalog/{topic}",
                "getTopicCatalog",
                "What the catalogue says of one topic, with its fields and how records differ from their schemas.",
                parameters: [Self.variable("topic", "The topic's name.")],
                answers: [
                    Self.answer(
                        CatalogShapes.topic,
                        "What it says: no entries of a topic that no run has told of."
                    ),
                    Self.problem(503, "Kafka does not answer."),
                ]
            ) { [control] request async throws(AdminProblem) in
                let name = request.value("topic")
                let found = try await Self.looking { try await control.catalog(of: name) }
                return Self.json(CatalogShapes.topic.json(found))
            },
        ]
    }
}
