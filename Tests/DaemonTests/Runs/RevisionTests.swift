import Core
import Testing

@testable import Daemon

@Suite
struct RevisionTests {
    @Test(.timeLimit(.minutes(10)))
    func aChangeEndsEveryWait() async {
        let revision = Revision()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask { await revision.change(from: 0, within: .seconds(3600), .system) }
            }
            group.addTask { revision.bump() }
            await group.waitForAll()
        }
        #expect(revision.number == 1)
    }

    @Test(.timeLimit(.minutes(10)))
    func whatHasChangedAlreadyIsNotWaitedFor() async {
        let revision = Revision()
        revision.bump()
        await revision.change(from: 0, within: .seconds(3600), .system)
    }

    @Test(.timeLimit(.minutes(10)))
    func patienceEnds() async {
        await Revision().change(from: 0, within: .milliseconds(1), .system)
    }

    @Test(.timeLimit(.minutes(10)))
    func aBellThatRangBeforeEndsTheNextWaitAlone() async {
        let bell = Bell()
        bell.ring()
        await bell.wait(atMost: .seconds(3600), .system)
        let clock = ContinuousClock()
        let waited = await clock.measure { await bell.wait(atMost: .milliseconds(20), .system) }
        #expect(waited >= .milliseconds(20))
    }

    @Test(.timeLimit(.minutes(10)))
    func aBellEndsTheWaitThatGoesOn() async {
        let bell = Bell()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await bell.wait(atMost: .seconds(3600), .system) }
            group.addTask { bell.ring() }
            await group.waitForAll()
        }
    }
}
