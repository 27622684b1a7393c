import Foundation
import ProcessSupport
import Testing

/// Two `sluice sync` processes of one account: one goes on, the other ends with 4, whatever the moment.
///
/// `SLUICE_TWIN_ROUNDS` makes it the long form: so many starts of two on one host, and of two on two hosts.
@Suite("Two processes of one account", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(30)))
struct SyncTwinTests {
    private static let rounds = ListsFixture.number("SLUICE_TWIN_ROUNDS", 4)

    /// How the one that goes on is ended, for the next round to start.
    private enum Ending: CaseIterable {
        case signal, kill
    }

    /// Slow enough that the lists outlast the rounds: four requests a second of a hundred records each.
    private static let slow = ["--set", "requests_per_second=4", "--log-level", "debug"]
    private static let records = 1_200 * (rounds + 2)
    /// For a test without rounds.
    private static let fewRecords = 7_200

    @Test(
        "I3: two of one host, again and again: one goes on, the other says where that is, and nobody is fenced"
    )
    func oneHost() async throws {
        let fixture = try await ListsFixture(records: Self.records)
        defer { fixture.end() }
        var published = try PublishedTopics(fixture.topics)
        for round in 0..<Self.rounds {
            let twins = try [fixture.sync(Self.slow), fixture.sync(Self.slow)]
            let (winner, loser) = try await decided(twins)
            #expect(loser.exitCode == 4, "\(loser.standardError)")
            #expect(loser.standardError.contains("already running on this host (\(fixture.lockFolder("a"))/"))
            try await published.grow(by: winner)
            try await end(winner, round.isMultiple(of: 2) ? .signal : .kill)
            for twin in twins { #expect(!fixture.wasFenced(twin), "\(twin.standardError)") }
        }
        try await fixture.finish(&published)
    }

    @Test("I3: two hosts, again and again: one goes on, the other says where that is")
    func twoHosts() async throws {
        let fixture = try await ListsFixture(records: Self.records)
        defer { fixture.end() }
        var published = try PublishedTopics(fixture.topics)
        for round in 0..<Self.rounds {
            let twins = try ["a", "b"].map { try fixture.sync(Self.slow, host: $0) }
            let (winner, loser) = try await decided(twins)
            #expect(loser.exitCode == 4, "\(loser.standardError)")
            #expect(
                loser.standardError.contains("already running on \(ProcessInfo.processInfo.hostName) (run ")
            )
            try await published.grow(by: winner)
            // Of one that was killed, only its own host can know at once.
            try await end(winner, round.isMultiple(of: 2) || winner !== twins[0] ? .signal : .kill)
        }
        try await fixture.finish(&published)
    }

    @Test("--wait goes on once the other has ended, on its host and on another one", arguments: ["a", "b"])
    func wait(host: String) async throws {
        let fixture = try await ListsFixture(records: Self.fewRecords)
        defer { fixture.end() }
        var published = try PublishedTopics(fixture.topics)
        let first = try fixture.sync(Self.slow)
        try await published.grow(by: first)
        let second = try fixture.sync(["--wait"] + ListsFixture.fast, host: host)
        #expect(!(await second.waitForEnd(atMost: 2)))
        try await end(first, .signal)
        #expect(await second.waitForEnd(atMost: 120))
        #expect(second.exitCode == 0, "\(second.standardError)")
        try await published.readOn()
        fixture.check(published)
        await published.close()
    }

    @Test("a signal ends --wait", arguments: ["a", "b"])
    func waitSignalled(host: String) async throws {
        let fixture = try await ListsFixture(records: Self.fewRecords)
        defer { fixture.end() }
        var published = try PublishedTopics(fixture.topics)
        let first = try fixture.sync(Self.slow)
        try await published.grow(by: first)
        let second = try fixture.sync(["--wait"] + ListsFixture.fast, host: host)
        #expect(!(await second.waitForEnd(atMost: 2)))
        second.signal(SIGTERM)
        #expect(await second.waitForEnd(atMost: 20))
        #expect(second.exitCode == 128 + SIGTERM, "\(second.standardError)")
        await second.killNow()
        try await published.grow(by: first)
        await first.killNow()
        await published.close()
    }

    @Test("I3: --take-over takes the account from one that commits all the time, which ends with 4")
    func takeOver() async throws {
        // More than the three read while one waits for the other, however busy the machine: 1,200 pages at 15 a second.
        let fixture = try await ListsFixture(records: 40_000)
        defer { fixture.end() }
        var published = try PublishedTopics(fixture.topics)
        // A commit every few milliseconds: whoever is fenced learns it at once, while its successor still starts.
        let busy = ["--set", "requests_per_second=15", "--log-level", "debug"]
        var owner = try fixture.sync(busy, host: "a")
        try await published.grow(by: owner)
        for host in ["b", "a"] {
            let next = try fixture.sync(busy + ["--take-over"], host: host)
            #expect(await owner.waitForEnd(atMost: 60))
            #expect(owner.exitCode == 4, "\(owner.standardError)")
            #expect(owner.standardError.contains("was taken over by a session on"))
            try await published.grow(by: next)
            owner = next
        }
        try await end(owner, .signal)
        // A start that a sanitizer makes slower than the courtesy of 6 s may be.
        if SluiceProcess.patience <= 1 {
            #expect(!fixture.wasFenced(owner), "its predecessor struck back: \(owner.standardError)")
        }
        try await fixture.finish(&published)
    }

    // MARK: - Parts

    /// Which of two goes on and which has ended.
    private func decided(_ twins: [SluiceProcess]) async throws -> (
        winner: SluiceProcess, loser: SluiceProcess
    ) {
        let limit = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < limit {
            if await twins[0].waitForEnd(atMost: 0.05) { return (twins[1], twins[0]) }
            if await twins[1].waitForEnd(atMost: 0.05) { return (twins[0], twins[1]) }
        }
        throw ListsFixture.Failure("neither of two ended within a minute")
    }

    private func end(_ process: SluiceProcess, _ ending: Ending) async throws {
        switch ending {
        case .kill: await process.killNow()
        case .signal:
            process.signal(SIGTERM)
            #expect(await process.waitForEnd(atMost: 60))
            #expect(process.exitCode == 128 + SIGTERM, "\(process.standardError)")
        }
    }
}
