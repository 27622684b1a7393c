import Core
import Foundation
import Testing

@testable import Files

/// What is remembered is of all streams: its loss is made good only where all of them are read anew (I2).
@Suite struct LostLogTests {
    private let fixture: FolderFixture
    private var log: String { "\(fixture.folder)/.sluice/versions.1.jsonl" }

    init() throws { fixture = try FolderFixture() }

    private static let losses: [([String], [String], Bool)] = [
        (["customers", "invoices"], ["customers"], false),
        (["customers", "invoices"], ["customers", "invoices"], true),
        (["customers", "invoices"], [], false),
        (["customers"], ["customers"], true),
        (["customers"], ["customers", "invoices"], true),
        (["customers"], ["invoices"], false),
    ]

    @Test(arguments: losses)
    func isForgivenWhereAllThatWasReadIsReadAnew(
        read: [String],
        anew: [String],
        isForgiven: Bool
    ) async throws {
        for stream in read {
            try await fixture.sync("r1", .page([("a", "1")], records: 1, of: StreamName(stream)))
        }
        try FileManager.default.removeItem(atPath: log)
        var settings = fixture.settings("r2")
        settings.resyncs = StreamChoice(Set(try anew.map { try StreamName($0) }))
        // As `--stream A --resync` has it.
        if !anew.isEmpty { settings.streams = settings.resyncs.names.sorted() }
        guard isForgiven else {
            let error = await #expect(throws: StateError.self) {
                try await FolderSession.withSession(settings) { _ in }
            }
            #expect(error?.code == .fileChanged)
            #expect(error?.message.contains("what was published of each key") == true)
            return
        }
        try await FolderSession.withSession(settings) { session throws in
            #expect(session.lost.isEmpty)
            for stream in read {
                let version = try session.versions.version(of: "a", StreamName(stream))
                #expect(version == nil)
            }
        }
    }

    /// Nothing else says then that deletes cannot be told of what was published before.
    @Test func aRunThatDiesBeforeItsFirstCommitLeavesTheReadingAnewToTheNext() async throws {
        try await fixture.sync("r1", .page([("a", "1")], records: 1))
        try FileManager.default.removeItem(atPath: log)
        var settings = fixture.settings("r2")
        settings.resyncs = StreamChoice(Set(settings.streams))
        let crashed = fixture.root.appending(path: "crashed").path
        let session = try await FolderSession.start(settings)
        try FileManager.default.copyItem(atPath: fixture.folder, toPath: crashed)
        try await session.end()
        try await FolderSession.withSession(fixture.settings("r3", folder: crashed)) { session in
            let list = try session.bookmark(of: FolderFixture.customers)?.list
            #expect(list == Bookmark.List(read: 2))
        }
    }

    @Test func theSameBesideTheStandardOutput() async throws {
        let state = fixture.root.appending(path: "state.json").path
        var settings = StdoutSettings(
            account: FolderFixture.account,
            run: "r1",
            host: "here",
            stateFile: state,
            notice: { _ in }
        )
        let null = try #require(FileHandle(forWritingAtPath: "/dev/null"))
        settings.descriptor = null.fileDescriptor
        try await StdoutSession.withSession(settings) { session in
            try await session.commit(.page([("a", "1")], records: 1))
        }
        try FileManager.default.removeItem(atPath: LedgerPlace(file: state).log(1))
        await #expect(throws: StateError.self) {
            try await StdoutSession.withSession(settings) { _ in }
        }
        settings.resyncs = [FolderFixture.invoices]
        await #expect(throws: StateError.self) {
            try await StdoutSession.withSession(settings) { _ in }
        }
        settings.resyncs = [FolderFixture.customers]
        try await StdoutSession.withSession(settings) { _ in }
        settings.resyncs = []
        try await StdoutSession.withSession(settings) { session in
            let list = try session.bookmark(of: FolderFixture.customers)?.list
            #expect(list == Bookmark.List(read: 2))
        }
    }

    /// Anybody can set a file's time to a year that nanoseconds do not reach.
    @Test func aTimeFarAwayIsATime() throws {
        let path = fixture.root.appending(path: "file").path
        let file = try DiskFile.create(path)
        defer { file.close() }
        for seconds in [14_000_000_000, -3_000_000_000] as [TimeInterval] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: seconds)],
                ofItemAtPath: path
            )
            let modified = try file.status().modified
            #expect(seconds < 0 ? modified == 0 : modified == 9_000_000_000_000_000_000)
        }
    }
}
