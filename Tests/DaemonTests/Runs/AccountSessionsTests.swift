import Core
import Synchronization
import Testing

@testable import Daemon

/// One session an account, however many runs it has (I3).
@Suite
struct AccountSessionsTests {
    private let account: AccountName
    private let sessions = AccountSessions<Int>()

    init() throws { account = try AccountName(extractor: "stripe", account: "acme") }

    /// Opens sessions with rising numbers; of two that are open at once the test would hear.
    private var opening: AccountSessions<Int>.Opening {
        { [opened = TaskCounter()] body in
            let number = opened.increment()
            #expect(number == 1, "two sessions at once")
            await body(number)
            opened.decrement()
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func runsOfOneAccountShareASession() async throws {
        let opening = opening
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await sessions.run(account, open: opening) { _ in
                    // The second run is in the same session while this one still works.
                    await gate.wait()
                }
            }
            group.addTask {
                try await sessions.run(account, open: opening) { _ in gate.open() }
            }
            try await group.waitForAll()
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func manyRunsNeverHaveTwoSessions() async throws {
        let opening = opening
        let done = TaskCounter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await sessions.run(account, open: opening) { _ in
                        await Task.yield()
                        _ = done.increment()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(done.value == 200)
    }

    @Test(.timeLimit(.minutes(10)))
    func whoOpenedInVainIsToldAndOthersAskForThemselves() async throws {
        struct Refused: Error {}
        let first = TaskCounter()
        let opening: AccountSessions<Int>.Opening = { body in
            guard first.increment() > 1 else { throw Refused() }
            await body(2)
        }
        await #expect(throws: Refused.self) {
            try await sessions.run(account, open: opening) { _ in Issue.record("there was no session") }
        }
        let done = TaskCounter()
        try await sessions.run(account, open: opening) { _ in _ = done.increment() }
        #expect(done.value == 1)
    }

    @Test(.timeLimit(.minutes(10)))
    func aSessionThatIsLostEndsTheWorkInIt() async throws {
        struct Lost: Error {}
        let begun = Gate()
        let cancelled = TaskCounter()
        // As a session does it: the body is cancelled and the reason thrown.
        let opening: AccountSessions<Int>.Opening = { body in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await body(1) }
                await begun.wait()
                group.cancelAll()
            }
            throw Lost()
        }
        try await sessions.run(account, open: opening) { _ in
            begun.open()
            await Gate().wait()
            if Task.isCancelled { _ = cancelled.increment() }
        }
        #expect(
            cancelled.value == 1,
            "work that was done tells its own end, and is not told of the session's"
        )
    }
}

/// A number that several tasks count with.
final class TaskCounter: Sendable {
    private let number = Locked(0)

    var value: Int { number.withLock { $0 } }

    func increment() -> Int {
        number.withLock { number in
            number += 1
            return number
        }
    }

    func decrement() { number.withLock { $0 -= 1 } }
}

/// What tasks wait for until a test, or another task, opens it; a cancelled one goes through.
final class Gate: Sendable {
    private let revision = Revision()

    func open() { revision.bump() }
    func wait() async { await revision.change(from: 0, within: .seconds(3600), .system) }
}
