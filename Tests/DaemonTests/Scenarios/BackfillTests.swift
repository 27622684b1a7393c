import Core
import Daemon
import Scheduling
import Testing

/// S10: a backfill beside the ticks of its schedule.
@Suite("S10 backfills")
struct BackfillTests {
    private let noon = at("2026-03-01T12:00:00Z")

    private func world(_ entries: ScheduleEntry..., pools: [String: Int] = [:]) -> MachineWorld {
        var world = MachineWorld(at: noon)
        world.settings = .init(pools: pools)
        for entry in entries { world.write(entry) }
        world.start()
        return world
    }

    private func request(
        _ schedule: String = "crm",
        streams: [String]? = nil,
        hours: Int = 6,
        chunk: Int = 3600,
        isDryRun: Bool = false
    ) -> DaemonCommand.BackfillRequest {
        .init(
            schedule: schedule,
            streams: streams,
            from: at("2026-01-01T00:00:00Z"),
            to: at("2026-01-01T00:00:00Z").advanced(by: .seconds(3600 * hours)),
            chunk: chunk,
            isDryRun: isDryRun
        )
    }

    private func chunks(_ world: MachineWorld) -> [BackfillChunk] {
        world.orders.compactMap { order in
            if case .backfill(let chunk) = order.origin { chunk } else { nil }
        }
    }

    private func record(_ world: MachineWorld, _ id: String = "crm") throws -> BackfillRecord {
        try #require(world.records[id]?.backfills.last)
    }

    // MARK: Its way

