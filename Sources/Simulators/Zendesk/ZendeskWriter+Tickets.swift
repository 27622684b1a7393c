/// Tickets, and what is measured of them.
extension ZendeskWriter {
    func writeTicket(_ place: Int, to writer: inout ObjectWriter) {
        let (object, ticket) = (object(.tickets, place), account.tickets[place])
        let isScrubbed = account.isScrubbed(place, now: now)
        let subject = isScrubbed ? "SCRUBBED" : subject(place)
        writeURL(.tickets, place, to: &writer)
        writer.number("id", account.id(.tickets, place))
        let hasOrder = number(.tickets, place, 50, below: 4) == 0
        writer.text("external_id", hasOrder ? "order-\(number(.tickets, place, 51, below: 100_000))" : nil)
        writeVia(place, to: &writer)
        writeTimes(.tickets, place, to: &writer)
        writer.number("generated_timestamp", object.stamp)
        writer.text("type", ZendeskTicket.types[number(.tickets, place, 52, below: 5)])
        writer.text("subject", subject)
        writer.text("raw_subject", subject)
        writer.text("description", isScrubbed ? "SCRUBBED" : text(ofComment: place, 0))
        writer.text("priority", ZendeskTicket.priorities[ticket.priority])
        writer.text("status", object.state == .deleted ? "deleted" : ticket.status.name)
        writer.nulls("recipient")
        writer.number("requester_id", id(.users, ticket.requester))
        writer.number("submitter_id", id(.users, ticket.requester))
        writer.number("assignee_id", id(.users, ticket.assignee))
        writer.number("organization_id", id(.organizations, ticket.organization))
        writer.number("group_id", id(.groups, ticket.group))
        writer.empties("collaborator_ids", "follower_ids", "email_cc_ids")
        writer.nulls("forum_topic_id", "problem_id")
        writer.bool("has_incidents", false)
        writer.bool("is_public", true)
        writer.nulls("due_at")
        writer.words(
            "tags",
            isScrubbed ? [] : tags(ticket.tags) + (ticket.successor < 0 ? [] : ["closed_by_merge"])
        )
        writeFields("custom_fields", place, to: &writer)
        writer.object("satisfaction_rating") { writer in
            writer.text("score", ZendeskTicket.scores[ticket.score])
            if ticket.score >= 2 { writer.nulls("comment") }
        }
        writer.empties("sharing_agreement_ids")
        writer.number(
            "custom_status_id",
            ZendeskCollection.customStatuses.firstID + min(4, Int(ticket.status.rawValue))
        )
        writer.text("encoded_id", "\(String(1_000_000 + place, radix: 36).uppercased())-SIM")
        writeFields("fields", place, to: &writer)
        writer.empties("followup_ids")
        writer.number("ticket_form_id", ZendeskCollection.ticketForms.firstID + place % 3)
        writer.number("brand_id", ZendeskCollection.brands.firstID + place % 2)
        writer.bool("allow_channelback", false)
        writer.bool("allow_attachments", true)
        writer.bool("from_messaging_channel", ticket.isAI)
        writer.text("support_type", ticket.isAI ? "ai_agent" : "agent")
    }

    private func subject(_ place: Int) -> String {
        let texts = ["Where is my order?", "Refund please", "“Broken” screen ☃", "Can't log in", "配送について"]
        return texts[number(.tickets, place, 53, below: texts.count)] + " #\(account.id(.tickets, place))"
    }

