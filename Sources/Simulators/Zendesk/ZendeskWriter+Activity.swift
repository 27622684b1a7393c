/// What happened to tickets: comments, audits, and the events of both exports.
extension ZendeskWriter {
    /// The id of an audit, and with another first number of what belongs to it.
    static func activityID(_ kind: Int, _ ticket: Int, _ step: Int) -> Int {
        kind * 1_000_000_000_000 + ZendeskAccount.activity(ticket, step)
    }

    static func auditID(_ ticket: Int, _ step: Int) -> Int { activityID(31, ticket, step) }
    static func commentID(_ ticket: Int, _ step: Int) -> Int { activityID(32, ticket, step) }
    static func metricEventID(_ ticket: Int, _ step: Int) -> Int { activityID(34, ticket, step) }

    /// What a comment says.
    func text(ofComment ticket: Int, _ step: Int) -> String {
        switch account.step(ticket, step).action {
        case .merge(let other):
            "Request #\(account.id(.tickets, ticket)) was closed and merged into request #\(account.id(.tickets, other))."
        case .mergeFrom(let other):
            "Request #\(account.id(.tickets, other)) was closed and merged into this request."
        default:
            [
                "Hello, any news?", "We are looking into it.", "Line one\nline \"two\" – naïve ☃ \u{1F680}",
                "Merci",
            ][
                number(.tickets, ticket, 200 + UInt64(step), below: 4)
            ]
        }
    }

    /// A ticket's comment.
    func writeComment(_ ticket: Int, _ step: Int, to writer: inout ObjectWriter) {
        writer.object { writer in
            writer.number("id", Self.commentID(ticket, step))
            writeCommentBody(ticket, step, to: &writer)
            writer.number("audit_id", Self.auditID(ticket, step))
            writeChannel(ticket, step, to: &writer)
            writer.time("created_at", account.step(ticket, step).time)
            writer.raw("metadata", Self.metadata)
        }
    }

    private static let metadata = #"{"system":{"client":"sim","location":"Zürich, Switzerland"},"custom":{}}"#

    private func writeCommentBody(_ ticket: Int, _ step: Int, to writer: inout ObjectWriter) {
        let text = text(ofComment: ticket, step)
        let held = account.step(ticket, step)
        writer.text("type", "Comment")
        writer.number("author_id", held.author < 0 ? -1 : account.id(.users, held.author))
        writer.text("body", text)
        writer.text("html_body", "<div class=\"zd-comment\" dir=\"auto\"><p>\(text)</p></div>")
        writer.text("plain_body", text)
        writer.bool("public", isPublic(held.action))
        writer.empties("attachments")
    }

    private func isPublic(_ action: ZendeskStep.Action) -> Bool {
        switch action {
        case .create: true
        case .comment(let isPublic): isPublic
        case .change, .merge, .mergeFrom: false
        }
    }

