import Core
import JSON
import ProcessSupport
import Synchronization
import Testing

@testable import Extraction

/// A refresh token that is good once, kept sealed in the account's state.
@Suite struct RotationTests {
    static let yaml = LoginBench.definition(
        "{oauth: {grant: refresh_token, token_url: /oauth/tokens, client_id: \"{{ config.client_id }}\","
            + " refresh_token: \"{{ config.refresh_token }}\", rotates: true, body: json}}"
    )
    static let keys = [
        Secret("0123456789abcdef0123456789abcdef"), Secret("fedcba9876543210fedcba9876543210"),
    ]
    static let account: AccountName = {
        do { return try AccountName("test/acme") } catch { preconditionFailure("\(error)") }
    }()

    /// A place in which a process can die.
    struct Killed: SluiceError {
        var codeText: String { "test.killed" }
        var message: String { "killed" }
        var recovery: Recovery { .failRun }
        var exitCode: ExitCode { .failed }
    }

    /// State that survives its process.
    final class Store: CredentialStore {
        private let contents = Mutex<(records: [CredentialRecord], isFenced: Bool, deathAfter: Int?)>(
            ([], false, nil)
        )
        var records: [CredentialRecord] { contents.withLock { $0.records } }

        /// Dies instead of the commit behind so many more.
        func die(afterCommits count: Int?) { contents.withLock { $0.deathAfter = count } }
        func fence() { contents.withLock { $0.isFenced = true } }

        func credential() throws(StateError) -> CredentialRecord? {
            guard let last = records.last else { return nil }
            // As it stands in the topic.
            let value = try last.record(account: RotationTests.account).value ?? []
            return try CredentialRecord(value, account: RotationTests.account)
        }

        func keep(_ credential: CredentialRecord) async throws {
            try contents.withLock { contents in
                if contents.isFenced { throw PublishError(.fenced, "somebody else took the account over") }
                if let left = contents.deathAfter {
                    guard left > 0 else { throw Killed() }
                    contents.deathAfter = left - 1
                }
                contents.records.append(credential)
            }
        }
    }

    /// A token endpoint that revokes what it replaces.
    final class Server: Sendable {
        private let contents: Mutex<(refresh: String, access: String, count: Int)>
        /// Whether what was replaced last is good for a while.
        private let grace: Bool
        private let previous = Mutex("")

        init(_ seed: String = "refresh-seed-0001", grace: Bool = false) {
            contents = Mutex((seed, "", 0))
            self.grace = grace
        }

        var refresh: String { contents.withLock { $0.refresh } }
        var count: Int { contents.withLock { $0.count } }

        /// Somebody authorised anew.
        func authorise(_ token: String) { contents.withLock { $0.refresh = token } }

        func exchange(_ request: HTTPRequest) -> ScriptedTransport.Step {
            let shown = (try? JSONValue.parse(request.body ?? []))?["refresh_token"]?.text
            let isOld = grace && shown == previous.withLock { $0 }
            return contents.withLock { contents in
                guard isOld || shown == contents.refresh else {
                    return .status(400, #"{"error":"invalid_grant","error_description":"revoked"}"#)
                }
                contents.count += 1
                let replaced = contents.refresh
                if !isOld { previous.withLock { $0 = replaced } }
                contents.refresh = "refresh-next-\(1000 + contents.count)"
                contents.access = "access-\(1000 + contents.count)"
                return .token(contents.access, expires: "1800", refresh: contents.refresh)
            }
        }

        func page(_ request: HTTPRequest) -> ScriptedTransport.Step? {
            request.header("Authorization") == "Bearer \(contents.withLock { $0.access })"
                ? nil : .status(401)
        }
    }

    /// One process: reads once, and gives how it ended.
    @discardableResult
    private func run(
        _ server: Server,
        _ store: Store,
        keys: [Secret] = [RotationTests.keys[0]],
        seed: String = "refresh-seed-0001",
        bench: LoginBench? = nil,
        reread: Rereading? = nil
    ) async -> (any SluiceError)? {
        let bench = bench ?? self.bench(server)
        do {
            let requester = try bench.requester(
                Self.yaml,
                settings: ["refresh_token": .string(seed)],
                stateKeys: keys,
                reread: reread
            )
            try requester.use(store, of: Self.account)
            try await LoginBench.read(requester, Self.yaml)
            return nil
        } catch {
            return error as? any SluiceError
        }
    }

