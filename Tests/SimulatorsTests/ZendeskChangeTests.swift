import JSON
import Simulators
import Testing
import Web

@Suite struct ZendeskChangeTests {
    @Test func sameSeedDoesTheSame() throws {
        func done(_ seed: UInt64) throws -> ([SimulatedChange], [String: [String: [UInt8]]], [JSONValue]) {
            let account = try InProcessZendesk(
                seed: seed,
                faults: ["late_visible": .init(rate: 0.2), "reemitted": .init(rate: 0.2)],
                changesPerMinute: 30
            )
            var changes: [SimulatedChange] = []
            for _ in 0..<8 {
                account.advance(20)
                changes += try account.simulator.change(creates: 3, updates: 5, deletes: 2, merges: 1)
            }
            account.advance(600)
            return (
                changes, account.simulator.truth(),
                try account.cursorPages("incremental/tickets/cursor", "start_time=0&per_page=11")
            )
        }
        let (first, second, other) = (try done(4), try done(4), try done(5))
        #expect(first.0 == second.0)
        #expect(first.1 == second.1)
        #expect(first.2 == second.2)
        #expect(first.0 != other.0)
        #expect(first.1 != other.1)
    }

    @Test(arguments: ZendeskSimulator.changingStreams)
    func doesWhatItSays(stream: String) throws {
        let account = try InProcessZendesk()
        account.advance(10)
        for action in ["create", "update", "delete"] {
            let before = account.simulator.truth()
            account.advance(5)
            let changes = try account.simulator.change(
                creates: action == "create" ? 4 : 0,
                updates: action == "update" ? 4 : 0,
                deletes: action == "delete" ? 4 : 0,
                streams: [stream]
            )
            #expect(changes.contains { $0.stream == stream }, "\(action)")
            let after = account.simulator.truth()
            for other in ZendeskSimulator.changingStreams {
                let (old, new) = (before[other] ?? [:], after[other] ?? [:])
                let done = changes.filter { $0.stream == other }
                let changed = Set(new.filter { old[$0.key] != $0.value }.keys)
                let gone = Set(old.keys).subtracting(new.keys)
                let told = Set(done.filter { $0.action != .deleted }.map(\.id))
                let deleted = Set(done.filter { $0.action == .deleted }.map(\.id))
                #expect(changed == told.subtracting(deleted), "\(action) \(other)")
                #expect(gone == deleted.intersection(old.keys), "\(action) \(other)")
            }
        }
    }

    @Test func mergedTicketsAreClosed() throws {
        let account = try InProcessZendesk()
        let changes = try account.simulator.change(merges: 2, streams: ["tickets"])
        #expect(changes.map(\.action) == [.merged, .updated, .merged, .updated])
        let truth = try account.truth("tickets")
        for pair in stride(from: 0, to: 4, by: 2) {
            let (loser, winner) = (changes[pair].id, changes[pair + 1].id)
            #expect(truth[loser]?["status"]?.text == "closed")
            #expect(truth[loser]?["tags"]?.elements?.contains("closed_by_merge") == true)
            let last = try #require(try account.list("tickets/\(loser)/comments").last)
            #expect(last["body"]?.text?.contains("merged into request #\(winner)") == true)
            #expect(last["via"]?["channel"]?.text == "merge")
            let bodies = try account.list("tickets/\(winner)/comments").compactMap { $0["body"]?.text }
            #expect(bodies.contains { $0.hasPrefix("Request #\(loser) was closed") })
        }
    }

    @Test func mergedUsersAreNoLongerActive() throws {
        let account = try InProcessZendesk(records: 30)
        let changes = try account.simulator.change(merges: 4, streams: ["users"])
        let losers = Set(changes.filter { $0.action == .merged }.map(\.id))
        #expect(losers.count == 4)
        for loser in losers {
            let user = try account.page("users/\(loser)")["user"]
            #expect(user?["active"]?.bool == false)
            #expect(try account.list("deleted_users").map(\.key).contains(loser))
        }
        // Nobody's tickets are theirs any more.
        for ticket in try account.truth("tickets").values {
            #expect(!losers.contains(ticket["requester_id"]?.compactText ?? ""))
        }
    }

    @Test func deletedUsersLoseTheirNames() throws {
        let account = try InProcessZendesk()
        let deleted = try account.simulator.change(deletes: 12, streams: ["users"])
            .filter { $0.stream == "users" }.map(\.id)
        let users = try deleted.map { try account.page("users/\($0)")["user"] }
        #expect(users.allSatisfy { $0?["active"]?.bool == false })
        let erased = users.filter { $0?["name"]?.text == "Permanently Deleted User" }
        #expect(!erased.isEmpty)
        #expect(erased.count < users.count)
        #expect(erased.allSatisfy { $0?["email"]?.isNull == true && $0?["phone"]?.isNull == true })
    }

    @Test func isControlledFromOutside() throws {
        let account = try InProcessZendesk()
        func control(_ method: String, _ path: String, _ body: String = "") throws -> (Int, JSONValue) {
            let answer = account.answer(method, "/_control/\(path)", body: body)
            guard case .bytes(let bytes) = answer.body else { return (answer.status, .null) }
            return (answer.status, try JSONValue.parse(bytes))
        }
        let (status, changed) = try control(
            "POST",
            "change",
            #"{"creates":2,"updates":3,"deletes":1,"merges":1,"streams":["tickets"]}"#
        )
        #expect(status == 200)
        #expect(changed["changes"]?.elements?.contains { $0["action"]?.text == "merged" } == true)
        let (_, truth) = try control("GET", "truth?stream=tickets&count=10000")
        #expect(truth["data"]?.elements?.count == (try account.truth("tickets").count))
        let (_, streams) = try control("GET", "truth")
        #expect(streams["streams"]?.elements?.compactMap { $0["stream"]?.text } == ZendeskSimulator.streams)
        let (_, clock) = try control("POST", "clock", #"{"advance":60}"#)
        #expect(clock["now"]?.int == account.now)
        _ = try account.get("groups")
        _ = try account.get("tickets/4/comments")
        let (_, requests) = try control("GET", "requests")
        #expect(requests["paths"]?["/tickets/{id}/comments"] == ["200": 1])
        for body in [
            #"{"merges":1,"streams":["organizations"]}"#, #"{"creates":1,"streams":["ticket_events"]}"#,
            #"{"creates":-1}"#,
        ] {
            #expect(try control("POST", "change", body).0 == 400)
        }
    }

    @Test func nothingIsThereWithoutRecords() throws {
        let account = try InProcessZendesk(records: 0)
        #expect(try account.cursorPages("incremental/tickets/cursor").flatMap(InProcessZendesk.rows).isEmpty)
        let changes = try account.simulator.change(creates: 10, updates: 5, merges: 1)
        #expect(!changes.isEmpty)
        account.advance(61)
        let rows = try account.cursorPages(
            "incremental/tickets/cursor",
            "start_time=0&support_type_scope=all"
        )
        #expect(rows.flatMap(InProcessZendesk.rows).count >= (try account.truth("tickets").count))
    }

    @Test func livesByItself() throws {
        let account = try InProcessZendesk(changesPerMinute: 120)
        let before = account.simulator.truth()
        account.advance(300)
        #expect(account.simulator.truth() != before)
    }
}
