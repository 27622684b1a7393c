import Core
import ProcessSupport
import ScheduleSupport
import Scheduling
import Testing

@testable import Daemon

/// Files that change under a daemon: schedules, and the rules of time zones.
@Suite struct EditedFolderTests {
    private let noon = at("2026-05-04T11:59:30Z")

    @Test("S6 an invalid edit is said, and the schedule runs on as it was until it is mended")
    func s6AnInvalidEdit() async throws {
        let world = ServiceWorld(at: noon)
        world.write("crm", "when: \"*/10 * * * *\"")
        try await world.live { service, _ in
            try await world.pass(.seconds(60))
            world.write("crm", "when: \"61 * * * *\"")
            await world.reload(service)
            let fault = try #require(await service.view().faults.first)
            #expect(fault.path.hasSuffix("/crm.yaml"))
            #expect(fault.messages.first?.contains("crm.yaml:4:") == true, "\(fault.messages)")
            #expect(await service.schedule("crm")?.expression == "*/10 * * * *")
            try await world.pass(.seconds(1200))
            #expect(world.ticks() == ["12:00", "12:10", "12:20"])
            world.write("crm", "when: \"*/15 * * * *\"")
            await world.reload(service)
            #expect(await service.view().faults.isEmpty)
            try await world.pass(.seconds(1200))
        }
        #expect(world.ticks() == ["12:00", "12:10", "12:20", "12:30"])
        #expect(world.skips() == [])
    }

    @Test(
        "S6 an invalid edit over a restart: the schedule waits, and what it had recorded counts again"
    )
    func s6AnInvalidEditOverARestart() async throws {
        let world = ServiceWorld(at: noon)
        world.write("crm", "when: \"*/10 * * * *\"")
        try await world.live { _, _ in try await world.pass(.seconds(60)) }
        world.write("crm", "when: \"61 * * * *\"")
        try await world.live { service, _ in
            try await world.pass(.seconds(1200))
            #expect(await service.schedule("crm") == nil)
            world.write("crm", "when: \"*/10 * * * *\"")
            await world.reload(service)
            try await world.pass(.seconds(600))
        }
        // Nothing of the time in which there was no such schedule.
        #expect(world.ticks() == ["12:00", "12:30"])
    }

    @Test(
        "S6 one that is deleted while the daemon is down, and comes back later, is as it was, and owes nothing"
    )
    func s6DeletedWhileItWasDown() async throws {
        let world = ServiceWorld(at: noon)
        for id in ["crm", "erp"] { world.write(id, "when: \"*/10 * * * *\"", account: id) }
        try await world.live { service, _ in
            try await world.pass(.seconds(60))
            let pause = DaemonCommand.Verb.pause(schedule: "crm", reason: "quota", until: nil)
            service.tell(.command(DaemonCommand(id: "p", by: "ann", at: world.now, verb: pause)))
            try await world.pass(.seconds(60))
        }
        for id in ["crm", "erp"] { try world.delete(id) }
        try await world.live { service, _ in
            try await world.pass(.seconds(1200))
            for id in ["crm", "erp"] { world.write(id, "when: \"*/10 * * * *\"", account: id) }
            await world.reload(service)
            let view = try #require(await service.schedule("crm"))
            #expect(view.pause?.reason == "quota")
            try await world.pass(.seconds(600))
        }
        #expect(world.ticks(of: "crm") == ["12:00"])
        #expect(world.ticks(of: "erp") == ["12:00", "12:30"])
        #expect(world.skips(of: "erp") == [])
        // Over another restart as well.
        try await world.live { service, _ in
            try await world.pass(.seconds(60))
            #expect(await service.schedule("crm")?.state == .paused)
        }
    }

