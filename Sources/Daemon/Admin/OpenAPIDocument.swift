import JSON

/// The OpenAPI 3.1 document of some routes.
struct OpenAPIDocument {
    let routes: [AdminRoute]

    var json: JSONValue {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "sluice", "version": "1",
                "description": .string(
                    "Schedules, runs and topics of a sluice daemon. Times are RFC 3339 in UTC, durations seconds. "
                        + "Members may be added to answers; none is renamed or taken away within a version."
                ),
            ],
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas),
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
            ],
        ]
    }

    private var paths: [JSONValue.Member] {
        var paths: [JSONValue.Member] = []
        for route in routes {
            let operation = JSONValue.Member(name: route.method.lowercased(), value: operation(route))
            if let place = paths.firstIndex(where: { $0.name == route.path }) {
                paths[place].value = .object((paths[place].value.members ?? []) + [operation])
            } else {
                paths.append(.init(name: route.path, value: .object([operation])))
            }
        }
        return paths
    }

    private func operation(_ route: AdminRoute) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "operationId", value: .string(route.operation)),
            .init(name: "summary", value: .string(route.about)),
        ]
        // An empty choice beside it: on loopback there may be no token.
        members.append(
            .init(name: "security", value: route.isOpen ? [] : [["token": []], [:]])
        )
        if !route.parameters.isEmpty {
            members.append(.init(name: "parameters", value: .array(route.parameters.map(parameter))))
        }
        if let body = route.body {
            members.append(
                .init(name: "requestBody", value: ["content": ["application/json": ["schema": body]]])
            )
        }
        members.append(.init(name: "responses", value: .object(responses(route))))
        return .object(members)
    }

    private func parameter(_ parameter: AdminRoute.Parameter) -> JSONValue {
        [
            "name": .string(parameter.name),
            "in": parameter.isInPath ? "path" : "query",
            "required": .bool(parameter.isInPath),
            "description": .string(parameter.about),
            "schema": parameter.schema,
        ]
    }

    private func responses(_ route: AdminRoute) -> [JSONValue.Member] {
        var answers = route.answers
        if !route.isOpen { answers.append(AdminAPI.problem(401, "A token is needed.")) }
        answers.append(AdminAPI.problem(421, "The server does not answer to that name."))
        return answers.sorted { $0.status < $1.status }.map { answer in
            let content: JSONValue = .object([
                .init(name: answer.mediaType, value: ["schema": answer.schema])
            ])
            return .init(
                name: String(answer.status),
                value: ["description": .string(answer.about), "content": content]
            )
        }
    }

    private var schemas: [JSONValue.Member] {
        [
            DaemonShapes.status.component, DaemonShapes.pool.component, DaemonShapes.fault.component,
            BackfillShapes.list.component, BackfillShapes.backfill.component,
            ScheduleShapes.list.component, ScheduleShapes.schedule.component, ScheduleShapes.pause.component,
            ScheduleShapes.ticks.component, ScheduleShapes.tick.component, ScheduleShapes.waiting.component,
            ScheduleShapes.policy.component, RunShapes.list.component, RunShapes.summary.component,
            RunShapes.run.component, RunShapes.stream.component, DaemonShapes.topics.component,
            CatalogShapes.list.component, CatalogShapes.summary.component, CatalogShapes.topic.component,
            CatalogShapes.entry.component, CatalogShapes.field.component, CatalogShapes.drift.component,
            DaemonShapes.topic.component, DaemonShapes.events.component, DaemonShapes.event.component,
            DaemonShapes.header.component, DaemonShapes.answer.component, DaemonShapes.health.component,
            DaemonShapes.check.component, BookmarkShapes.list.component, BookmarkShapes.bookmark.component,
            BookmarkShapes.change.component, AdminProblem.shape.component,
        ]
    }
}
