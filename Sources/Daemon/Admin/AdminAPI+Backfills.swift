import Core
import JSON
import Web

/// Backfills: what there is, and what can be asked of them.
extension AdminAPI {
    var backfillRoutes: [AdminRoute] {
        [
            AdminRoute(
                "GET",
                "\(Self.base)/backfills",
                "listBackfills",
                "The backfills that go on, and those that ended last.",
                parameters: [Self.query("schedule", SchemaKind.text, "Only those of this schedule.")],
                answers: [Self.answer(BackfillShapes.list, "The backfills.")]
            ) { [control] request async throws(AdminProblem) in
                let page = BackfillPage(of: await control.view(), schedule: request.web.query["schedule"])
                return Self.json(BackfillShapes.list.json(page))
            },
            command(
                "\(Self.base)/schedules/{id}/backfill",
                "backfillSchedule",
                "Reads a stretch of time of a schedule's streams again.",
                members: Self.backfillMembers,
                required: ["from", "to"]
            ) { id, body throws(AdminProblem) in
                guard let from = try body.time("from"), let to = try body.time("to") else {
                    throw body.misfit("from and to", "two times such as 2026-03-01T12:00:00Z")
                }
                return .backfill(
                    DaemonCommand.BackfillRequest(
                        schedule: id,
                        streams: try body.names("streams"),
                        from: from,
                        to: to,
                        chunk: try body.seconds("chunk_seconds")
                            ?? DaemonCommand.BackfillRequest.usualChunk,
                        isDryRun: try body.flag("dry_run")
                    )
                )
            },
            command(
                "\(Self.base)/backfills/{id}/cancel",
                "cancelBackfill",
                "Ends a backfill after the page of its chunk."
            ) { id, _ in .cancel(run: id) },
            command(
                "\(Self.base)/backfills/{id}/resume",
                "resumeBackfill",
                "Goes on with a backfill that was cancelled or has failed."
            ) { id, _ in .resumeBackfill(id: id) },
        ]
    }

    private static let backfillMembers: [JSONValue.Member] = [
        .init(name: "from", value: described(SchemaKind.time, "The first moment.")),
        .init(name: "to", value: described(SchemaKind.time, "The moment behind the last one.")),
        .init(
            name: "streams",
            value: [
                "anyOf": [
                    ["type": "array", "items": ["type": "string"], "maxItems": 100], ["type": "null"],
                ],
                "description": "Which streams; null for all that can be read by time.",
            ]
        ),
        .init(
            name: "chunk_seconds",
            value: [
                "type": "integer", "minimum": .number(BackfillRecord.shortestChunk),
                "description": "How long a chunk is; a day where nothing is said.",
            ]
        ),
        .init(
            name: "dry_run",
            value: ["type": "boolean", "description": "Whether only what would be done is told."]
        ),
    ]

    private static func described(_ schema: JSONValue, _ text: String) -> JSONValue {
        .object((schema.members ?? []) + [.init(name: "description", value: .string(text))])
    }
}
