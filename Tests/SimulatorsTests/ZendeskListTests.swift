import JSON
import Simulators
import Testing

@Suite struct ZendeskListTests {
    /// Lists that show all living records of their stream, and what must be said for that.
    private static let lists: [(path: String, stream: String)] = [
        ("users", "users"), ("organizations.json", "organizations"), ("groups", "groups"),
        ("group_memberships", "group_memberships"), ("organization_memberships", "organization_memberships"),
        ("brands", "brands"), ("ticket_fields", "ticket_fields"), ("user_fields", "user_fields"),
        ("organization_fields", "organization_fields"), ("ticket_forms", "ticket_forms"),
        ("custom_statuses", "custom_statuses"), ("slas/policies", "sla_policies"), ("macros", "macros"),
        ("tags", "tags"), ("automations", "automations"), ("triggers", "triggers"),
        ("business_hours/schedules", "schedules"), ("custom_roles", "custom_roles"),
        ("satisfaction_ratings", "satisfaction_ratings"), ("satisfaction_reasons", "satisfaction_reasons"),
        ("custom_objects", "custom_objects"), ("custom_objects/asset/records", "custom_object_records"),
        ("deleted_users", "deleted_users"),
    ]

    @Test(arguments: lists)
    func givesWhatThereIs(path: String, stream: String) throws {
        let account = try InProcessZendesk()
        try account.simulator.change(creates: 60, updates: 60, deletes: 20, merges: 2)
        let truth = try account.truth(stream)
        #expect(!truth.isEmpty)
        for size in [4, 100] {
            let rows = try account.list(path, size: size)
            #expect(rows.count == truth.count)
            #expect(JSONValue.byKey(rows) == truth)
            let offset = try account.offsetList(path, size: size)
            #expect(offset == rows)
        }
        let sorted = try account.list(path, size: 7, "&sort=-id")
        #expect(sorted.map(\.key) == (try account.list(path)).map(\.key).reversed())
    }

