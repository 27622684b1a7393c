import Core
import JSON

/// The daemon itself, topics and answers, as the API gives them.
enum DaemonShapes {
    static let pool = Shape<PoolView>(
        "Pool",
        "Places for runs.",
        [
            .text("name", "The pool's name.") { $0.name },
            .number("slots", "How many runs it lets be active.") { $0.slots },
            .number("used", "How many are.") { $0.used },
            .number("waiting", "How many wait for it.") { $0.waiting },
        ]
    )

    static let fault = Shape<DaemonView.FileFault>(
        "FileFault",
        "A file of the folder that could not be loaded; what it said before goes on.",
        [
            .text("path", "The file.") { $0.path },
            .texts("messages", "Each with line, column and remedy.") { $0.messages },
        ]
    )

    static let status = Shape<DaemonStatus>(
        "Status",
        "The daemon itself.",
        [
            .number("revision", "Grows with every change.") { $0.view.revision },
            .time("at", "The daemon's clock.") { $0.view.at },
            .text("version", "The version of sluice.") { $0.view.version },
            .text("host", "The host that it runs on.") { $0.view.host },
            .time("started", "Since when it runs.") { $0.view.started },
            .text("time_zone_database", "The release of the time zone rules.") { $0.view.zoneRelease },
            .text("topic_prefix", "The first part of its topics' names.") { $0.view.topicPrefix },
            .flag("draining", "Whether it ends: nothing starts any more.") { $0.view.isDraining },
            .textOrNull("trouble", "Why no run can begin; null where all is well.") { $0.view.trouble },
            .flag("alive", "Whether the scheduler looked at its clock lately.") { $0.isAlive },
            .texts("unready", "What keeps it from being ready; empty where it is.") { $0.unreadiness },
            .counts("schedules", "How many schedules are in each state.") { $0.counts },
            .number("running", "How many runs are active.") { status in
                status.view.runs.count { $0.status == nil }
            },
            .list("pools", pool, "The pools.") { $0.view.pools },
            .list("faults", fault, "Files that could not be loaded.") { $0.view.faults },
        ]
    )

    static let topic = Shape<TopicView>(
        "Topic",
        "A topic of events.",
        [
            .text("name", "The topic's name.") { $0.name },
            .text("account", "The account whose events it takes.") { $0.account.text },
            .text("stream", "The stream whose events it takes.") { $0.stream },
            .number("records", "Over all partitions; what compaction removed counts as well.") {
                Int($0.records)
            },
        ]
    )

    static let topics = Shape<[TopicView]>(
        "Topics",
        "The topics that events go to.",
        [.list("topics", topic, "By name.") { $0 }]
    )

    static let header = Shape<EventView.Header>(
        "EventHeader",
        "A header of an event.",
        [.text("name", "Its name.") { $0.name }, .text("value", "Its value.") { $0.value }]
    )

    static let event = Shape<EventView>(
        "Event",
        "An event as it stands in the topic.",
        [
            .number("partition", "Its partition.") { $0.partition },
            .number("offset", "Its offset.") { Int($0.offset) },
            .time("at", "When it was written.") { $0.at },
            .text("key", "Its key.") { $0.key },
            .list("headers", header, "Its headers, in their order.") { $0.headers },
            .textOrNull("value", "Its value as text; null for a delete.") { $0.value },
            .numberOrNull("schema", "Its schema's id in the registry; null where the value names none.") {
                $0.schema
            },
        ]
    )

    static let events = Shape<TopicEvents>(
        "Events",
        "The last events of a topic.",
        [
            .text("topic", "The topic's name.") { $0.topic },
            .list("events", event, "The newest first.") { $0.events },
        ]
    )

    static let answer = Shape<CommandAnswer>(
        "CommandAnswer",
        "What became of a command.",
        [
            .text("command", "The command's id.") { $0.command },
            .word("status", of: ["accepted", "done"], "`accepted` where a run comes of it, else `done`.") {
                $0.status.rawValue
            },
            .textOrNull("run", "The run, or the backfill, that comes of it.") { $0.run },
            .text("message", "What was done, in words.") { $0.message },
        ]
    )

    static let check = Shape<HealthReport.Check>(
        "Check",
        "Something that must be so.",
        [
            .text("name", "What is checked.") { $0.name },
            .flag("ok", "Whether it is so.") { $0.isFine },
            .textOrNull("detail", "What is wrong.") { $0.detail },
        ]
    )

    static let health = Shape<HealthReport>(
        "Health",
        "Whether the daemon is well.",
        [
            .word("status", of: ["ok", "failing"], "`ok` where every check is.") {
                $0.isFine ? "ok" : "failing"
            },
            .list("checks", check, "What was checked.") { $0.checks },
        ]
    )
}

/// A look at the daemon with what a view does not say.
struct DaemonStatus: Sendable {
    var view: DaemonView
    var isAlive: Bool
    var unreadiness: [String]

    var counts: [String: Int] {
        view.schedules.reduce(into: [:]) { $0[$1.state.rawValue, default: 0] += 1 }
    }
}

/// The last events of a topic, and its name.
struct TopicEvents: Sendable {
    var topic: String
    var events: [EventView]
}

/// What `/healthz` and `/readyz` answer.
struct HealthReport: Sendable {
    /// Something that must be so.
    struct Check: Sendable {
        var name: String
        var isFine: Bool
        var detail: String?
    }

    var checks: [Check]

    var isFine: Bool { checks.allSatisfy(\.isFine) }
}
