import Core
import Daemon
import Scheduling
import Testing

/// The rules of time zones change.
@Suite struct ZoneChangeTests {
    private let noon = at("2026-05-04T12:00:00Z")

    @Test("S12 changed rules of a zone move what is to come, and nothing that was")
    func s12ChangedRulesOfAZoneMoveWhatIsToCome() throws {
        var world = try world("0 18 * * *", zone: zones.zone("Asia/Karachi"), at: noon)
        #expect(world.machine?.wake == at("2026-05-04T13:00:00Z"))
        world.run(for: .seconds(60))
        // As if the country had moved by an hour: today's has passed by its new rules.
        world.write(try entry("0 18 * * *", zone: zones.zone("Asia/Dhaka")))
        #expect(world.machine?.wake == at("2026-05-05T12:00:00Z"))
        world.run(for: .seconds(60))
        world.restart()
        world.run(for: .seconds(86_400))
        #expect(world.nominals() == [at("2026-05-05T12:00:00Z")])
        // And back: the one that comes again by the old rules has another name.
        world.write(try entry("0 18 * * *", zone: zones.zone("Asia/Karachi")))
        world.run(for: .seconds(86_400))
        #expect(world.nominals().last == at("2026-05-05T13:00:00Z"))
        #expect(world.skips() == [])
    }
}
