import Core
import JSON
import Simulators
import Testing

@Suite struct ZendeskTrapTests {
    @Test func walksABlockOfOneSecond() throws {
        let account = try InProcessZendesk(records: 2600, faults: ["tie_block": .init(rate: 0.5)])
        let pages = try account.cursorPages(
            "incremental/users/cursor",
            "start_time=0&per_page=500"
        )
        let rows = pages.flatMap(InProcessZendesk.rows)
        let seconds = Dictionary(grouping: rows) { $0["updated_at"]?.text ?? "" }
        #expect(seconds.values.map(\.count).max() ?? 0 >= 1300)
        #expect(Set(rows.map(\.key)).count == rows.count)
        #expect(rows.count == 2600)
    }

    @Test func timePagesGrowOverABlock() throws {
        let account = try InProcessZendesk(records: 2600, faults: ["tie_block": .init(rate: 0.5)])
        let pages = try account.timePages("incremental/organizations")
        #expect(pages.map { InProcessZendesk.rows($0).count }.max() ?? 0 > 1300)
        #expect(Set(pages.flatMap(InProcessZendesk.rows).map(\.key)).count == 2600)
        #expect(pages.last?["end_of_stream"]?.bool == true)
    }

    @Test func timePagesGetStuckInABlock() throws {
        let account = try InProcessZendesk(
            records: 2600,
            faults: ["tie_block": .init(rate: 0.5), "stuck_ties": .init(rate: 1)]
        )
        let pages = try account.timePages("incremental/organizations")
        let last = try #require(pages.last)
        #expect(last["end_of_stream"]?.bool == false)
        #expect(last["count"]?.int == 1000)
        #expect(last["next_page"]?.text?.contains("start_time=\(last["end_time"]?.int ?? 0)") == true)
        #expect(Set(pages.flatMap(InProcessZendesk.rows).map(\.key)).count < 2600)
    }

    @Test func showsSomeChangesTooLate() throws {
        let account = try InProcessZendesk(faults: ["late_visible": .init(rate: 0.5, seconds: 200)])
        let first = try account.cursorPages("incremental/users/cursor")
        var cursor = try #require(first.last?["after_cursor"]?.text)
        let changes = try account.simulator.change(updates: 40, streams: ["users"])
        let changed = Set(changes.map(\.id))
        var seen: Set<String> = []
        for _ in 0..<40 {
            account.advance(10)
            // Something goes on, so that the cursor moves.
            try account.simulator.change(creates: 1, streams: ["users"])
            let page = try account.page("incremental/users/cursor?cursor=\(cursor)")
            seen.formUnion(InProcessZendesk.rows(page).map(\.key))
            cursor = page["after_cursor"]?.text ?? cursor
        }
        let missed = changed.subtracting(seen)
        #expect(!missed.isEmpty, "some lie below the cursor")
        #expect(!changed.intersection(seen).isEmpty)
        // Who reads again from before finds them.
        let again = try account.cursorPages("incremental/users/cursor", "start_time=\(account.now - 600)")
        #expect(Set(again.flatMap(InProcessZendesk.rows).map(\.key)).isSuperset(of: changed))
        // Lists know of them at once.
        #expect(try JSONValue.byKey(account.list("users")) == account.truth("users"))
    }

    @Test func reemitsWithoutALaterUpdate() throws {
        let account = try InProcessZendesk(faults: ["reemitted": .init(rate: 1)])
        let first = try account.cursorPages(
            "incremental/tickets/cursor",
            "start_time=0&support_type_scope=all"
        )
        let cursor = try #require(first.last?["after_cursor"]?.text)
        let before = JSONValue.byKey(first.flatMap(InProcessZendesk.rows))
        account.advance(1000)
        try account.simulator.change(updates: 20, streams: ["users"])
        account.advance(61)
        let rows = InProcessZendesk.rows(
            try account.page("incremental/tickets/cursor?cursor=\(cursor)&support_type_scope=all")
        )
        #expect(!rows.isEmpty)
        for row in rows {
            #expect(row["updated_at"] == before[row.key]?["updated_at"])
            #expect(try #require(row["generated_timestamp"]?.int) > account.now - 1000)
        }
    }

