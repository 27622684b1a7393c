import Core
import JSON
import Web

/// The state of accounts: looking at bookmarks, and changing them by hand.
extension AdminAPI {
    private static let accountPath = "\(base)/accounts/{extractor}/{account}"
    private static let ofAccount = [
        variable("extractor", "The account's extractor."), variable("account", "The account's name."),
    ]
    private static let ofStream = ofAccount + [variable("stream", "The stream.")]
    private static let reason = JSONValue.Member(
        name: "reason",
        value: [
            "type": "string", "minLength": 1, "maxLength": .number(HandChange.longestReason),
            "description": "Why, for the audit.",
        ]
    )
    private static let forget = JSONValue.Member(
        name: "forget",
        value: [
            "type": "boolean",
            "description": "Whether what was published is forgotten, so that all is published again.",
        ]
    )

    var stateRoutes: [AdminRoute] {
        [
            AdminRoute(
                "GET",
                "\(Self.accountPath)/bookmarks",
                "listBookmarks",
                "How far the streams of an account have been read.",
                parameters: Self.ofAccount,
                answers: [
                    Self.answer(BookmarkShapes.list, "The bookmarks."),
                    Self.problem(400, "The path names no account."),
                    Self.problem(404, "No schedule reads it."), Self.problem(503, "Kafka does not answer."),
                ]
            ) { [control] request async throws(AdminProblem) in
                let account = try Self.account(request)
                let bookmarks: [BookmarkView]?
                do {
                    bookmarks = try await control.bookmarks(of: account)
                } catch {
                    throw Self.unavailable(error, remedy: "ask again when /readyz says that it is ready")
                }
                guard let bookmarks else {
                    throw AdminProblem(
                        status: 404,
                        code: "daemon.unknown_account",
                        detail: "no schedule of the daemon reads \(account)",
                        remedy: "GET \(Self.base)/schedules lists the accounts that are read"
                    )
                }
                return Self.json(BookmarkShapes.list.json(bookmarks))
            },
            change(
                "\(Self.accountPath)/reset",
                "resetAccount",
                "Lets the next runs read all streams of an account anew.",
                Self.ofAccount,
                [Self.forget]
            ) { _, body throws(AdminProblem) in
                .reset(streams: nil, forgets: try body.flag("forget"))
            },
            change(
                "\(Self.accountPath)/streams/{stream}/reset",
                "resetStream",
                "Lets the next run read a stream anew.",
                Self.ofStream,
                [Self.forget]
            ) { request, body throws(AdminProblem) in
                .reset(streams: [try Self.stream(request)], forgets: try body.flag("forget"))
            },
            change(
                "\(Self.accountPath)/streams/{stream}/set",
                "setBookmark",
                "Lets the next run read a stream again from an earlier time on.",
                Self.ofStream,
                [.init(name: "at", value: SchemaKind.time)],
                required: ["at"]
            ) { request, body throws(AdminProblem) in
                .set(try Self.stream(request), at: try body.neededTime("at"))
            },
            change(
                "\(Self.accountPath)/streams/{stream}/skip",
                "skipPart",
                "Leaves out what no run can read: what changed before a time, what lies before a page, or the rest of a list.",
                Self.ofStream,
                [
                    .init(name: "before", value: SchemaKind.time),
                    .init(name: "before_page", value: ["description": "The token of a page."]),
                    .init(name: "rest", value: SchemaKind.flag),
                ]
            ) { request, body throws(AdminProblem) in
                .skip(try Self.stream(request), try Self.part(body))
            },
            change(
                "\(Self.accountPath)/streams/{stream}/erase",
                "eraseKeys",
                "Erases the records of some keys: in topics, as they are remembered, among dead letters and in the log of runs.",
                Self.ofStream,
                [
                    .init(
                        name: "keys",
                        value: [
                            "type": "array", "minItems": 1, "maxItems": 100,
                            "items": ["type": "string", "minLength": 1],
                            "description":
                                "As the service names the records; one of several parts as a JSON array.",
                        ]
                    ),
                    .init(
                        name: "forget",
                        value: [
                            "type": "boolean",
                            "description": "Whether the keys themselves are forgotten as well.",
                        ]
                    ),
                ],
                required: ["keys"]
            ) { request, body throws(AdminProblem) in
                guard let keys = try body.names("keys") else {
                    throw body.misfit("keys", "a list of 1 to 100 keys")
                }
                return .erase(
                    StateChange.ErasedKeys(
                        try Self.stream(request),
                        keys,
                        forgets: try body.flag("forget")
                    )
                )
            },
        ]
    }

    private func change(
        _ path: String,
        _ operation: String,
        _ about: String,
        _ parameters: [AdminRoute.Parameter],
        _ members: [JSONValue.Member],
        required: [String] = [],
        change: @escaping @Sendable (AdminRequest, CommandBody) throws(AdminProblem) -> StateChange
    ) -> AdminRoute {
        let members = members + [Self.reason]
        return AdminRoute(
            "POST",
            path,
            operation,
            about,
            parameters: parameters,
            body: Self.body(members, required: required + ["reason"]),
            answers: Self.commandAnswers
        ) { [control] request async throws(AdminProblem) in
            let body = try CommandBody(request.web.body, members: members.map(\.name))
            let wanted = StateRequest(
                account: try Self.account(request),
                change: try change(request, body),
                reason: try body.text("reason", limit: HandChange.longestReason)
            )
            guard !wanted.namesErased else {
                throw AdminProblem(
                    .badBody,
                    "'reason' names a key that is to be erased, and stays in the audit",
                    remedy: "name the request instead"
                )
            }
            return try await Self.ask(control, .state(wanted), by: request.by)
        }
    }

    private static func account(_ request: AdminRequest) throws(AdminProblem) -> AccountName {
        do {
            return try AccountName(extractor: request.value("extractor"), account: request.value("account"))
        } catch {
            throw AdminProblem(
                .badParameter,
                error.message,
                remedy: "GET \(base)/schedules lists the accounts that are read"
            )
        }
    }

    private static func stream(_ request: AdminRequest) throws(AdminProblem) -> StreamName {
        do {
            return try StreamName(request.value("stream"))
        } catch {
            throw AdminProblem(
                .badParameter,
                error.message,
                remedy: "…/bookmarks lists the streams that were read"
            )
        }
    }

    private static func part(_ body: CommandBody) throws(AdminProblem) -> StateChange.Part {
        var parts: [StateChange.Part] = []
        if let time = try body.time("before") { parts.append(.before(time)) }
        if let token = body.json("before_page") { parts.append(.beforePage(token)) }
        if try body.flag("rest") { parts.append(.rest) }
        guard parts.count == 1 else {
            throw AdminProblem(
                .badBody,
                parts.isEmpty
                    ? "it does not say what is left out" : "it says several things that are left out",
                remedy: "give one of before, before_page and rest"
            )
        }
        return parts[0]
    }
}
