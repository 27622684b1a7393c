import Core
import JSON
import Simulators
import Testing

@Suite struct ZendeskExportTests {
    /// Where each export is, what it is called, and how its deleted rows look.
    private static let exports: [(path: String, stream: String, isGone: @Sendable (JSONValue) -> Bool)] = [
        ("incremental/tickets/cursor.json", "tickets", { $0["status"]?.text == "deleted" }),
        ("incremental/users/cursor", "users", { $0["active"]?.bool == false }),
        (
            "incremental/custom_objects/asset/cursor", "custom_object_records",
            { $0["name"]?.text == "[DELETED]" }
        ),
        ("incremental/organizations.json", "organizations", { $0["deleted_at"]?.text != nil }),
        ("incremental/tickets", "tickets", { $0["status"]?.text == "deleted" }),
        ("incremental/users.json", "users", { $0["active"]?.bool == false }),
        ("incremental/ticket_events.json", "ticket_events", { _ in false }),
        ("incremental/ticket_metric_events", "ticket_metric_events", { $0["deleted"]?.bool == true }),
    ]

    private func pages(_ account: InProcessZendesk, _ path: String, _ query: String) throws -> [JSONValue] {
        let query = query + "&support_type_scope=all&include=comment_events"
        return path.contains("cursor")
            ? try account.cursorPages(path, query) : try account.timePages(path, query)
    }