    private func writeChannel(_ ticket: Int, _ step: Int, to writer: inout ObjectWriter) {
        let held = account.step(ticket, step)
        let channel: String
        switch held.action {
        case .merge, .mergeFrom: channel = "merge"
        default: channel = held.author < 0 ? "system" : step == 0 ? "email" : "web"
        }
        writer.object("via") { writer in
            writer.text("channel", channel)
            writer.raw("source", #"{"from":{},"to":{},"rel":null}"#)
        }
    }

    /// A ticket's audit.
    func writeAudit(_ ticket: Int, _ step: Int, to writer: inout ObjectWriter) {
        let held = account.step(ticket, step)
        writer.object { writer in
            writer.number("id", Self.auditID(ticket, step))
            writer.number("ticket_id", account.id(.tickets, ticket))
            writer.time("created_at", held.time)
            writer.number("author_id", held.author < 0 ? -1 : account.id(.users, held.author))
            writer.raw("metadata", Self.metadata)
            writer.array("events") { writeEvents(ticket, step, to: &$0) }
            writeChannel(ticket, step, to: &writer)
        }
    }

    private func writeEvents(_ ticket: Int, _ step: Int, to writer: inout ObjectWriter) {
        let held = account.step(ticket, step)
        if held.hasComment {
            writer.object { writer in
                writer.number("id", Self.commentID(ticket, step))
                writeCommentBody(ticket, step, to: &writer)
                writer.number("audit_id", Self.auditID(ticket, step))
            }
        }
        guard case .change(let field, let from, let to) = held.action else {
            if held.action == .create {
                writeChange("Create", "status", nil, "new", ticket, step, to: &writer)
            }
            if case .merge = held.action {
                writeChange("Change", "status", "open", "closed", ticket, step, to: &writer)
            }
            return
        }
        writeChange("Change", field, from, to, ticket, step, to: &writer)
    }

    private func writeChange(
        _ type: String,
        _ field: String,
        _ from: String?,
        _ to: String,
        _ ticket: Int,
        _ step: Int,
        to writer: inout ObjectWriter
    ) {
        writer.object { writer in
            writer.number("id", Self.activityID(33, ticket, step))
            writer.text("type", type)
            writer.text("value", to)
            writer.text("field_name", field)
            if let from { writer.text("previous_value", from) }
        }
    }

    /// A ticket event, as the incremental export has it; the bodies of comments only for who asks for them.
    func writeTicketEvent(_ ticket: Int, _ step: Int, withComments: Bool, to writer: inout ObjectWriter) {
        let held = account.step(ticket, step)
        writer.object { writer in
            writer.number("id", Self.auditID(ticket, step))
            writer.number("ticket_id", account.id(.tickets, ticket))
            writer.number("timestamp", held.time)
            writer.time("created_at", held.time)
            writer.number("updater_id", held.author < 0 ? -1 : account.id(.users, held.author))
            writer.text("via", held.author < 0 ? "System" : step == 0 ? "Mail" : "Web form")
            writer.raw("system", #"{"client":"sim","location":"Zürich, Switzerland"}"#)
            writer.raw("metadata", "{}")
            writer.text("event_type", "Audit")
            writer.array("child_events") { writer in
                if held.hasComment {
                    writer.object { writer in
                        writer.number("id", Self.commentID(ticket, step))
                        writer.text("via", "Web form")
                        writer.number("via_reference_id", nil)
                        writer.bool("comment_present", true)
                        writer.bool("comment_public", isPublic(held.action))
                        writer.text("event_type", "Comment")
                        if withComments { writeCommentBody(ticket, step, to: &writer) }
                    }
                }
                guard case .change(let field, let from, let to) = held.action else { return }
                writer.object { writer in
                    writer.number("id", Self.activityID(33, ticket, step))
                    writer.text("via", "Web form")
                    writer.text(field, to)
                    writer.text("event_type", "Change")
                    writer.text("previous_value", from)
                }
            }
        }
    }

    /// Whether the vendor took a metric event back.
    func isWithdrawn(_ ticket: Int, _ step: Int) -> Bool {
        number(.tickets, ticket, 300 + UInt64(step), below: 40) == 0
    }

    /// An event of what is measured.
    func writeMetricEvent(_ ticket: Int, _ step: Int, to writer: inout ObjectWriter) {
        let metrics = ["reply_time", "agent_work_time", "requester_wait_time", "resolution_time"]
        writer.object { writer in
            writer.number("id", Self.metricEventID(ticket, step))
            writer.number("ticket_id", account.id(.tickets, ticket))
            writer.text("metric", metrics[number(.tickets, ticket, 56, below: metrics.count)])
            writer.number("instance_id", 1 + step / 2)
            writer.text("type", step == 0 ? "activate" : step % 2 == 1 ? "fulfill" : "pause")
            writer.time("time", account.step(ticket, step).time)
            if isWithdrawn(ticket, step) { writer.bool("deleted", true) }
        }
    }

    /// How many conversations with others a ticket has.
    func conversations(_ ticket: Int) -> Int { number(.tickets, ticket, 57, below: 6) == 0 ? 1 : 0 }

    static func conversationID(_ ticket: Int) -> String {
        "8566255a-ece5-11e8-857d-\(493_066_000_000 + ticket)"
    }

    /// It ends with its ticket.
    func writeConversation(_ ticket: Int, to writer: inout ObjectWriter) {
        let object = object(.tickets, ticket)
        let created = object.created
        let isOver = [.solved, .closed].contains(account.tickets[ticket].status)
        writer.object { writer in
            writer.text("id", Self.conversationID(ticket))
            writer.text(
                "url",
                "\(Self.origin)/api/v2/tickets/\(account.id(.tickets, ticket))/side_conversations/"
                    + Self.conversationID(ticket)
            )
            writer.number("ticket_id", account.id(.tickets, ticket))
            writer.text("subject", "To the warehouse")
            writer.text("preview_text", "Is it still there?")
            writer.text("state", isOver ? "closed" : "open")
            writer.raw("participants", "[]")
            writer.time("created_at", created)
            writer.time("updated_at", isOver ? object.updated : created)
            writer.time("message_added_at", created)
            writer.time("state_updated_at", isOver ? object.updated : nil)
            writer.raw("external_ids", "{}")
        }
    }
}