    @Test func `S10 chunk by chunk, each a run of its own, the bounds without a gap`() throws {
        var world = world(try entry("0 0 * * *"))
        world.ask(.backfill(request(hours: 6, chunk: 7000)), id: "ask")
        world.run(for: .seconds(120))
        let chunks = chunks(world)
        #expect(chunks.map(\.number) == [0, 1, 2, 3])
        #expect(chunks.allSatisfy { $0.chunks == 4 && $0.from == request().from && $0.to == request().to })
        #expect(
            chunks.map { $0.end.since($0.from) } == [
                .seconds(7000), .seconds(14_000), .seconds(21_000), .seconds(21_600),
            ]
        )
        #expect(Set(world.orders.map(\.run)).count == 4)
        let record = try record(world)
        #expect(record.status == .done && record.done == 4 && record.run == nil && record.ended != nil)
        #expect(world.notes.map(\.backfill.done) == [0, 1, 2, 3, 4])
        #expect(world.answers("ask").map(\.status) == [.done])
        #expect(world.answers("ask").first?.run == record.id)
        #expect(world.others.contains("audit backfill"))
        // Nothing of it counts as a run of the schedule.
        #expect(world.records["crm"]?.last == nil)
        #expect(world.standing()?.lastSuccess == nil)
    }

    @Test func `S10 a tick that is due goes before the next chunk, and has its streams alone`() throws {
        var world = world(try entry("* * * * *", streams: ["a", "b"]))
        world.length = { order, _ in order.schedule == nil ? .zero : .seconds(200) }
        world.ask(.backfill(request(streams: ["a"], hours: 8)))
        world.run(for: .seconds(3600))
        #expect(world.mostAtOnce == 1)
        let kinds = world.orders.map { order in
            if case .tick = order.origin { "tick" } else { "chunk" }
        }
        // As long as both want to run they alternate.
        #expect(kinds.prefix(8) == ["chunk", "tick", "chunk", "tick", "chunk", "tick", "chunk", "tick"])
        #expect(world.skips().allSatisfy { $0.hasPrefix("overlap") })
        #expect(MachineChecker(world: world).faults(of: "crm").faults == [])
    }

    @Test func `S10 it reads only its streams, and ticks of others run beside it`() throws {
        var world = world(
            try entry("1 * * * *", id: "a", account: "stripe/one", streams: ["a"]),
            try entry("1 * * * *", id: "b", account: "stripe/one", streams: ["b"])
        )
        world.length = { order, _ in if case .backfill = order.origin { .seconds(600) } else { .seconds(5) } }
        world.ask(.backfill(request("a", hours: 2)))
        world.run(for: .seconds(300))
        #expect(times(world.nominals("b")) == ["12:01"])
        #expect(world.nominals("a").isEmpty)
        #expect(world.machine?.backfills.first?.run != nil)
        world.run(for: .seconds(500))
        #expect(times(world.nominals("a")) == ["12:01"])
    }

    @Test func `S10 backfills have a pool of their own, with one place unless it is said`() throws {
        for (pools, most) in [([:], 1), (["backfill": 3], 3)] {
            var world = world(
                try entry("0 0 * * *", id: "a"),
                try entry("0 0 * * *", id: "b"),
                try entry("0 0 * * *", id: "c"),
                try entry("0 0 * * *", id: "d"),
                pools: pools
            )
            for id in ["a", "b", "c", "d"] { world.ask(.backfill(request(id, hours: 2))) }
            world.run(for: .seconds(8))
            #expect(world.mostAtOnce == most)
            #expect(world.machine?.pools.first { $0.name == "backfill" }?.slots == most)
            world.run(for: .seconds(120))
            #expect(world.mostAtOnce == most)
            #expect(["a", "b", "c", "d"].allSatisfy { world.records[$0]?.backfills.first?.status == .done })
            // Of those that wait each has its turn.
            #expect(Set(chunks(world).prefix(4).map(\.schedule)).count == 4)
        }
    }

    @Test func `S10 a pause of the schedule does not hold it`() throws {
        var world = world(try entry("* * * * *"))
        world.ask(.pause(schedule: "crm", reason: "a move", until: nil))
        world.ask(.backfill(request(hours: 3)))
        world.run(for: .seconds(60))
        #expect(try record(world).status == .done)
        #expect(world.nominals().isEmpty)
    }

    // MARK: Death and drain

    @Test(arguments: 1...60)
    func `S10 after a kill anywhere it goes on, and no chunk that is done is read again`(steps: Int) throws {
        var world = world(try entry("0 0 * * *"))
        world.ask(.backfill(request(hours: 4)), id: "ask")
        world.stepsLeft = steps
        world.run(for: .seconds(20))
        world.stepsLeft = nil
        world.start()
        world.run(for: .seconds(120))
        let record = try record(world)
        #expect(record.status == .done && record.done == 4)
        #expect(world.records["crm"]?.backfills.count == 1)
        #expect(Set(chunks(world).map(\.number)) == [0, 1, 2, 3])
        for number in 0..<4 {
            // One whose last transaction committed is not begun again; one that was open goes on under its own id.
            let opened = world.traces["\(record.id) \(number)"]
            #expect(opened?.runs.count == 1, "chunk \(number)")
        }
        #expect(world.answers("ask").contains { $0.status == .done })
    }

    @Test func `S10 a drain ends the chunk after its page, and the next daemon goes on with it`() throws {
        var world = world(try entry("0 0 * * *"))
        world.length = { _, _ in .seconds(100) }
        world.ask(.backfill(request(hours: 2)))
        world.run(for: .seconds(50))
        world.drain()
        world.run(for: .seconds(5))
        #expect(world.stops.map(\.reason) == [.drain])
        #expect(world.machine?.isIdle == true)
        #expect(try record(world).status == .active)
        let run = try record(world).run
        world.restart()
        world.run(for: .seconds(300))
        #expect(world.orders[1].run == run && world.orders[1].isResumed)
        #expect(try record(world).status == .done)
    }

    // MARK: Cancel, resume, failure

    @Test func `S10 cancelled after its page, and resumed where it was`() throws {
        var world = world(try entry("0 0 * * *"))
        world.length = { _, _ in .seconds(20) }
        world.ask(.backfill(request(hours: 4)))
        world.run(for: .seconds(50))
        let id = try record(world).id
        #expect(try record(world).done == 2)
        world.ask(.cancel(run: id), id: "cancel")
        world.run(for: .seconds(60))
        #expect(world.answers("cancel").map(\.status) == [.accepted, .done])
        #expect(world.stops.map(\.reason) == [.asked(by: "ann")])
        var found = try record(world)
        #expect(found.status == .cancelled && found.done == 2 && found.reason == "ended by ann")
        #expect(chunks(world).count == 3)
        // It outlives the daemon, and stays as it is.
        world.restart()
        world.run(for: .seconds(60))
        #expect(chunks(world).count == 3)
        world.ask(.resumeBackfill(id: id), id: "resume")
        world.run(for: .seconds(60))
        #expect(world.answers("resume").map(\.status) == [.done])
        found = try record(world)
        #expect(found.status == .done && found.done == 4 && found.reason == nil)
        #expect(chunks(world).map(\.number) == [0, 1, 2, 2, 3])
        world.ask(.resumeBackfill(id: id), id: "again")
        world.ask(.cancel(run: id), id: "late")
        #expect(world.answers("again").map(\.code) == ["daemon.backfill_done"])
        #expect(world.answers("late").map(\.code) == ["daemon.unknown_run"])
    }

    @Test func `S10 one that waits is cancelled at once, and a chunk's run stands for its backfill`() throws {
        var world = world(try entry("0 0 * * *", id: "a"), try entry("0 0 * * *", id: "b"))
        world.length = { _, _ in .seconds(50) }
        world.ask(.backfill(request("a", hours: 2)))
        world.ask(.backfill(request("b", hours: 2)))
        world.run(for: .seconds(10))
        #expect(
            world.machine?.backfills.first { $0.note.schedule == "b" }?.waiting?.contains("backfill is full")
                == true
        )
        world.ask(.cancel(run: try record(world, "b").id), id: "waits")
        world.run(for: .seconds(1))
        #expect(world.answers("waits").map(\.status) == [.done])
        #expect(try record(world, "b").status == .cancelled)
        world.ask(.cancel(run: world.orders[0].run), id: "chunk")
        world.run(for: .seconds(100))
        #expect(try record(world, "a").status == .cancelled)
        #expect(chunks(world).count == 1)
    }

    @Test func `S10 it is retried as runs are, and fails with the reason; it can be resumed`() throws {
        var world = world(try entry("* * * * *", retries: .init(maximum: 2, backoff: .seconds(10))))
        world.ask(.pause(schedule: "crm", reason: "quiet", until: nil))
        world.outcome = { order, _ in
            guard case .backfill(let chunk) = order.origin, chunk.number == 1 else {
                return RunEnd(status: .success)
            }
            return RunEnd(status: .failed, isTransient: true, reason: "the API is away")
        }
        world.ask(.backfill(request(hours: 3)))
        world.run(for: .seconds(15))
        #expect(world.machine?.backfills.first?.waiting?.contains("the API is away") == true)
        world.run(for: .seconds(200))
        var found = try record(world)
        #expect(found.status == .failed && found.done == 1)
        #expect(found.reason == "chunk 2: the API is away")
        #expect(chunks(world).map(\.number) == [0, 1, 1, 1])
        #expect(world.standing()?.failures == 0)
        world.outcome = { _, _ in RunEnd(status: .success) }
        world.ask(.resumeBackfill(id: found.id))
        world.run(for: .seconds(60))
        found = try record(world)
        #expect(found.status == .done && found.done == 3)
    }

    @Test func `S10 the schedule's removal ends it with a reason, and so does the end of its streams`() throws
    {
        var world = world(
            try entry("0 0 * * *", id: "a"),
            try entry("0 0 * * *", id: "b", streams: ["x", "y"])
        )
        world.length = { _, _ in .seconds(50) }
        world.ask(.backfill(request("a", hours: 9)))
        world.ask(.backfill(request("b", streams: ["y"], hours: 9)))
        world.run(for: .seconds(10))
        world.write(try entry("0 0 * * *", id: "b", streams: ["x"]))
        world.delete("a")
        world.run(for: .seconds(60))
        #expect(try record(world, "a").status == .failed)
        #expect(try record(world, "a").reason?.contains("removal of its schedule's file") == true)
        #expect(try record(world, "b").status == .failed)
        #expect(try record(world, "b").reason == "its schedule does not read the stream y any more")
        #expect(chunks(world).count == 1)
        #expect(world.machine?.backfills.count == 1)
    }

    // MARK: What is refused

    @Test func `S10 what cannot be is refused, and a dry run begins nothing`() throws {
        var crm = try entry("0 0 * * *")
        crm.backfills = BackfillChoice(
            readable: ["tickets", "users"],
            refused: ["macros": "is a list; `sluice sync --stream macros --resync` reads all of it again"]
        )
        var lists = try entry("0 0 * * *", id: "lists")
        lists.backfills = BackfillChoice(readable: [], refused: ["macros": "is a list"])
        var world = world(crm, lists)
        func answer(_ change: (inout DaemonCommand.BackfillRequest) -> Void) throws -> CommandAnswer {
            var asked = request()
            change(&asked)
            let id = "c\(world.commands.count)"
            world.ask(.backfill(asked), id: id)
            world.run(for: .seconds(1))
            return try #require(world.answers(id).last)
        }
        #expect(try answer { $0.to = $0.from }.code == "daemon.bad_time")
        #expect(
            try answer {
                $0.from = at("2027-01-01T00:00:00Z"); $0.to = at("2027-02-01T00:00:00Z")
            }.code == "daemon.bad_time"
        )
        #expect(try answer { $0.chunk = 59 }.code == "daemon.bad_chunk")
        #expect(
            try answer {
                $0.from = at("2000-01-01T00:00:00Z"); $0.chunk = 60
            }.code == "daemon.bad_chunk"
        )
        #expect(try answer { $0.schedule = "crn" }.code == "daemon.unknown_schedule")
        #expect(try answer { $0.streams = ["ticket"] }.message.contains("did you mean tickets?"))
        let list = try answer { $0.streams = ["users", "macros"] }
        #expect(list.code == "daemon.no_backfill" && list.message.contains("--resync"))
        #expect(try answer { $0.schedule = "lists" }.code == "daemon.no_backfill")
        let dry = try answer { $0.isDryRun = true }
        #expect(dry.status == .done && dry.run == nil)
        #expect(dry.message.contains("tickets, users of stripe/crm from 2026-01-01T00:00:00Z up to"))
        #expect(
            dry.message.contains(
                "in 6 chunks of 1h, without macros, which cannot be read by time; nothing was begun"
            )
        )
        #expect(world.orders.isEmpty)
        // Those of it that can be read by time.
        _ = try answer { $0.hours = 1 }
        #expect(world.machine?.backfills.count == 1)
    }

    @Test func `S10 so many go on at once, and so many are remembered`() throws {
        var world = world(try entry("0 0 * * *"))
        world.length = { _, _ in .seconds(1000) }
        for number in 0..<6 { world.ask(.backfill(request()), id: "b\(number)") }
        world.run(for: .seconds(1))
        #expect(world.answers("b5").map(\.code) == ["daemon.too_many_backfills"])
        #expect(world.records["crm"]?.backfills.count == 5)
        world.length = { _, _ in .seconds(1) }
        for round in 0..<20 {
            for backfill in world.records["crm"]?.backfills ?? [] where backfill.status == .active {
                world.ask(.cancel(run: backfill.id))
            }
            world.run(for: .seconds(2000))
            world.ask(.backfill(request()), id: "r\(round)")
            world.run(for: .seconds(1))
        }
        #expect((world.records["crm"]?.backfills.count ?? 0) <= 10)
    }

    @Test func `S10 a command that is given again begins no second one`() throws {
        var world = world(try entry("0 0 * * *"))
        world.ask(.backfill(request(hours: 1)), id: "ask")
        world.run(for: .seconds(30))
        world.ask(.backfill(request(hours: 1)), id: "ask")
        world.restart()
        world.ask(.backfill(request(hours: 1)), id: "ask")
        world.run(for: .seconds(30))
        #expect(world.records["crm"]?.backfills.count == 1)
        #expect(chunks(world).count == 1)
    }
}

extension DaemonCommand.BackfillRequest {
    fileprivate var hours: Int {
        get { Int(to.since(from) / .seconds(3600)) }
        set { to = from.advanced(by: .seconds(3600 * newValue)) }
    }
}
