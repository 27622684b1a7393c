import Core
import JSON
import Web

/// What only looks.
extension AdminAPI {
    var statusRoutes: [AdminRoute] {
        [
            AdminRoute(
                "GET",
                "\(Self.base)/status",
                "getStatus",
                "The daemon itself: version, pools, trouble, files that could not be loaded.",
                answers: [Self.answer(DaemonShapes.status, "How it stands.")]
            ) { [control] _ async throws(AdminProblem) in
                let status = DaemonStatus(
                    view: await control.view(),
                    isAlive: await control.isAlive(),
                    unreadiness: await control.unreadiness()
                )
                return Self.json(DaemonShapes.status.json(status))
            },
            AdminRoute(
                "GET",
                "\(Self.base)/changes",
                "followChanges",
                "Server-sent events: `event: revision` with the revision as data, at once and when it changes; a comment "
                    + "every 15 s.",
                answers: [
                    .init(
                        status: 200,
                        about: "Events until the client leaves.",
                        mediaType: "text/event-stream",
                        schema: SchemaKind.text
                    )
                ]
            ) { [feed] _ async throws(AdminProblem) in await feed.listen() },
        ]
    }

    var scheduleRoutes: [AdminRoute] {
        let states = ScheduleView.State.allCases.map(\.rawValue)
        return [
            AdminRoute(
                "GET",
                "\(Self.base)/schedules",
                "listSchedules",
                "Schedules, by id.",
                parameters: [
                    Self.query(
                        "state",
                        SchemaKind.text,
                        "Only these, by commas: \(states.joined(separator: ", "))."
                    ),
                    Self.query(
                        "search",
                        SchemaKind.text,
                        "Only those with this in their id, account or words."
                    ),
                    Self.query("after", SchemaKind.text, "Only those after this id."),
                    Self.count("limit", usual: 200, most: Self.pageLimit, "At most so many."),
                ],
                answers: [
                    Self.answer(ScheduleShapes.list, "The schedules."),
                    Self.problem(400, "A parameter is wrong."),
                ]
            ) { [control] request async throws(AdminProblem) in
                let choice = SchedulePage.Choice(
                    states: Set(try request.words("state", of: states).compactMap(ScheduleView.State.init)),
                    search: request.web.query["search"] ?? "",
                    after: request.web.query["after"],
                    limit: try request.count("limit", usual: 200, in: 1...Self.pageLimit)
                )
                return Self.json(ScheduleShapes.list.json(SchedulePage(of: await control.view(), choice)))
            },
            AdminRoute(
                "GET",
                "\(Self.base)/schedules/{id}",
                "getSchedule",
                "One schedule.",
                parameters: [Self.variable("id", "The schedule's id.")],
                answers: [
                    Self.answer(ScheduleShapes.schedule, "The schedule."),
                    Self.problem(404, "There is none."),
                ]
            ) { [control] request async throws(AdminProblem) in
                let schedule = try await self.schedule(request, of: control)
                return Self.json(ScheduleShapes.schedule.json(schedule))
            },
            AdminRoute(
                "GET",
                "\(Self.base)/schedules/{id}/next",
                "listNextTicks",
                "The next ticks of a schedule, with what clocks, calendars and requests do to them.",
                parameters: [
                    Self.variable("id", "The schedule's id."),
                    Self.count("count", usual: 10, most: 1000, "So many."),
                ],
                answers: [
                    Self.answer(ScheduleShapes.ticks, "The ticks."),
                    Self.problem(400, "A parameter is wrong."),
                    Self.problem(404, "There is no such schedule."),
                ]
            ) { [control] request async throws(AdminProblem) in
                let count = try request.count("count", usual: 10, in: 1...1000)
                let schedule = try await self.schedule(request, of: control)
                let ticks = await control.upcoming(schedule.id, count: count) ?? []
                return Self.json(
                    ScheduleShapes.ticks.json(.init(schedule: schedule.id, zone: schedule.zone, ticks: ticks))
                )
            },
        ]
    }