    @Test func givesWhatBelongsToTickets() throws {
        let account = try InProcessZendesk()
        try account.simulator.change(updates: 200, merges: 3, streams: ["tickets"])
        for (path, stream) in [
            ("comments", "ticket_comments"), ("audits", "ticket_audits"),
            ("side_conversations", "side_conversations"),
        ] {
            var rows: [JSONValue] = []
            for ticket in try account.truth("tickets").keys {
                rows += try account.list("tickets/\(ticket)/\(path)", size: 2)
            }
            #expect(JSONValue.byKey(rows) == (try account.truth(stream)), "\(path)")
        }
        let comments = try account.list("tickets/4/comments", "&sort=-created_at")
        #expect(
            comments.compactMap { $0["created_at"]?.text }
                == comments.compactMap { $0["created_at"]?.text }
                .sorted().reversed()
        )
    }

    @Test func showsDeletedGroupsAndBrandsOnlyToWhoAsks() throws {
        let account = try InProcessZendesk()
        let groups = try account.list("groups", "&exclude_deleted=false")
        #expect(groups.contains { $0["deleted"]?.bool == true })
        #expect(try account.list("groups").allSatisfy { $0["deleted"]?.bool == false })
        #expect(
            try account.list("brands", "&include_deleted=true").contains { $0["is_deleted"]?.bool == true }
        )
        #expect(try account.list("brands").count == 2)
    }

    @Test func ignoresTheOldOrderByCursor() throws {
        let account = try InProcessZendesk()
        let plain = try account.list("users")
        #expect(try account.list("users", "&sort_by=updated_at&sort_order=desc") == plain)
        let offset = try account.page("users?per_page=100&sort_by=updated_at&sort_order=desc")
        let times = InProcessZendesk.rows(offset).compactMap { $0["updated_at"]?.text }
        #expect(times == times.sorted().reversed())
        let sorted = try account.list("users", size: 7, "&sort=updated_at").compactMap {
            $0["updated_at"]?.text
        }
        #expect(sorted == sorted.sorted())
        #expect(try account.get("users?page[size]=5&sort=email").status == 400)
        #expect(try account.get("users?page[size]=5&page[after]=x").status == 400)
        #expect(try account.get("users?page[size]=0").status == 422)
    }

    @Test func linksOnAlsoAtTheEnd() throws {
        let account = try InProcessZendesk()
        let last = try account.page("groups?page[size]=100")
        #expect(last["meta"]?["has_more"]?.bool == false)
        #expect(last["links"]?["next"]?.text?.contains("page%5Bafter%5D=") == true)
        let empty = try account.page("tickets/4/side_conversations?page[size]=10")
        if InProcessZendesk.rows(empty).isEmpty {
            #expect(empty["meta"]?["after_cursor"]?.isNull == true)
            #expect(empty["links"]?["next"]?.isNull == true)
        }
        // Back from the second page.
        let first = try account.page("users?page[size]=5")
        let after = try #require(first["meta"]?["after_cursor"]?.text)
        let second = try account.page("users?page[size]=5&page[after]=\(after)")
        let before = try #require(second["meta"]?["before_cursor"]?.text)
        let back = try account.page("users?page[size]=5&page[before]=\(before)")
        #expect(back["users"] == first["users"])
    }

    @Test func refusesOffsetsThatAreTooDeep() throws {
        let account = try InProcessZendesk(records: 10_400)
        let last = try account.page("users?page=100&per_page=100")
        #expect(last["next_page"]?.text?.contains("page=101") == true)
        let (status, document) = try account.get("users?page=101&per_page=100")
        #expect(status == 400)
        #expect(document["errors"]?[0]?["code"]?.text == "InvalidPaginationDepth")
        #expect(try account.list("users").count > 10_000)
        #expect(try account.get("search?query=type:user&page=11").status == 422)
        #expect(try account.get("search.json?query=type:user&page=10").status == 200)
    }

    @Test func filters() throws {
        let account = try InProcessZendesk(records: 200)
        let agents = try account.list("users", "&role[]=agent&role[]=admin")
        #expect(agents.count == 8)
        #expect(agents.allSatisfy { $0["role"]?.text != "end-user" })
        let ratings = try account.list("satisfaction_ratings")
        let times = ratings.compactMap { $0["updated_at"]?.text }.sorted()
        let from = 1_730_000_000
        let some = try account.list("satisfaction_ratings", "&start_time=\(from)")
        #expect(some.count < times.count)
        #expect(
            try account.list("satisfaction_ratings", "&score=good").allSatisfy { $0["score"]?.text == "good" }
        )
        let many = try account.page("tickets/show_many?ids=4,8,999999")
        #expect(InProcessZendesk.rows(many).map(\.key) == ["4", "8"])
    }

    @Test func showsOneObject() throws {
        let account = try InProcessZendesk()
        for (path, stream) in Self.lists where !["tags", "deleted_users", "custom_objects"].contains(stream) {
            let (key, record) = try #require(try account.truth(stream).min { $0.key < $1.key })
            let path = path.replacing(".json", with: "")
            let answer = try account.page("\(path)/\(key).json")
            #expect(answer.members?.first?.value == record, "\(stream)")
            #expect(try account.get("\(path)/nothing").status == 404)
        }
        let ticket = try account.page("tickets/4.json?include=users")
        #expect(ticket["ticket"] == (try account.truth("tickets")["4"]))
        #expect(ticket["users"]?.elements?.isEmpty == false)
        #expect(try account.page("users/me")["user"]?["role"]?.text == "admin")
        #expect(try account.page("custom_objects/asset")["custom_object"]?["key"]?.text == "asset")
        #expect(try account.page("custom_objects/asset/fields")["custom_object_fields"]?.elements?.count == 3)
    }

    @Test func searches() throws {
        let account = try InProcessZendesk()
        let rows = try account.list("search/export", size: 20, "&filter[type]=user&query=")
        #expect(rows.allSatisfy { $0["result_type"]?.text == "user" })
        #expect(Set(rows.map(\.key)) == Set(try account.truth("users").keys))
        #expect(try account.get("search/export?query=").status == 400)
        #expect(try account.get("search?query=nothing").status == 422)
    }

    @Test(arguments: [
        "channels/voice/phone_numbers.json", "channels/voice/stats/incremental/calls?start_time=5",
        "channels/voice/stats/incremental/legs?start_time=5", "oauth/tokens/current.json",
    ])
    func answersWhatOthersAskFor(target: String) throws {
        let account = try InProcessZendesk()
        #expect(try account.get(target).status == 200)
    }
}