    private func writeVia(_ place: Int, to writer: inout ObjectWriter) {
        let channel = ["web", "email", "api", "chat"][number(.tickets, place, 54, below: 4)]
        writer.object("via") { writer in
            writer.text("channel", channel)
            writer.raw("source", #"{"from":{},"to":{},"rel":null}"#)
        }
    }

    /// The fields that the account added, a second time under the old name.
    private func writeFields(_ name: String, _ place: Int, to writer: inout ObjectWriter) {
        let revision = UInt64(object(.tickets, place).revision / 4)
        writer.array(name) { writer in
            for (number, field) in ZendeskField.ticket.enumerated() where field.isCustom {
                writer.object { writer in
                    writer.number("id", account.id(.ticketFields, number))
                    writer.raw(
                        "value",
                        field.value(world.number(.tickets, place, 60 + UInt64(number) + revision << 8))
                    )
                }
            }
        }
    }

    /// The members of what is measured of a ticket: a side-load of exports, and a list of its own.
    func writeMetrics(_ place: Int, to writer: inout ObjectWriter) {
        let (object, ticket) = (object(.tickets, place), account.tickets[place])
        let id = Self.metricID(place)
        let isSolved = ticket.status == .solved || ticket.status == .closed
        let minutes = (object.updated - object.created) / 60
        writer.text("url", "\(Self.origin)/api/v2/ticket_metrics/\(id).json")
        writer.number("id", id)
        writer.number("ticket_id", account.id(.tickets, place))
        writer.time("created_at", object.created)
        writer.time("updated_at", object.updated)
        writer.number("group_stations", 1)
        writer.number("assignee_stations", ticket.assignee < 0 ? 0 : 1)
        writer.number("reopens", number(.tickets, place, 55, below: 2))
        writer.number("replies", ticket.steps - 1)
        writer.time("assignee_updated_at", ticket.assignee < 0 ? nil : object.updated)
        writer.time("requester_updated_at", object.created)
        writer.time("status_updated_at", object.updated)
        writer.time("initially_assigned_at", ticket.assignee < 0 ? nil : object.created)
        writer.time("assigned_at", ticket.assignee < 0 ? nil : object.created)
        writer.time("solved_at", isSolved ? object.updated : nil)
        writer.time("latest_comment_added_at", object.updated)
        for (name, isKnown) in [
            ("reply_time_in_minutes", ticket.steps > 1), ("first_resolution_time_in_minutes", isSolved),
            ("full_resolution_time_in_minutes", isSolved), ("agent_wait_time_in_minutes", true),
            ("requester_wait_time_in_minutes", true), ("on_hold_time_in_minutes", true),
        ] {
            writer.object(name) { writer in
                writer.number("calendar", isKnown ? minutes : nil)
                writer.number("business", isKnown ? minutes / 3 : nil)
            }
        }
        writer.time("custom_status_updated_at", object.updated)
    }

    static func metricID(_ place: Int) -> Int { 27_000_000_000_000 + place }

    /// The row of a ticket in the list of deleted ones.
    func writeDeletedTicket(_ place: Int, to writer: inout ObjectWriter) {
        writer.object { writer in
            writer.number("id", account.id(.tickets, place))
            writer.text("subject", subject(place))
            writer.object("actor") { writer in
                writer.number("id", account.id(.users, 0))
                writer.text("name", "Ada Admin")
            }
            writer.time("deleted_at", object(.tickets, place).deleted)
            writer.text("previous_state", account.tickets[place].status.name)
        }
    }

    func writeRating(_ place: Int, to writer: inout ObjectWriter) {
        let object = object(.satisfactionRatings, place)
        let ticket = object.owner
        let held = account.tickets[ticket]
        writeURL(.satisfactionRatings, place, to: &writer)
        writer.number("id", account.id(.satisfactionRatings, place))
        // As they were when it came: the ticket may have moved on.
        writer.number("assignee_id", account.id(.users, max(0, object.other)))
        writer.number("group_id", account.id(.groups, max(0, object.other) % 7))
        writer.number("requester_id", id(.users, held.requester))
        writer.number("ticket_id", account.id(.tickets, ticket))
        writer.text("score", ZendeskTicket.scores[held.score])
        writeTimes(.satisfactionRatings, place, to: &writer)
        writer.text(
            "comment",
            number(.satisfactionRatings, place, 50, below: 2) == 0 ? "Danke – “prima” 👍" : nil
        )
        writer.text("reason", held.score == 3 ? "The issue took too long to resolve" : "No reason provided")
        writer.number("reason_id", account.id(.satisfactionReasons, held.score == 3 ? 1 : 0))
        writer.number("reason_code", held.score == 3 ? 5 : 0)
    }
}