    var runRoutes: [AdminRoute] {
        [
            AdminRoute(
                "GET",
                "\(Self.base)/runs",
                "listRuns",
                "Runs that are active, and those that ended last, the newest first.",
                parameters: [
                    Self.query("schedule", SchemaKind.text, "Only those of this schedule."),
                    Self.query(
                        "status",
                        SchemaKind.text,
                        "Only these, by commas: \(RunShapes.statuses.joined(separator: ", "))."
                    ),
                    Self.count("limit", usual: 200, most: Self.pageLimit, "At most so many."),
                ],
                answers: [
                    Self.answer(RunShapes.list, "The runs."), Self.problem(400, "A parameter is wrong."),
                ]
            ) { [control] request async throws(AdminProblem) in
                let choice = RunPage.Choice(
                    schedule: request.web.query["schedule"],
                    statuses: Set(try request.words("status", of: RunShapes.statuses)),
                    limit: try request.count("limit", usual: 200, in: 1...Self.pageLimit)
                )
                return Self.json(RunShapes.list.json(RunPage(of: await control.view(), choice)))
            },
            AdminRoute(
                "GET",
                "\(Self.base)/runs/{id}",
                "getRun",
                "One run with its streams.",
                parameters: [Self.variable("id", "The run's id.")],
                answers: [Self.answer(RunShapes.run, "The run."), Self.problem(404, "It is not known.")]
            ) { [control] request async throws(AdminProblem) in
                guard let run = await control.run(request.value("id")) else {
                    throw Self.unknownRun(request.value("id"))
                }
                return Self.json(RunShapes.run.json(run))
            },
            AdminRoute(
                "GET",
                "\(Self.base)/runs/{id}/log",
                "getRunLog",
                "The end of a run's log, also while it runs.",
                parameters: [Self.variable("id", "The run's id.")],
                answers: [
                    .init(
                        status: 200,
                        about: "Lines of text.",
                        mediaType: "text/plain",
                        schema: SchemaKind.text
                    ),
                    Self.problem(404, "It is not known."),
                ]
            ) { [control] request async throws(AdminProblem) in
                guard let log = await control.log(of: request.value("id")) else {
                    throw Self.unknownRun(request.value("id"))
                }
                return Self.plain(Array(log.utf8), type: "text/plain; charset=utf-8")
            },
        ]
    }

    var topicRoutes: [AdminRoute] {
        [
            AdminRoute(
                "GET",
                "\(Self.base)/topics",
                "listTopics",
                "The topics that events go to.",
                answers: [
                    Self.answer(DaemonShapes.topics, "The topics."),
                    Self.problem(503, "Kafka does not answer."),
                ]
            ) { [control] _ async throws(AdminProblem) in
                Self.json(DaemonShapes.topics.json(try await Self.looking { try await control.topics() }))
            },
            AdminRoute(
                "GET",
                "\(Self.base)/topics/{name}/events",
                "listEvents",
                "The last events of a topic.",
                parameters: [
                    Self.variable("name", "The topic's name."),
                    Self.count("count", usual: 20, most: 200, "So many."),
                ],
                answers: [
                    Self.answer(DaemonShapes.events, "The events, the newest first."),
                    Self.problem(400, "A parameter is wrong."),
                    Self.problem(404, "It is no topic of events."),
                    Self.problem(503, "Kafka does not answer."),
                ]
            ) { [control] request async throws(AdminProblem) in
                let count = try request.count("count", usual: 20, in: 1...200)
                let name = request.value("name")
                let found = try await Self.looking { try await control.events(of: name, count: count) }
                guard let events = found else {
                    throw AdminProblem(
                        .unknownTopic,
                        "'\(name)' is no topic that events go to",
                        remedy: "GET \(Self.base)/topics lists them"
                    )
                }
                return Self.json(DaemonShapes.events.json(TopicEvents(topic: name, events: events)))
            },
        ]
    }

    private static let kafkaRemedy = "see whether Kafka can be reached: /readyz says what is missing"

    /// What is read off Kafka, which may be away.
    static func looking<Value>(_ look: () async throws -> Value) async throws(AdminProblem) -> Value {
        do {
            return try await look()
        } catch {
            throw unavailable(error, remedy: kafkaRemedy)
        }
    }

    private func schedule(
        _ request: AdminRequest,
        of control: any DaemonControl
    ) async throws(AdminProblem) -> ScheduleView {
        let id = request.value("id")
        guard let schedule = await control.schedule(id) else {
            throw Self.unknownSchedule(id)
        }
        return schedule
    }
}
