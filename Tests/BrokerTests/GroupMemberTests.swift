import Core
import Foundation
import ProcessSupport
import Testing

@testable import Kafka

/// The one daemon of an installation, as a real coordinator sees it.
@Suite(.enabled(if: TestBroker.isAvailable, "no Kafka broker"), .timeLimit(.minutes(5)))
struct GroupMemberTests {
    private let prefix: TopicPrefix
    private let folder: String

    init() throws {
        prefix = try TopicPrefix(TestBroker.name("daemon"))
        folder = FileManager.default.temporaryDirectory.path + "/sluice-daemon-\(prefix)"
    }

    private func settings(_ host: String, locks: String? = nil) throws -> MemberSettings {
        let installation = Installation(
            kafka: try TestBroker.settings,
            prefix: prefix,
            lockFolder: try LockFolder(path: "\(folder)/\(locks ?? host)")
        )
        var settings = MemberSettings(installation, host: host)
        settings.sessionTimeout = .seconds(6)
        return settings
    }

    private func holder() async throws -> String? {
        try await GroupMember.holder(TestBroker.settings, prefix: prefix, patience: .seconds(30))
    }

    private func refusal(_ settings: MemberSettings) async -> PublishError? {
        do {
            let member = try await GroupMember.join(settings)
            await member.close()
            return nil
        } catch {
            return error as? PublishError
        }
    }

    private func post(_ lines: [String]) async throws {
        let log = try await LogTopic.open(.commands, TestBroker.settings, prefix: prefix)
        for line in lines { try await log.append(Array(line.utf8)) }
        try await log.flush()
        await log.close()
    }

    /// The commands that a member gives, up to one of them.
    private func commands(of member: GroupMember, upTo last: String) async throws -> [String] {
        let seen = SeenLines()
        struct Done: Error {}
        do {
            try await member.commands { record in
                let line = String(decoding: record.value ?? [], as: UTF8.self)
                seen.add("\(record.offset):\(line)")
                if line == last { throw Done() }
            }
        } catch is Done {}
        return seen.all
    }

    @Test func `one daemon has the commands in their order, and the next goes on behind what was done`()
        async throws
    {
        #expect(try await holder() == nil)
        // Posted before any daemon ever ran.
        try await post(["a", "b"])
        let first = try await GroupMember.join(settings("h1"))
        #expect(try await holder() == "h1")
        #expect(try await first.committed() == nil)
        #expect(try await commands(of: first, upTo: "b") == ["0:a", "1:b"])
        try await first.commit(before: 1)
        try await post(["c"])
        // Not done yet: they come again.
        #expect(try await commands(of: first, upTo: "c") == ["1:b", "2:c"])
        try await first.commit(before: 2)
        await first.close()

        // It left: another host has the place at once, and nothing is there meanwhile.
        let begun = ContinuousClock.now
        #expect(try await holder() == nil)
        let second = try await GroupMember.join(settings("h2"))
        print("after a daemon that left, another host is it in \(ContinuousClock.now - begun)")
        #expect(ContinuousClock.now - begun < .seconds(5))
        #expect(try await second.committed() == 2)
        #expect(try await commands(of: second, upTo: "c") == ["2:c"])
        await second.close()
    }

    @Test func `a second daemon on the host is refused at once`() async throws {
        let first = try await GroupMember.join(settings("h1"))
        let begun = ContinuousClock.now
        let error = try #require(await refusal(settings("h1")))
        #expect(error.code == .alreadyRunning)
        #expect(error.exitCode == .alreadyRunning)
        #expect(error.message.contains("already runs on this host"), "\(error.message)")
        #expect(ContinuousClock.now - begun < .seconds(5))
        try await post(["a"])
        #expect(try await commands(of: first, upTo: "a") == ["0:a"])
        await first.close()
    }

    @Test
    func `a second daemon on another host is refused, with the name of the first, and disturbs nothing`()
        async throws
    {
        let first = try await GroupMember.join(settings("zulu"))
        // By its name it would come first where partitions are assigned.
        let error = try #require(await refusal(settings("alpha")))
        #expect(error.code == .alreadyRunning)
        #expect(error.message.contains("already runs on zulu"), "\(error.message)")
        #expect(try await holder() == "zulu")
        try await post(["a"])
        #expect(try await commands(of: first, upTo: "a") == ["0:a"])
        try await first.commit(before: 1)
        await first.close()
    }

    @Test func `a daemon that died is replaced on its host at once, and on another once it was silent`()
        async throws
    {
        let first = try await GroupMember.join(settings("h1"))
        try await post(["a", "b"])
        #expect(try await commands(of: first, upTo: "b").count == 2)
        try await first.commit(before: 1)
        await first.abandon()
        #expect(await refusal(try settings("h2"))?.message.contains("already runs on h1") == true)

        var begun = ContinuousClock.now
        let second = try await GroupMember.join(settings("h1"))
        print("after a daemon that died, the same host is it again in \(ContinuousClock.now - begun)")
        #expect(ContinuousClock.now - begun < .seconds(4))
        #expect(try await commands(of: second, upTo: "b") == ["1:b"])
        await second.abandon()

        begun = ContinuousClock.now
        var third: GroupMember?
        while third == nil, ContinuousClock.now - begun < .seconds(30) {
            third = try? await GroupMember.join(settings("h2"))
        }
        print("after a daemon that died, another host is it in \(ContinuousClock.now - begun)")
        let successor = try #require(third)
        #expect(try await commands(of: successor, upTo: "b") == ["1:b"])
        await successor.close()
    }

