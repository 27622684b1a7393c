/// What a stream holds at one moment: the living objects of a collection, or what belongs to tickets.
struct ZendeskTruth: StreamTruth {
    /// The streams that are no collections.
    static let derived = [
        "ticket_comments", "ticket_audits", "ticket_metrics", "ticket_events", "ticket_metric_events",
        "side_conversations", "deleted_tickets", "deleted_users",
    ]

    let stream: String
    private let writer: ZendeskWriter
    private let collection: ZendeskCollection?

    init(_ stream: String, _ writer: ZendeskWriter) {
        self.stream = stream
        self.writer = writer
        collection = ZendeskCollection(rawValue: stream)
    }

    private var account: ZendeskAccount { writer.account }

    var path: String {
        switch stream {
        case "tickets", "users": "/api/v2/incremental/\(stream)/cursor"
        case "organizations", "ticket_events", "ticket_metric_events": "/api/v2/incremental/\(stream)"
        case "custom_object_records": "/api/v2/incremental/custom_objects/\(ZendeskWorld.objectKey)/cursor"
        case "ticket_comments": "/api/v2/tickets/{id}/comments"
        case "ticket_audits": "/api/v2/tickets/{id}/audits"
        case "side_conversations": "/api/v2/tickets/{id}/side_conversations"
        default: "/api/v2/\(collection?.path ?? stream)"
        }
    }

    var places: Int {
        if let collection { return account[collection].count }
        return stream == "deleted_users" ? account[.users].count : account.tickets.count
    }

    func keys(_ place: Int) -> [(key: String, record: [UInt8])] { rows(place, withRecords: false) }

    func records(_ place: Int) -> [(key: String, record: [UInt8])] { rows(place, withRecords: true) }

    private func rows(_ place: Int, withRecords: Bool) -> [(key: String, record: [UInt8])] {
        func row(_ key: String, _ write: (inout ObjectWriter) -> Void) -> (key: String, record: [UInt8]) {
            var body = ObjectWriter(capacity: withRecords ? 2048 : 0)
            if withRecords { write(&body) }
            return (key, body.bytes)
        }
        if let collection {
            guard account[collection][place].isLiving else { return [] }
            return [row(ZendeskWriter.key(collection, place)) { writer.write(collection, place, to: &$0) }]
        }
        switch stream {
        case "deleted_users":
            guard !account[.users][place].isLiving else { return [] }
            return [row(ZendeskWriter.key(.users, place)) { writer.writeDeletedUser(place, to: &$0) }]
        case "deleted_tickets":
            guard writer.isListedAsDeleted(place) else { return [] }
            return [row(ZendeskWriter.key(.tickets, place)) { writer.writeDeletedTicket(place, to: &$0) }]
        // What happened stays, whatever becomes of the ticket.
        case "ticket_events":
            return account.steps(place).indices.map { step in
                row(String(ZendeskWriter.auditID(place, step))) {
                    writer.writeTicketEvent(place, step, withComments: true, to: &$0)
                }
            }
        case "ticket_metric_events":
            return account.steps(place).indices.filter { !writer.isWithdrawn(place, $0) }.map { step in
                row(String(ZendeskWriter.metricEventID(place, step))) {
                    writer.writeMetricEvent(place, step, to: &$0)
                }
            }
        default: break
        }
        guard account[.tickets][place].isLiving else { return [] }
        switch stream {
        case "ticket_metrics":
            return [
                row(String(ZendeskWriter.metricID(place))) { body in
                    body.object { writer.writeMetrics(place, to: &$0) }
                }
            ]
        case "side_conversations":
            return (0..<writer.conversations(place)).map { _ in
                row(ZendeskWriter.conversationID(place)) { writer.writeConversation(place, to: &$0) }
            }
        case "ticket_comments":
            return account.steps(place).enumerated().filter { $1.hasComment }.map { step, _ in
                row(String(ZendeskWriter.commentID(place, step))) {
                    writer.writeComment(place, step, to: &$0)
                }
            }
        default:
            return account.steps(place).indices.map { step in
                row(String(ZendeskWriter.auditID(place, step))) { writer.writeAudit(place, step, to: &$0) }
            }
        }
    }
}