    @Test("S6 a run that died, and whose file is deleted and comes back, goes on")
    func s6DeletedWhileItsRunIsOpen() async throws {
        for other in ["acme", "emca"] {
            let world = ServiceWorld(at: noon)
            world.write("crm", "when: \"*/10 * * * *\"")
            world.kafka.change { $0.length = .seconds(3600) }
            try await world.live { _, _ in try await world.pass(.seconds(60)) }
            #expect(world.kafka.read { $0.records["crm"]?.record.last?.ended } == nil)
            try world.delete("crm")
            world.kafka.change { $0.length = .seconds(5) }
            try await world.live { service, _ in
                try await world.pass(.seconds(60))
                world.write("crm", "when: \"*/10 * * * *\"", account: other)
                await world.reload(service)
                try await world.pass(.seconds(60))
            }
            // In another account there is nothing to go on with.
            #expect(world.ticks() == ["12:00"])
            #expect(
                world.kafka.read(\.begun).map(\.order.isResumed)
                    == (other == "acme" ? [false, true] : [false])
            )
        }
    }

    @Test("S10 a backfill under way, whose file is deleted and comes back, goes on; not in another account")
    func s10DeletedWhileABackfillGoesOn() async throws {
        for other in ["acme", "emca"] {
            let world = ServiceWorld(at: noon)
            world.write("crm", "when: \"0 0 * * *\"")
            world.kafka.change { $0.length = .seconds(3600) }
            try await world.live { service, _ in
                let request = DaemonCommand.BackfillRequest(
                    schedule: "crm",
                    streams: nil,
                    from: noon.advanced(by: .seconds(-7200)),
                    to: noon,
                    chunk: 3600,
                    isDryRun: false
                )
                service.tell(
                    .command(DaemonCommand(id: "b", by: "ann", at: world.now, verb: .backfill(request)))
                )
                try await world.pass(.seconds(60))
            }
            let begun = try #require(world.kafka.read { $0.records["crm"]?.record.backfills.last })
            #expect(begun.status == .active && begun.run != nil)
            try world.delete("crm")
            world.kafka.change { $0.length = .seconds(5) }
            try await world.live { service, _ in
                try await world.pass(.seconds(60))
                world.write("crm", "when: \"0 0 * * *\"", account: other)
                await world.reload(service)
                try await world.pass(.seconds(60))
            }
            let kept = try #require(world.kafka.read { $0.records["crm"]?.record.backfills.last })
            #expect(kept.id == begun.id && kept.status == (other == "acme" ? .done : .failed))
            // What was read of it is the other account's.
            if other != "acme" { #expect(kept.reason?.contains("no more") == true) }
            #expect(world.kafka.read(\.begun).count == (other == "acme" ? 3 : 1))
        }
    }

    // MARK: Time zones

    private func zone(_ world: ServiceWorld, _ name: String, _ footer: String) {
        // A folder of zones is known by what a package of them holds.
        world.zones.write("tzdata.zi", "# version 2031a\n")
        world.zones.write(name, TZifBuilder(footer: footer).bytes)
    }

    @Test(
        "S12 changed rules of a zone count from the next look at the folder on, for ticks to come alone"
    )
    func s12ChangedRules() async throws {
        let world = ServiceWorld(at: noon)
        zone(world, "Here", "<+05>-5")
        world.write("crm", "when: \"30 18 * * *\"\ntime_zone: Here")
        try await world.live { service, _ in
            try await world.pass(.seconds(1))
            #expect(await service.schedule("crm")?.next.map(\.nominal) == [at("2026-05-04T13:30:00Z")])
            zone(world, "Here", "<+06>-6")
            await world.reload(service)
            #expect(await service.schedule("crm")?.next.map(\.nominal) == [at("2026-05-04T12:30:00Z")])
            try await world.pass(.seconds(3600))
            #expect(world.ticks() == ["12:30"])
            // And back: the hour comes again, by another name.
            zone(world, "Here", "<+05>-5")
            await world.reload(service)
            try await world.pass(.seconds(86_400))
        }
        #expect(world.ticks() == ["12:30", "13:30"])
        #expect(world.skips() == [])
    }

    @Test("S12 a zone that is unknown at a reload leaves its schedule as it was, and says so")
    func s12AnUnknownZone() async throws {
        let world = ServiceWorld(at: noon)
        zone(world, "Here", "<+05>-5")
        world.write("crm", "when: \"30 * * * *\"\ntime_zone: Here")
        try await world.live { service, _ in
            world.write("crm", "when: \"45 * * * *\"\ntime_zone: There")
            await world.reload(service)
            let messages = await service.view().faults.flatMap(\.messages)
            #expect(messages.contains { $0.contains("There") }, "\(messages)")
            try await world.pass(.seconds(3600))
            #expect(world.ticks() == ["12:30"])
            // Its rules are gone altogether: what runs knows them still.
            world.write("crm", "when: \"30 * * * *\"\ntime_zone: Here")
            world.zones.write("Here", "no zone")
            await world.reload(service)
            #expect(await service.view().faults.count == 1)
            try await world.pass(.seconds(3600))
            #expect(world.ticks() == ["12:30", "13:30"])
            zone(world, "There", "<+0530>-5:30")
            world.write("crm", "when: \"45 * * * *\"\ntime_zone: There")
            await world.reload(service)
            try await world.pass(.seconds(3600))
        }
        #expect(world.ticks() == ["12:30", "13:30", "14:15"])
        #expect(world.skips() == [])
    }
}
