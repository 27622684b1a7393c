import Core
import JSON
import Web

/// What changes something: a command, which the daemon answers.
extension AdminAPI {
    var commandRoutes: [AdminRoute] {
        let onSchedule = "\(Self.base)/schedules/{id}"
        return [
            command(
                "\(onSchedule)/trigger",
                "triggerSchedule",
                "Runs a schedule now.",
                members: [
                    .init(
                        name: "instead_of_next",
                        value: [
                            "type": "boolean", "description": "Whether the next tick is left out for it.",
                        ]
                    )
                ]
            ) { id, body throws(AdminProblem) in
                .trigger(schedule: id, insteadOfNext: try body.flag("instead_of_next"))
            },
            command(
                "\(onSchedule)/pause",
                "pauseSchedule",
                "Lets a schedule start nothing; what runs goes on.",
                members: [
                    .init(
                        name: "reason",
                        value: ["type": "string", "minLength": 1, "maxLength": 500, "description": "Why."]
                    ),
                    .init(
                        name: "until",
                        value: [
                            "anyOf": [SchemaKind.time, ["type": "null"]],
                            "description": "When it ends by itself; null until somebody resumes.",
                        ]
                    ),
                ],
                required: ["reason"]
            ) { id, body throws(AdminProblem) in
                .pause(schedule: id, reason: try body.text("reason"), until: try body.time("until"))
            },
            command("\(onSchedule)/resume", "resumeSchedule", "Ends a pause.") { id, _ in
                .resume(schedule: id)
            },
            command("\(onSchedule)/skip-next", "skipNextTick", "Leaves out the next tick.") { id, _ in
                .skipNext(schedule: id)
            },
            command("\(onSchedule)/undo-skips", "undoSkips", "Leaves out nothing that was asked for.") {
                id,
                _ in
                .undoSkips(schedule: id)
            },
            command("\(Self.base)/runs/{id}/cancel", "cancelRun", "Ends a run after its page.") { id, _ in
                .cancel(run: id)
            },
        ]
    }

    func command(
        _ path: String,
        _ operation: String,
        _ about: String,
        members: [JSONValue.Member] = [],
        required: [String] = [],
        verb: @escaping @Sendable (String, CommandBody) throws(AdminProblem) -> DaemonCommand.Verb
    ) -> AdminRoute {
        AdminRoute(
            "POST",
            path,
            operation,
            about,
            parameters: [
                Self.variable(
                    "id",
                    path.contains("/runs/")
                        ? "The run's id."
                        : path.contains("/backfills/") ? "The backfill's id." : "The schedule's id."
                )
            ],
            body: Self.body(members, required: required),
            answers: Self.commandAnswers
        ) { [control] request async throws(AdminProblem) in
            let body = try CommandBody(request.web.body, members: members.map(\.name))
            let verb = try verb(request.value("id"), body)
            return try await Self.ask(control, verb, by: request.by)
        }
    }

    /// The schema of a command's body.
    static func body(_ members: [JSONValue.Member], required: [String]) -> JSONValue {
        [
            "type": "object",
            "properties": .object(members),
            "required": .array(required.map { .string($0) }),
            "additionalProperties": false,
        ]
    }

    /// What a command is answered with.
    static let commandAnswers = [
        answer(DaemonShapes.answer, "Done, and durable."),
        answer(DaemonShapes.answer, "Taken: a run comes of it, or it waits for one.", status: 202),
        problem(400, "The body is wrong."), problem(403, "A page of another origin asks."),
        problem(404, "There is none."), problem(409, "The daemon refuses."),
        problem(413, "The body is too large."), problem(415, "The body is not declared as JSON."),
        problem(503, "The command could not be written."),
    ]

    static func ask(
        _ control: any DaemonControl,
        _ verb: DaemonCommand.Verb,
        by: String
    ) async throws(AdminProblem) -> WebResponse {
        let answer: CommandAnswer
        do {
            answer = try await control.ask(verb, by: by)
        } catch {
            throw unavailable(
                error,
                remedy:
                    "look whether it was done all the same, and ask again when /readyz says that it is ready"
            )
        }
        switch answer.status {
        case .accepted: return json(DaemonShapes.answer.json(answer), status: 202)
        case .done: return json(DaemonShapes.answer.json(answer))
        case .refused:
            let code = answer.code ?? "daemon.refused"
            let isUnknown = code.contains(".unknown_")
            let isWrong = code.contains(".bad_")
            throw AdminProblem(
                status: isUnknown ? 404 : isWrong ? 400 : 409,
                code: code,
                detail: answer.message,
                remedy: isUnknown
                    ? "GET \(base)/schedules, \(base)/runs, \(base)/backfills and …/accounts/…/bookmarks "
                        + "list what there is"
                    : isWrong
                        ? "ask for something else"
                        : "look at how it stands now, and ask again if it is still wanted"
            )
        }
    }
}
