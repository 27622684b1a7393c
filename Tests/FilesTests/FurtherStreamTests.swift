import Core
import Foundation
import JSON
import Synchronization
import Testing

@testable import Files

/// Streams that become known after the session has started.
@Suite struct FurtherStreamTests {
    static let cars = FolderFixture.cars
    private let fixture: FolderFixture

    init() throws { fixture = try FolderFixture() }

    private static var topics: [EventTopic] { [EventTopic(stream: cars, topic: "\(cars).jsonl")] }

    private func sync(_ run: String, _ groups: TransactionGroup...) async throws {
        try await FolderSession.withSession(fixture.settings(run)) { session in
            try await session.add(Self.topics)
            for group in groups { try await session.commit(group) }
        }
    }

    @Test func aFurtherStreamGoesOnFromRunToRun() async throws {
        try await sync("r1", .page([("a", "1")], records: 1, of: Self.cars))
        try await sync("r2", .page([("b", "2")], records: 2, of: Self.cars), .page([("x", "1")], records: 1))
        #expect(try FolderFixture.followed(fixture.folder, Self.cars) == ["a=1", "b=2"])
        #expect(try FolderFixture.followed(fixture.folder) == ["x=1"])
    }

    @Test func takingItOnAgainChangesNothing() async throws {
        try await FolderSession.withSession(fixture.settings()) { session in
            try await session.add(Self.topics)
            try await session.commit(.page([("a", "1")], records: 1, of: Self.cars))
            try await session.add(Self.topics)
            try await session.commit(.page([("b", "1")], records: 2, of: Self.cars))
        }
        #expect(try FolderFixture.followed(fixture.folder, Self.cars) == ["a=1", "b=1"])
    }

    /// The first lines of a stream that nobody named when the session started, caught by a kill at every step; the next
    /// run may not read the stream at all.
    @Test(
        "I1: what a kill leaves of its first lines is cut back",
        arguments: CommitStep.allCases,
        [false, true]
    )
    func whatAKillLeavesOfItsFirstLinesIsCutBack(step: CommitStep, isSkippedOnce: Bool) async throws {
        let copy = fixture.root.appending(path: "copy").path
        let folder = fixture.folder
        let isArmed = Locked(false)
        let session = try await FolderSession.start(fixture.settings()) { reached in
            guard reached == step, isArmed.withLock({ $0 }), !FileManager.default.fileExists(atPath: copy)
            else { return }
            try? FileManager.default.copyItem(atPath: folder, toPath: copy)
        }
        try await session.commit(.page([("x", "1")], records: 1))
        try await session.add(Self.topics)
        isArmed.withLock { $0 = true }
        try await session.commit(.page([("a", "1")], records: 1, of: Self.cars))
        try await session.end()
        try? FileManager.default.removeItem(atPath: "\(copy)/.sluice/lock")

        if isSkippedOnce {
            try await FolderSession.withSession(fixture.settings("r2", folder: copy)) { session in
                try await session.commit(.page([("y", "1")], records: 2))
            }
        }
        let committed = try FolderFixture.followed(copy, Self.cars)
        #expect(committed == [] || committed == ["a=1"])
        try await FolderSession.withSession(fixture.settings("r3", folder: copy)) { session in
            try await session.add(Self.topics)
            #expect(session.lost.isEmpty)
            let place = try session.bookmark(of: Self.cars)?.list.records
            #expect(place == (committed.isEmpty ? nil : 1))
            if committed.isEmpty { try await session.commit(.page([("a", "1")], records: 1, of: Self.cars)) }
            try await session.commit(.page([("b", "2")], records: 2, of: Self.cars))
        }
        #expect(try FolderFixture.followed(copy, Self.cars) == ["a=1", "b=2"])
        let lines = try #require(fixture.text(fixture.path(Self.cars, in: copy))).split(separator: "\n")
        #expect(lines.count == 2, "nothing else is in the file")
    }

    /// Its file lost what the state says: refused at the start already, as any other.
    @Test func aFileThatBecameShorterIsRefusedUntilSaid() async throws {
        try await sync("r1", .page([("a", "1"), ("b", "2")], records: 2, of: Self.cars))
        let handle = try FileHandle(forWritingTo: URL(filePath: fixture.path(Self.cars)))
        try handle.truncate(atOffset: 0)
        try handle.close()
        let error = await #expect(throws: StateError.self) { try await sync("r2") }
        #expect(error?.code == .fileChanged)
        var settings = fixture.settings("r3")
        settings.resyncs = StreamChoice([], families: ["objects"])
        try await FolderSession.withSession(settings) { session in
            try await session.add(Self.topics)
            #expect(session.lost == [Self.cars])
        }
    }

    @Test func aFileOfSomethingElseIsRefusedUntilItIsAccepted() async throws {
        try await fixture.sync("r1", .page([("x", "1")], records: 1))
        try Data("hello\n".utf8).write(to: URL(filePath: fixture.path(Self.cars)))
        let error = await #expect(throws: StateError.self) { try await sync("r2") }
        #expect(error?.code == .fileChanged)
        #expect(fixture.text(fixture.path(Self.cars)) == "hello\n")
        var settings = fixture.settings("r3")
        settings.acceptsLoss = true
        try await FolderSession.withSession(settings) { session in
            try await session.add(Self.topics)
            #expect(session.lost == [Self.cars])
            try await session.commit(.page([("a", "1")], records: 1, of: Self.cars))
        }
        #expect(fixture.text(fixture.path(Self.cars))?.hasPrefix("hello\n{") == true)
    }
}