    @Test func leavesArchivedTicketsToTheExport() throws {
        let account = try InProcessZendesk(records: 300)
        let all = try account.truth("tickets")
        let listed = Set(try account.list("tickets", "&support_type_scope=all").map(\.key))
        let archived = Set(all.keys).subtracting(listed)
        #expect(archived.count > 50)
        for key in archived.prefix(20) {
            #expect(all[key]?["status"]?.text == "closed")
            // They can be asked for all the same.
            #expect(try account.get("tickets/\(key)").status == 200)
            #expect(try account.get("tickets/\(key)/comments").status == 200)
        }
        let audited = Set(try account.list("ticket_audits").compactMap { $0["ticket_id"]?.compactText })
        #expect(audited.isDisjoint(with: archived))
        let measured = Set(try account.list("ticket_metrics").compactMap { $0["ticket_id"]?.compactText })
        #expect(measured.isDisjoint(with: archived))
    }

    @Test func childrenOfDeletedTicketsAreGone() throws {
        let account = try InProcessZendesk()
        let key = try #require(try account.simulator.change(deletes: 1, streams: ["tickets"]).first?.id)
        for child in ["", "/comments", "/audits", "/metrics", "/side_conversations"] {
            let (status, document) = try account.get("tickets/\(key)\(child)")
            #expect(status == 404)
            #expect(document == ["error": "RecordNotFound", "description": "Not found"])
        }
        account.advance(61)
        func row() throws -> JSONValue {
            let pages = try account.cursorPages(
                "incremental/tickets/cursor",
                "start_time=0&support_type_scope=all"
            )
            return try #require(JSONValue.byKey(pages.flatMap(InProcessZendesk.rows))[key])
        }
        #expect(try row()["status"] == "deleted")
        #expect(try row()["subject"] != "SCRUBBED")
        let deleted = try account.list("deleted_tickets", "&support_type_scope=all").map(\.key)
        #expect(deleted.contains(key))
        // After a month nothing is left of it.
        account.advance(31 * 86_400)
        #expect(try row()["subject"] == "SCRUBBED")
        #expect(
            try account.list("deleted_tickets", "&support_type_scope=all").map(\.key).contains(key) == false
        )
    }

    @Test func shortLivedObjectsAreDeletedAtOnce() throws {
        let account = try InProcessZendesk(faults: ["short_lived": .init(rate: 1)])
        let changes = try account.simulator.change(creates: 5, streams: ["organizations"])
        let created = changes.filter { $0.action == .created }.map(\.id)
        #expect(Set(changes.filter { $0.action == .deleted }.map(\.id)) == Set(created))
        account.advance(61)
        let rows = JSONValue.byKey(
            try account.timePages("incremental/organizations").flatMap(InProcessZendesk.rows)
        )
        for key in created { #expect(rows[key]?["deleted_at"]?.text != nil) }
    }

    @Test func repeatsACursor() throws {
        let account = try InProcessZendesk(faults: ["repeated_cursor": .init(rate: 1)])
        let first = try account.page("incremental/tickets/cursor?start_time=0&per_page=5")
        let cursor = try #require(first["after_cursor"]?.text)
        let next = try account.page("incremental/tickets/cursor?cursor=\(cursor)&per_page=5")
        #expect(next["after_cursor"]?.text == cursor)
        #expect(next["end_of_stream"]?.bool == false)
        let list = try account.page("users?page[size]=5")
        let after = try #require(list["meta"]?["after_cursor"]?.text)
        let again = try account.page("users?page[size]=5&page[after]=\(after)")
        #expect(again["meta"]?["after_cursor"]?.text == after)
        #expect(again["meta"]?["has_more"]?.bool == true)
    }

    @Test func listsShiftWhileTheyAreRead() throws {
        let account = try InProcessZendesk(records: 20, faults: ["shifting_lists": .init(rate: 1)])
        let before = try account.truth("users").keys
        let rows = try account.list("users", size: 10)
        #expect(Set(rows.map(\.key)).isSuperset(of: before))
        #expect(Set(rows.map(\.key)).count == rows.count)
    }

    @Test func cappedCountsSayNothingOfTheirAge() throws {
        let plain = try InProcessZendesk()
        let count = try plain.page("users/count")["count"]
        #expect(count?["value"]?.int == (try plain.truth("users").count))
        #expect(count?["refreshed_at"]?.text == plain.simulator.clock.now.rfc3339())
        let capped = try InProcessZendesk(faults: ["capped_counts": .init(rate: 1)])
        #expect(try capped.page("users/count")["count"]?["refreshed_at"]?.isNull == true)
    }
}
