import Core
import JSON
import ProcessSupport
import Simulators
import Testing

/// What a run over a simulated Zendesk makes of its records, against values worked out by hand.
@Suite("Zendesk's records become entities")
struct ZendeskEntityTests {
    /// When the account's clock starts: what is put into it is as old.
    private static let start = "2026-01-01T00:00:00Z"

    private let simulator: ZendeskSimulator
    private let account: EntitySync

    init() throws {
        simulator = try ZendeskAccount.simulator(seed: 11, records: 60, faults: ZendeskAccount.calm)
        account = try EntitySync(
            simulator,
            "zendesk",
            settings: ZendeskAccount.settings,
            streams: ["tickets", "ticket_comments", "users", "organizations"]
        )
    }

    @Test("users: who asks is a customer, who answers an agent, and a change of role moves one")
    func users() async throws {
        let user = try simulator.put(
            "users",
            [
                "role": #""end-user""#, "name": #""恵子 🛒 \ud83d""#, "email": #""A@B.c""#,
                "phone": #""0049 30 1234 ext. 5""#, "external_id": #""9223372036854775807""#,
                "suspended": "true",
                "organization_id": "9223372036854775807", "created_at": #""2026-01-02T03:04:05+02:00""#,
                "user_fields": #"{"balance":1.23456789012345678901234567890}"#,
            ]
        )
        try await account.sync()
        let shared =
            #""email":"a@b.c","phone":"+49301234","companyId":"zendesk/acme:organizations:9223372036854775807","#
        let rest =
            #""createdAt":"2026-01-02T01:04:05Z","updatedAt":"\#(Self.start)","#
            + #""joinKeys":{"email":"a@b.c","externalId":"9223372036854775807"}"#
        try account.expect(
            "Customer",
            "users",
            user,
            is: #","name":"恵子 🛒 \ud83d",\#(shared)"status":{"code":"true","value":"blocked"},\#(rest)"#
        )
        try account.expect(
            "Person",
            "users",
            user,
            is: #","fullName":"恵子 🛒 \ud83d",\#(shared)\#(rest)"#
        )
        #expect(try account.event("Agent", "users", user).value == nil)
        #expect(
            try account.custom("Person", "users", user).contains(
                #""user_fields":{"balance":1.23456789012345678901234567890}"#
            )
        )

        let changed = simulator.clock.now.rfc3339()
        try simulator.put("users", id: user, ["role": #""agent""#])
        try await account.sync()
        #expect(try account.event("Customer", "users", user).value == nil)
        try account.expect(
            "Agent",
            "users",
            user,
            is: #","name":"恵子 🛒 \ud83d","email":"a@b.c","active":true,"createdAt":"2026-01-02T01:04:05Z","#
                + #""updatedAt":"\#(changed)","joinKeys":{"email":"a@b.c"}"#
        )
    }

    @Test("tickets and organizations, a megabyte of text among them")
    func tickets() async throws {
        let text = String(repeating: #"é\n🛒"#, count: 120_000)
        let ticket = try simulator.put(
            "tickets",
            [
                "subject": #""""#, "raw_subject": "\"\(text)\"", "status": #""hold""#,
                "priority": #""urgent""#,
                "requester_id": "9223372036854775807", "assignee_id": "null", "organization_id": "null",
                "satisfaction_rating": #"{"score":"good"}"#, "external_id": #""A-\udfff""#,
            ]
        )
        let other = try simulator.put("tickets", ["status": #""deleted_by_robot""#, "priority": "null"])
        let company = try simulator.put("organizations", ["name": #""Tea & Co 🛒""#, "external_id": "null"])
        try await account.sync()
        try account.expect(
            "SupportTicket",
            "tickets",
            ticket,
            is:
                #","number":"\#(ticket)","subject":"\#(text)","status":{"code":"hold","value":"hold"},"priority":"urgent","#
                + #""requesterId":"zendesk/acme:users:9223372036854775807","assigneeId":null,"companyId":null,"#
                + #""openedAt":"\#(Self.start)","csat":"good","createdAt":"\#(Self.start)","updatedAt":"\#(Self.start)","#
                + #""joinKeys":{"externalId":"A-�"}"#
        )
        // The record itself keeps what no text can hold.
        #expect(
            try account.custom("SupportTicket", "tickets", ticket).contains(#""external_id":"A-\udfff""#)
        )
        #expect(
            try account.fields("SupportTicket", "tickets", other).contains(
                #""status":{"code":"deleted_by_robot","value":null},"priority":null,"#
            )
        )
        try account.expect(
            "Company",
            "organizations",
            company,
            is: #","name":"Tea & Co 🛒","createdAt":"\#(Self.start)","updatedAt":"\#(Self.start)""#
        )
    }

    @Test("every entity of an account names its record and its version, and what it refers to is there")
    func references() async throws {
        try await account.sync()
        let followed = try account.checkAll()
        for reference in [
            "SupportTicket.requesterId", "SupportTicket.companyId", "TicketComment.ticketId",
            "TicketComment.authorId",
            "Person.companyId",
        ] {
            #expect(followed[reference] ?? 0 >= 20, "\(reference)")
        }
        let comments = simulator.truth("ticket_comments").map { $0.record }
        for record in try comments.prefix(200).map({ try JSONValue.parse($0) }) {
            let key = try #require(record["id"]?.int.map { "\($0)" })
            let value = try #require(try account.event("TicketComment", "ticket_comments", key).value)
            let comment = try JSONValue.parse(value.utf8)
            #expect(comment["body"] == record["plain_body"])
            #expect(comment["at"] == record["created_at"])
            #expect(comment["public"] == record["public"])
        }
        // The same user under each of the names.
        let persons = try account.documents("Person")
        for entity in ["Customer", "Agent"] {
            for (id, document) in try account.documents(entity) {
                #expect(persons[id]?["joinKeys"]?["email"] == document["joinKeys"]?["email"])
            }
        }
    }
}
