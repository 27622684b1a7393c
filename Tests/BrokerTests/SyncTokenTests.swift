import Foundation
import JSON
import ProcessSupport
import Testing

/// `sluice sync` as a process with refresh tokens that are good once, killed with -9 around their exchange.
@Suite("Rotated tokens over kills", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(10)))
struct SyncTokenTests {
    /// What a sync that ended said.
    private struct Ended {
        var code: Int32
        var error: JSONValue?
        var errors: String
    }

    private func end(of process: SluiceProcess) async throws -> Ended {
        guard await process.waitForEnd(atMost: 60) else {
            await process.killNow()
            throw TestFailure("sluice sync did not end: \(process.standardError)")
        }
        let summary = (try? JSONValue.parse(Array(process.standardOutput.utf8))) ?? .null
        return Ended(code: process.exitCode, error: summary["error"], errors: process.standardError)
    }

    private func kill(_ account: RotatingAccount, at point: String) async throws {
        let killed = try await end(of: account.sync(crash: "\(point):1"))
        #expect(killed.code == 128 + SIGKILL, "\(point) was not reached: \(killed.errors)")
        #expect(try await account.keys().isEmpty)
    }

    private func succeeds(_ account: RotatingAccount, host: String = "a") async throws {
        let ended = try await end(of: account.sync(host: host))
        #expect(ended.code == 0, "\(ended.errors)")
    }

    @Test("killed with its intent committed and nothing asked, the next run asks once and goes on")
    func afterIntent() async throws {
        let account = try await RotatingAccount()
        defer { account.end() }
        try await kill(account, at: "after_intent")
        #expect(try await account.exchanges().isEmpty)
        try await succeeds(account)
        #expect(try await account.exchanges() == ["200": 1])
        // And the one after it with what that one kept.
        try await succeeds(account)
        #expect(try await account.exchanges() == ["200": 1])
        #expect(try await account.keys().count == account.groups())
    }

    @Test(
        "killed with the answer in hand, the next run says that the token was lost, until one is authorised"
    )
    func afterToken() async throws {
        let account = try await RotatingAccount()
        defer { account.end() }
        try await kill(account, at: "after_token")
        #expect(try await account.exchanges() == ["200": 1])
        let refused = try await end(of: account.sync())
        #expect(refused.code == 3, "\(refused.errors)")
        #expect(refused.error?["code"]?.text == "extraction.credential_lost")
        let words = try #require(refused.error?["message"]?.text)
        #expect(
            words.contains("/oauth/tokens answered 400")
                && words.hasSuffix(
                    "the answer with the token that replaces this one was lost before it could be kept: authorise again and "
                        + "configure the new refresh token"
                ),
            "\(words)"
        )
        #expect(!refused.errors.contains("refresh_simulated") && !words.contains("refresh_simulated"))
        #expect(try await account.exchanges() == ["200": 1, "400": 1])
        // What is configured anew wins over what is kept.
        try account.configure(refreshToken: await account.authorise())
        try await succeeds(account)
        #expect(try await account.keys().count == account.groups())
    }

    @Test("killed with the new token committed, the next run uses it and asks for none")
    func afterTokenCommit() async throws {
        let account = try await RotatingAccount()
        defer { account.end() }
        try await kill(account, at: "after_token_commit")
        #expect(try await account.exchanges() == ["200": 1])
        try await succeeds(account)
        #expect(try await account.exchanges() == ["200": 1])
        #expect(try await account.keys().count == account.groups())
    }

    @Test("I3: frozen with its intent committed, it wakes behind its successor and asks for nothing")
    func frozen() async throws {
        let account = try await RotatingAccount()
        defer { account.end() }
        let zombie = try account.sync(crash: "after_intent:1:freeze")
        #expect(await zombie.waitUntilFrozen(atMost: 60), "\(zombie.standardError)")
        let frozen = ContinuousClock.now
        let next = try await end(of: account.sync(["--take-over"], host: "b"))
        #expect(next.code == 0, "\(next.errors)")
        #expect(try await account.exchanges() == ["200": 1])
        // Longer than an intent is good for.
        let left = Duration.seconds(6) - (ContinuousClock.now - frozen)
        if left > .zero { #expect(!(await zombie.waitForEnd(atMost: left / .seconds(1)))) }
        zombie.signal(SIGCONT)
        let woken = try await end(of: zombie)
        #expect(woken.code == 4, "\(woken.errors)")
        #expect(woken.errors.contains("was taken over by a session on"), "\(woken.errors)")
        // It has not shown the token that its successor exchanged: an API may end all that descend from such a one.
        #expect(try await account.exchanges() == ["200": 1])
        try await succeeds(account, host: "b")
        #expect(try await account.exchanges() == ["200": 1])
        #expect(try await account.keys().count == account.groups())
    }
}