    private func bench(_ server: Server) -> LoginBench {
        LoginBench(login: { _, request in server.exchange(request) }, page: { server.page($0) })
    }

    @Test func nextProcessGoesOnWithTheKeptToken() async throws {
        let server = Server()
        let store = Store()
        #expect(await run(server, store) == nil)
        #expect(store.records.map(\.status) == [.renewing, .kept])
        // The token that came with it is still good: nothing is asked for.
        #expect(await run(server, store) == nil)
        #expect(server.count == 1)
        let later = bench(server)
        later.pass(.seconds(1800))
        #expect(await run(server, store, bench: later) == nil)
        #expect(server.count == 2)
        #expect(store.records.map(\.status) == [.renewing, .kept, .renewing, .kept])
    }

    @Test func recordsAreSealed() async throws {
        let store = Store()
        await run(Server(), store)
        for record in store.records {
            let text = String(decoding: try record.record(account: Self.account).value ?? [], as: UTF8.self)
            #expect(!text.contains("refresh"))
            #expect(!text.contains("access"))
            #expect(!record.sealed.contains(Array("refresh".utf8)))
        }
    }

    @Test func zombieBurnsNothing() async throws {
        let server = Server()
        let store = Store()
        store.fence()
        let bench = bench(server)
        let error = try #require(await run(server, store, bench: bench))
        #expect(error.codeText == "publish.fenced")
        #expect(bench.logins.isEmpty)
        #expect(server.refresh == "refresh-seed-0001")
    }

    /// Waits, or a freeze, may last longer than a lease does: whoever was taken over meanwhile asks for nothing more.
    @Test func intentIsCommittedAgainAfterAWait() async throws {
        let server = Server()
        let store = Store()
        let bench = LoginBench(
            login: { number, request in
                guard number == 1 else { return server.exchange(request) }
                store.fence()
                return .status(503, "{}", [("Retry-After", "6")])
            },
            page: { server.page($0) }
        )
        let error = try #require(await run(server, store, bench: bench))
        #expect(error.codeText == "publish.fenced")
        #expect(bench.logins.count == 1)
        #expect(server.refresh == "refresh-seed-0001")
    }

    /// "Unless the API accepts the previous one for a grace period".
    @Test func answerThatWasLostIsAskedForAgainWhereTheAPIStillTakesTheOldToken() async throws {
        let server = Server(grace: true)
        let store = Store()
        store.die(afterCommits: 1)
        #expect(await run(server, store)?.codeText == "extraction.credential_lost")
        store.die(afterCommits: nil)
        #expect(await run(server, store) == nil)
        #expect(server.count == 2)
        #expect(store.records.last?.status == .kept)
    }

    @Test func deathBehindTheIntentLosesNothing() async throws {
        let server = Server()
        let store = Store()
        let dying = LoginBench(login: { _, _ in throw Killed() })
        #expect(await run(server, store, bench: dying)?.codeText == "test.killed")
        #expect(store.records.map(\.status) == [.renewing])
        #expect(await run(server, store) == nil)
        #expect(store.records.map(\.status) == [.renewing, .renewing, .kept])
    }

    @Test func deathBetweenAnswerAndCommitAsksToAuthoriseAgain() async throws {
        let server = Server()
        let store = Store()
        store.die(afterCommits: 1)
        let bench = bench(server)
        let error = try #require(await run(server, store, bench: bench))
        #expect(error.codeText == "extraction.credential_lost")
        // The new token was not used before it was kept.
        #expect(bench.pages.isEmpty)
        store.die(afterCommits: nil)
        for _ in 0..<2 {
            let next = try #require(await run(server, store))
            #expect(next.codeText == "extraction.credential_lost")
            #expect(next.recovery == .failRun)
            #expect(next.message.contains("was lost before it could be kept: authorise again"))
            #expect(!next.message.contains("refresh-seed"))
        }
        // A newly configured token wins over what is kept.
        server.authorise("refresh-seed-0002")
        #expect(await run(server, store, seed: "refresh-seed-0002") == nil)
        #expect(await run(server, store, seed: "refresh-seed-0002") == nil)
    }

    @Test func deathBehindTheCommitLosesNothing() async throws {
        let server = Server()
        let store = Store()
        let dying = LoginBench(
            login: { _, request in server.exchange(request) },
            page: { _ in throw Killed() }
        )
        #expect(await run(server, store, bench: dying)?.codeText == "test.killed")
        #expect(await run(server, store) == nil)
        #expect(server.count == 1)
    }