    @Test(arguments: exports.indices, [3, 1000])
    func givesWhatThereIs(export: Int, size: Int) throws {
        let (path, stream, isGone) = Self.exports[export]
        let account = try InProcessZendesk()
        try account.simulator.change(creates: 20, updates: 60, deletes: 10, merges: 4)
        if ZendeskSimulator.changingStreams.contains(stream) {
            try account.simulator.change(deletes: 2, streams: [stream])
        }
        account.advance(120)
        let pages = try pages(account, path, "start_time=0&per_page=\(size)")
        let rows = JSONValue.byKey(pages.flatMap(InProcessZendesk.rows))
        #expect(rows.filter { !isGone($1) } == (try account.truth(stream)), "\(path)")
        if stream != "ticket_events" { #expect(rows.values.contains(where: isGone), "\(path)") }
        let counts = pages.map { InProcessZendesk.rows($0).count }
        if path.contains("cursor") {
            #expect(counts.allSatisfy { $0 <= size })
            #expect(counts.reduce(0, +) == rows.count, "no row comes twice")
        } else if size == 3 {
            #expect(counts.reduce(0, +) > rows.count, "each page begins with what ended the last one")
        }
    }

    @Test(arguments: ["tickets", "users"])
    func goesOnBehindACursor(stream: String) throws {
        let account = try InProcessZendesk()
        let path = "incremental/\(stream)/cursor"
        let last = try #require(try account.cursorPages(path, "start_time=0&support_type_scope=all").last)
        let cursor = try #require(last["after_cursor"]?.text)
        let target = "\(path)?cursor=\(cursor)&support_type_scope=all"
        let empty = try account.page(target)
        #expect(InProcessZendesk.rows(empty).isEmpty)
        #expect(empty["after_cursor"]?.text == cursor)
        #expect(empty["end_of_stream"]?.bool == true)
        let changes = try account.simulator.change(creates: 2, updates: 5, deletes: 1, streams: [stream])
        // The last minute is withheld.
        account.advance(59)
        #expect(InProcessZendesk.rows(try account.page(target)).isEmpty)
        account.advance(1)
        let changed = Set(InProcessZendesk.rows(try account.page(target)).map(\.key))
        #expect(changed == Set(changes.filter { $0.stream == stream }.map(\.id)))
    }

    @Test func hasACursorOfTimeAndID() throws {
        let account = try InProcessZendesk()
        let page = try account.page("incremental/tickets/cursor?start_time=0&per_page=2")
        let row = try #require(InProcessZendesk.rows(page).last)
        let stamp = try #require(row["generated_timestamp"]?.int)
        let cursor = try #require(page["after_cursor"]?.text)
        #expect(cursor == Base64.encode(Array("\(stamp).0||\(row.key)|".utf8)))
        let escaped = cursor.replacing("=", with: "%3D")
        #expect(page["after_url"]?.text?.hasSuffix("per_page=2&cursor=\(escaped)") == true)
        // Clients send it as it is, too.
        let path = "incremental/tickets/cursor?per_page=2&cursor="
        let next = try account.page(path + cursor)
        #expect(next["tickets"] == (try account.page(path + escaped))["tickets"])
        #expect(next["before_cursor"]?.text == cursor)
    }

    @Test(
        arguments: [
            ("start_time=NOW-59", 400, "StartTimeTooRecent"), ("start_time=NOW-60", 200, nil),
            ("start_time=1485302400.0", 200, nil), ("start_time=2026-11-25T10:08:53Z", 200, nil),
            ("", 400, "ParameterMissing"), ("cursor=nonsense", 400, "InvalidCursor"),
            ("cursor=MTIz", 400, "InvalidCursor"), ("start_time=0&per_page=x", 422, "InvalidValue"),
        ] as [(String, Int, String?)]
    )
    func readsStartTimes(query: String, status: Int, code: String?) throws {
        let account = try InProcessZendesk()
        var query = query
        for seconds in [59, 60] {
            query = query.replacing("NOW-\(seconds)", with: String(account.now - seconds))
        }
        for path in ["incremental/tickets/cursor", "incremental/users/cursor.json"] {
            let (got, document) = try account.get("\(path)?\(query)")
            #expect(got == status)
            #expect(document["error"]?.text == code)
        }
        // Newer endpoints have another form for the same.
        let (got, document) = try account.get("incremental/custom_objects/asset/cursor?\(query)")
        #expect(got == status)
        if let code, status == 400, code != "ParameterMissing" {
            #expect(document["errors"]?[0]?["code"]?.text == code)
            #expect(document["errors"]?[0]?["status"]?.text == "400")
        }
    }

    @Test func refusesAsItUsedTo() throws {
        let account = try InProcessZendesk(faults: ["old_too_recent": .init(rate: 1)])
        let (status, document) = try account.get("incremental/organizations?start_time=\(account.now - 200)")
        #expect(status == 422)
        #expect(document["error"]?.text == "InvalidValue")
        #expect(document["description"]?.text?.contains("5 minutes") == true)
        // Whoever asks for metric events now has caught up.
        let (ok, page) = try account.get("incremental/ticket_metric_events?start_time=\(account.now)")
        #expect(ok == 200)
        #expect(page["count"]?.int == 0)
        #expect(page["end_of_stream"] == nil)
    }

    @Test func hasNoCursorWithoutRows() throws {
        let account = try InProcessZendesk()
        let page = try account.page("incremental/tickets/cursor?start_time=\(account.now - 61)")
        #expect(page["tickets"]?.elements?.isEmpty == true)
        #expect(page["after_cursor"]?.isNull == true)
        #expect(page["after_url"]?.isNull == true)
        #expect(page["end_of_stream"]?.bool == true)
        let empty = try account.page("incremental/organizations?start_time=\(account.now - 61)")
        #expect(empty["organizations"]?.elements?.isEmpty == true)
        #expect(empty["end_time"]?.isNull == true)
        #expect(empty["next_page"]?.isNull == true)
    }

    @Test func customObjectsSayThatThereIsMore() throws {
        let account = try InProcessZendesk()
        for page in try account.cursorPages(
            "incremental/custom_objects/asset/cursor",
            "start_time=0&per_page=10"
        ) {
            #expect(page["end_of_stream"] == nil)
            #expect(page["meta"]?["has_more"]?.bool != nil)
            for row in InProcessZendesk.rows(page) {
                #expect(row["id"]?.text?.isEmpty == false)
                guard row["name"]?.text == "[DELETED]" else { continue }
                #expect(row["external_id"]?.text == "[DELETED]")
                #expect(row["custom_object_fields"]?.members?.allSatisfy { $0.value == "[DELETED]" } == true)
            }
        }
        let all = try account.cursorPages("incremental/custom_objects/asset/cursor", "start_time=0")
        let living = try account.cursorPages(
            "incremental/custom_objects/asset/cursor",
            "start_time=0&filter[exclude_deleted]=true"
        )
        #expect(living.flatMap(InProcessZendesk.rows).count < all.flatMap(InProcessZendesk.rows).count)
        #expect(try account.get("incremental/custom_objects/nothing/cursor?start_time=0").status == 404)
    }

    @Test func hidesWhatNoHumanHandled() throws {
        let account = try InProcessZendesk(records: 200, faults: ["ai_agent_tickets": .init(rate: 0.3)])
        func keys(_ path: String, _ scope: String) throws -> Set<String> {
            let pages = try account.cursorPages(path, "start_time=0\(scope)")
            return Set(pages.flatMap(InProcessZendesk.rows).map(\.key))
        }
        let path = "incremental/tickets/cursor"
        let all = try keys(path, "&support_type_scope=all")
        let agents = try keys(path, "")
        let automated = try keys(path, "&support_type_scope=ai_agent")
        #expect(all == agents.union(automated))
        #expect(agents.isDisjoint(with: automated))
        #expect((30...90).contains(automated.count))
        let events = { (scope: String) in
            try account.timePages("incremental/ticket_events", "start_time=0\(scope)")
                .flatMap(InProcessZendesk.rows).count
        }
        #expect(try events("") < events("&support_type_scope=all"))
        #expect(try account.list("tickets").count < account.list("tickets", "&support_type_scope=all").count)
    }

    @Test func loadsOnTheSide() throws {
        let account = try InProcessZendesk()
        let page = try account.page(
            "incremental/tickets/cursor?start_time=0&per_page=5&include=metric_sets,comment_count,users,groups"
        )
        let metrics = try account.truth("ticket_metrics")
        for row in InProcessZendesk.rows(page) where row["status"]?.text != "deleted" {
            let set = try #require(row["metric_set"])
            #expect(metrics[set.key] == set)
            #expect(row["comment_count"]?.int != nil)
        }
        #expect(page["users"]?.elements?.isEmpty == false)
        #expect(page["groups"]?.elements?.isEmpty == false)
        #expect(page["organizations"] == nil)
        let bare = try account.page("incremental/ticket_events?start_time=0&per_page=5")
        #expect(InProcessZendesk.rows(bare).allSatisfy { $0["child_events"]?[0]?["body"] == nil })
    }

    @Test func givesSamples() throws {
        let account = try InProcessZendesk(records: 200)
        let page = try account.page("incremental/users/sample?start_time=0")
        #expect(InProcessZendesk.rows(page).count == 50)
        #expect(page["end_of_stream"]?.bool == false)
    }
}
