import Foundation
import ProcessSupport
import Testing

/// `sluice sync` frozen in mid-run for longer than its lease and its transaction last, and taken over meanwhile.
///
/// `SLUICE_TWIN_FREEZES` makes it the long form: so many owners freeze, one after the other.
@Suite("A frozen process", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(30)))
struct SyncFreezeTests {
    /// Longer than the lease and the transaction's timeout of 15 s each.
    private static let freeze = Duration.seconds(20)
    private static let slow = ["--set", "requests_per_second=4", "--log-level", "debug"]

    @Test("I3: it wakes beside its successor, ends with 4, and does not fence it")
    func successorLives() async throws {
        let freezes = ListsFixture.number("SLUICE_TWIN_FREEZES", 1)
        // Each successor lives some ten seconds, of four pages each; a slow machine needs more.
        let fixture = try await ListsFixture(records: 2_000 + 3_000 * freezes)
        defer { fixture.end() }
        var published = try PublishedTopics(fixture.topics)
        // In a transaction, at a named point: a signal from here could find it between its look and its fence, where
        // its successor is fenced once.
        var owner = try fixture.sync(Self.slow, host: "0", environment: Self.frozen(at: "mid_produce:3"))
        for number in 1...freezes {
            #expect(await owner.waitUntilFrozen(atMost: 120), "\(owner.standardError)")
            let begun = ContinuousClock.now
            // What it published itself says nothing of its successor.
            try await published.readOn()
            let next = try fixture.sync(
                Self.slow,
                host: "\(number % 2)",
                environment: number < freezes ? Self.frozen(at: "mid_produce:40") : [:]
            )
            // Its own host needs no lease to know that it is there.
            let neighbour = try fixture.sync(host: "\((number - 1) % 2)")
            #expect(await neighbour.waitForEnd(atMost: 60))
            #expect(neighbour.exitCode == 4, "\(neighbour.standardError)")
            try await published.grow(by: next)
            let left = Self.freeze - (ContinuousClock.now - begun)
            if left > .zero { #expect(!(await next.waitForEnd(atMost: left / .seconds(1)))) }
            owner.signal(SIGCONT)
            try await wokenEnds(owner, saying: "was taken over by a session on")
            // It lives, and goes on.
            if number == freezes { try await published.grow(by: next) }
            owner = next
        }
        try await interrupt(owner)
        #expect(!fixture.wasFenced(owner), "its predecessor fenced it: \(owner.standardError)")
        try await fixture.finish(&published, host: "\(freezes % 2)")
    }

    @Test(
        "I3: frozen between its look and its fence it fences its successor once, yields, and the other goes on"
    )
    func frozenBeforeItsFence() async throws {
        let fixture = try await ListsFixture(records: 3_000)
        defer { fixture.end() }
        var published = try PublishedTopics(fixture.topics)
        let first = try fixture.sync(Self.slow, host: "a", environment: Self.frozen(at: "before_fence:1"))
        #expect(await first.waitUntilFrozen(atMost: 60), "\(first.standardError)")
        let next = try fixture.sync(Self.slow, host: "b")
        try await published.grow(by: next)
        first.signal(SIGCONT)
        try await wokenEnds(first, saying: "is already running on")
        try await published.grow(by: next)
        try await interrupt(next)
        #expect(fixture.wasFenced(next), "\(next.standardError)")
        try await fixture.finish(&published, host: "b")
    }

    @Test("I3: it wakes after its successor has ended, and repeats nothing")
    func successorEnded() async throws {
        let fixture = try await ListsFixture(records: 1_000)
        defer { fixture.end() }
        var published = try PublishedTopics(fixture.topics)
        let begun = ContinuousClock.now
        let owner = try fixture.sync(Self.slow, host: "a")
        try await published.grow(by: owner)
        owner.signal(SIGSTOP)
        let next = try fixture.sync(ListsFixture.fast, host: "b")
        #expect(await next.waitForEnd(atMost: 120))
        #expect(next.exitCode == 0, "\(next.standardError)")
        let left = Self.freeze - (ContinuousClock.now - begun)
        if left > .zero { #expect(!(await owner.waitForEnd(atMost: left / .seconds(1)))) }
        owner.signal(SIGCONT)
        // What it has in memory is older than what was published since: it must not go on from there.
        try await wokenEnds(owner, saying: "was taken over by a session on")
        try await fixture.finish(&published)
    }

    private static func frozen(at point: String) -> [String: String] {
        ["SLUICE_CRASH_AT": "\(point):freeze"]
    }

    private func interrupt(_ process: SluiceProcess) async throws {
        process.signal(SIGTERM)
        #expect(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 128 + SIGTERM, "\(process.standardError)")
    }

    private func wokenEnds(_ woken: SluiceProcess, saying text: String) async throws {
        #expect(await woken.waitForEnd(atMost: 60))
        #expect(woken.exitCode == 4, "\(woken.standardError)")
        #expect(woken.standardError.contains("\(text) \(ProcessInfo.processInfo.hostName) (run "))
    }
}