    @Test func brokenConnectionIsTriedWithTheSameToken() async throws {
        let server = Server()
        let store = Store()
        let bench = LoginBench(
            login: { number, request in
                number == 1 ? .failure(HTTPError(.cannotConnect, "refused")) : server.exchange(request)
            },
            page: { server.page($0) }
        )
        #expect(await run(server, store, bench: bench) == nil)
    }

    @Test func answerThatTheNetworkLostAsksToAuthoriseAgain() async throws {
        let server = Server()
        let store = Store()
        let bench = LoginBench(
            login: { number, request in
                let answer = server.exchange(request)
                return number == 1 ? .failure(HTTPError(.cut, "the connection broke")) : answer
            },
            page: { server.page($0) }
        )
        let error = try #require(await run(server, store, bench: bench))
        #expect(error.codeText == "extraction.credential_lost")
    }

    @Test func tokenThatWasUsedElsewhereIsSaidAsThat() async throws {
        let server = Server("another-0001")
        let error = try #require(await run(server, Store()))
        #expect(error.codeText == "extraction.refused_credentials")
        #expect(
            error.message.contains(
                "the refresh token is spent, expired or revoked, or used elsewhere: authorise again"
            )
        )
    }

    /// SIGTERM while the answer is under way: it is waited for and kept.
    @Test func cancellationLosesNoToken() async throws {
        let server = Server()
        let store = Store()
        let (asked, began) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let bench = LoginBench(
            login: { _, request in
                #expect(request.outlivesCancellation)
                began.finish()
                for await _ in released {}
                return server.exchange(request)
            },
            page: { server.page($0) }
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.run(server, store, bench: bench) }
            for await _ in asked {}
            group.cancelAll()
            release.finish()
        }
        #expect(store.records.last?.status == .kept || store.records.isEmpty)
        #expect(await run(server, store) == nil)
        #expect(server.count == 1)
    }

    @Test func configuredTokenIsReadAgainWhereTheKeptOneIsRefused() async throws {
        let server = Server()
        let store = Store()
        await run(server, store)
        server.authorise("refresh-seed-0002")
        let later = bench(server)
        later.pass(.seconds(1800))
        #expect(
            await run(server, store, bench: later) { ["refresh_token": "refresh-seed-0002"] } == nil
        )
        #expect(await run(server, store, seed: "refresh-seed-0002") == nil)
    }

    // MARK: State keys

    @Test func keyIsChangedInTwoSteps() async throws {
        let server = Server()
        let store = Store()
        await run(server, store, keys: [Self.keys[0]])
        // The new one seals at once, whatever else happens.
        #expect(await run(server, store, keys: [Self.keys[1], Self.keys[0]]) == nil)
        #expect(await run(server, store, keys: [Self.keys[1]]) == nil)
        #expect(server.count == 1)
        let error = try #require(await run(server, store, keys: [Self.keys[0]]))
        #expect(error.message.contains("sealed with another state_key"))
        // Whoever lost the key authorises again.
        server.authorise("refresh-seed-0002")
        #expect(await run(server, store, keys: [Self.keys[0]], seed: "refresh-seed-0002") == nil)
    }

    @Test(
        arguments: [
            ([], "give state_key in the account's file, or --state-key"),
            ([Secret("short")], "is shorter than 32 characters"),
        ]
    )
    func rotationWithoutAKeyIsRefusedAtTheStart(keys: [Secret], text: String) {
        let error = #expect(throws: ExtractionError.self) {
            try bench(Server()).requester(Self.yaml, stateKeys: keys)
        }
        #expect(error?.codeText == "extraction.bad_setting")
        #expect(error?.message.contains(text) == true)
    }

    @Test func recordOfAnotherAccountDoesNotOpen() throws {
        let seal = try CredentialSeal(account: "test/acme", keys: [Self.keys[0]])
        let other = try CredentialSeal(account: "test/other", keys: [Self.keys[0]])
        let content = CredentialSeal.Content(
            refreshToken: "r",
            accessToken: "a",
            expires: Bench.start,
            learned: ["u": "https://a"]
        )
        let record = seal.record(content, .kept, seed: seal.seed(of: "s"), at: Bench.start)
        #expect(try seal.open(record) == content)
        #expect(throws: ExtractionError.self) { try other.open(record) }
        var changed = record
        changed.seed = seal.seed(of: "t")
        #expect(throws: ExtractionError.self) { try seal.open(changed) }
        #expect(seal.seed(of: "s") != other.seed(of: "s"))
    }

    // MARK: Any order of deaths

    /// Processes that die at any point: a token is lost only between its answer and its commit, and that is said.
    @Test(arguments: 0..<60)
    func tokenIsLostOnlyBetweenAnswerAndCommit(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let server = Server()
        let store = Store()
        var authorised = 1
        var isLost = false
        for _ in 0..<25 {
            let death = Int.random(in: 0...4, using: &random)
            let bench = LoginBench(
                login: { _, request in
                    if death == 1 { throw Killed() }
                    return server.exchange(request)
                },
                page: { request in
                    if death == 3 { throw Killed() }
                    return server.page(request)
                }
            )
            // A new process's clock: its last token is over.
            bench.pass(.seconds(Int64(2000 * (store.records.count + 1))))
            let before = server.count
            let commits = store.records.count
            store.die(afterCommits: death == 0 ? 0 : death == 2 ? 1 : nil)
            let error = await run(server, store, seed: "refresh-seed-000\(authorised)", bench: bench)
            store.die(afterCommits: nil)
            let isAnswered = server.count > before
            if isLost {
                // A death before the login hides it; nothing else does.
                #expect(error != nil)
                #expect(error?.codeText == "test.killed" || error?.codeText == "extraction.credential_lost")
                if error?.codeText == "extraction.credential_lost", death != 2 {
                    authorised += 1
                    server.authorise("refresh-seed-000\(authorised)")
                    isLost = false
                }
                continue
            }
            #expect((error == nil) == (death == 4))
            isLost = isAnswered && store.records.count < commits + 2
            #expect(isLost == (death == 2))
        }
    }
}