    @Test func `two that bear one name and share no lock are two hosts`() async throws {
        let first = try await GroupMember.join(settings("h1", locks: "one"))
        let error = try #require(await refusal(settings("h1", locks: "two")))
        #expect(error.exitCode == .alreadyRunning)
        #expect(error.message.contains("already runs on h1"), "\(error.message)")
        try await post(["a"])
        #expect(try await commands(of: first, upTo: "a") == ["0:a"])
        try await first.commit(before: 1)
        await first.close()
    }

    @Test func `of two that bear one name and have copies of one lock, one goes on`() async throws {
        let first = try await GroupMember.join(settings("h1", locks: "one"))
        try FileManager.default.copyItem(atPath: "\(folder)/one", toPath: "\(folder)/two")
        let second: GroupMember
        do {
            second = try await GroupMember.join(settings("h1", locks: "two"))
        } catch let error as PublishError {
            // The first was faster: it had its place back before the second one left its mark.
            #expect(error.exitCode == .alreadyRunning)
            #expect(error.message.contains("has a copy of the lock file \(folder)/two/"), "\(error.message)")
            try await post(["a"])
            #expect(try await commands(of: first, upTo: "a") == ["0:a"])
            await first.close()
            return
        }
        let error = await #expect(throws: PublishError.self) { try await first.commands { _ in } }
        #expect(error?.exitCode == .alreadyRunning)
        #expect(error?.message.contains("took the place of this one") == true, "\(error?.message ?? "")")
        await #expect(throws: PublishError.self) { try await first.commit(before: 0) }
        try await post(["a"])
        #expect(try await commands(of: second, upTo: "a") == ["0:a"])
        try await second.commit(before: 1)
        await first.close()
        // What ended took nothing away from the other one.
        try await second.commit(before: 1)
        #expect(try await holder() == "h1")
        await second.close()
    }

    @Test func `one whose own late request to join takes its place has it back`() async throws {
        let settings = try settings("h1")
        let first = try await GroupMember.join(settings)
        try await post(["a", "b"])
        #expect(try await commands(of: first, upTo: "a") == ["0:a"])
        try await first.commit(before: 1)
        for _ in 0..<2 {
            // What the coordinator makes of such a request: somebody of this name joined, and says nothing more.
            let stay = try GroupStay(settings, instance: first.instance)
            while true {
                if case .assigned = stay.next(limit: .seconds(1)) { break }
            }
            stay.end()
            _ = stay.client.shutDown()
            #expect(try await commands(of: first, upTo: "b") == ["1:b"])
            try await first.commit(before: 1)
        }
        try await first.commit(before: 2)
        #expect(try await holder() == "h1")
        await first.close()
        #expect(try await holder() == nil)
    }

    @Test func `of two hosts that start at once, one goes on`() async throws {
        let outcomes = SeenLines()
        let members = try await withThrowingTaskGroup(of: GroupMember?.self) { group in
            for host in ["h1", "h2"] {
                group.addTask {
                    do {
                        return try await GroupMember.join(settings(host))
                    } catch let error as PublishError where error.code == .alreadyRunning {
                        outcomes.add(error.message)
                        return nil
                    }
                }
            }
            return try await group.reduce(into: [GroupMember]()) { members, member in
                if let member { members.append(member) }
            }
        }
        // The first may have had its place for a moment before the other took it.
        try await post(["a"])
        let going = try await withThrowingTaskGroup(of: Int.self) { group in
            for member in members {
                group.addTask {
                    do {
                        _ = try await commands(of: member, upTo: "a")
                        try await member.commit(before: 1)
                        return 1
                    } catch let error as PublishError where error.code == .alreadyRunning {
                        return 0
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(going == 1, "\(outcomes.all)")
        for member in members { await member.close() }
    }

    @Test(.enabled(if: OwnBroker.isAvailable))
    func `a Kafka that is away for a while takes no place away`() async throws {
        let broker = try await OwnBroker.start()
        var settings = try settings("h1")
        settings.installation.kafka = broker.settings
        let member = try await GroupMember.join(settings)
        let log = try await LogTopic.open(.commands, broker.settings, prefix: prefix)
        try await broker.kill()
        try await log.append(Array("a".utf8))
        try await broker.restart()
        try await log.flush()
        #expect(try await commands(of: member, upTo: "a") == ["0:a"])
        try await member.commit(before: 1)
        #expect(try await member.committed() == 1)
        #expect(try await GroupMember.holder(broker.settings, prefix: prefix) == "h1")
        await log.close()
        await member.close()
        await broker.stop()
    }

    @Test func `asking whether a daemon runs takes no longer than it may`() async throws {
        let member = try await GroupMember.join(settings("h1"))
        let begun = ContinuousClock.now
        #expect(try await holder() == "h1")
        print("asking for the daemon took \(ContinuousClock.now - begun)")
        await member.close()
        let closed = ContinuousClock.now
        let away = await #expect(throws: PublishError.self) {
            try await GroupMember.holder(KafkaSettings(bootstrap: "127.0.0.1:1"), prefix: prefix)
        }
        #expect(away?.exitCode == .environment)
        print("with Kafka away it took \(ContinuousClock.now - closed)")
        #expect(ContinuousClock.now - closed < .seconds(6))
    }
}
