import JSON
import ProcessSupport
import Simulators
import Testing

/// A client that others wrote reads the account to the end by its own paging, and meets its errors as its own.
@Suite(.enabled(if: VendorClient.isAvailable), .timeLimit(.minutes(10)))
struct ZendeskClientTests {
    @Test func zenpyReadsItAll() async throws {
        let simulator = try ZendeskSimulator(
            .init(records: 1200, faults: ["no_limits": .init(rate: 1), "ai_agent_tickets": .init()])
        )
        let port = try simulator.start()
        defer { simulator.stop() }
        try simulator.change(creates: 30, updates: 60, deletes: 10, merges: 2)
        simulator.clock.advance(by: .seconds(400))
        let output = try await VendorClient.run("zendesk", "http://127.0.0.1:\(port)")
        let read = try JSONValue.parse(Array(output.utf8))
        func keys(_ list: String) throws -> [String] {
            try #require(read["lists"]?[list]?.elements, "\(list)").compactMap(\.text)
        }
        let truth = simulator.truth().mapValues { Set($0.keys) }
        func held(_ stream: String) throws -> Set<String> { try #require(truth[stream], "\(stream)") }

        for list in [
            "organizations", "organization_memberships", "groups", "group_memberships", "brands",
            "ticket_fields",
            "user_fields", "organization_fields", "ticket_forms", "custom_statuses", "macros", "tags",
            "automations", "triggers", "satisfaction_ratings", "deleted_users", "sla_policies",
            "deleted_tickets",
        ] {
            let found = try keys(list)
            #expect(Set(found) == (try held(list)), "\(list)")
            #expect(found.count == Set(found).count, "\(list)")
        }
        #expect(Set(try keys("listed users")) == (try held("users")))
        // Exports have the deleted too, and those by time some rows twice.
        for list in ["tickets", "users"] {
            let found = try keys(list)
            #expect(Set(found).isSuperset(of: try held(list)), "\(list)")
            #expect(found.count == Set(found).count, "\(list)")
            #expect(Set(try keys("\(list) by time")) == Set(found))
        }
        #expect(Set(try keys("organizations by time")).isSuperset(of: try held("organizations")))
        #expect(Set(try keys("ticket_events")) == (try held("ticket_events")))
        #expect(Set(try keys("ticket_metric_events")).isSuperset(of: try held("ticket_metric_events")))
        #expect(Set(try keys("listed tickets")).isSubset(of: try held("tickets")))
        #expect(try keys("comments").count >= 1)
        #expect(try keys("audits").count >= keys("comments").count)

        #expect(
            read["outcomes"] == [
                "missing ticket": "RecordNotFoundException", "bad token": "APIException 401",
                "server error": "APIException 500", "rate limit without a time": "HTTPError 429",
                "rate limit": "nothing", "forbidden": "APIException 403", "lost cursor": "APIException 400",
            ]
        )
    }
}