@Suite struct TokenMachineTests {
    private static func token(_ generation: Int, renewal: Duration? = nil) -> AccessToken {
        AccessToken(generation: generation, value: "t\(generation)", renewal: renewal)
    }

    private func use(_ need: TokenMachine.Need) -> Int? {
        if case .use(let token) = need { token.generation } else { nil }
    }

    private func asks(_ need: TokenMachine.Need) -> Bool { if case .renew = need { true } else { false } }

    @Test func renewsAtItsTimeAndNotBefore() {
        var machine = TokenMachine()
        #expect(asks(machine.need(at: .zero)))
        machine.renewed(Self.token(1, renewal: .seconds(10)))
        #expect(use(machine.need(at: .milliseconds(9_999))) == 1)
        #expect(asks(machine.need(at: .seconds(10))))
        #expect(asks(machine.need(at: .seconds(10))))
        machine.renewed(Self.token(2))
        #expect(use(machine.need(at: .seconds(1_000_000))) == 2)
    }

    @Test func refusalOfAnOldTokenChangesNothing() {
        var machine = TokenMachine()
        machine.renewed(Self.token(2))
        machine.refused(generation: 1)
        #expect(use(machine.need(at: .zero)) == 2)
        machine.refused(generation: 2)
        #expect(asks(machine.need(at: .zero)))
        machine.refused(generation: 2)
        machine.renewed(Self.token(3))
        #expect(use(machine.need(at: .zero)) == 3)
    }

    @Test func failureIsForAll() {
        var machine = TokenMachine()
        machine.failed(ExtractionError(.refusedCredentials, "no"))
        machine.refused(generation: 0)
        guard case .fail = machine.need(at: .zero) else {
            Issue.record("a refused login is asked again")
            return
        }
    }

    @Test(
        arguments: [
            (Duration.seconds(1800), Duration.seconds(60), Duration.seconds(1840)),
            (.seconds(90), .seconds(60), .seconds(145)), (.seconds(10), .seconds(60), .seconds(105)),
            (.zero, .seconds(60), .seconds(100)),
        ]
    )
    func renewalIsEarlyButNotAtOnce(lifetime: Duration, early: Duration, at: Duration) {
        #expect(AccessToken.renewal(asked: .seconds(100), lifetime: lifetime, early: early) == at)
        #expect(AccessToken.renewal(asked: .seconds(100), lifetime: nil, early: early) == nil)
    }
}
