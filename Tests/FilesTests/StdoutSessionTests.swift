import Core
import Foundation
import Synchronization
import Testing

@testable import Files

@Suite struct StdoutSessionTests {
    private let fixture: FolderFixture
    private let output: FileHandle
    private let notices = Notices()

    /// What was said to the user.
    private final class Notices: Sendable {
        let lines = Locked<[String]>([])
    }

    init() throws {
        fixture = try FolderFixture()
        let path = fixture.root.appending(path: "stdout")
        try Data().write(to: path)
        output = try FileHandle(forWritingTo: path)
    }

    private var text: String { fixture.text(fixture.root.appending(path: "stdout").path) ?? "" }
    private var keys: [String] { text.matches(of: /"key":"([^"]*)"/).map { String($0.1) } }

    private func settings(_ run: String, state: String?) -> StdoutSettings {
        var settings = StdoutSettings(
            account: FolderFixture.account,
            run: run,
            host: "here",
            stateFile: state.map { fixture.root.appending(path: $0).path }
        ) { [notices] line in notices.lines.withLock { $0.append(line) } }
        settings.descriptor = output.fileDescriptor
        settings.temporaryFolder = fixture.root.path
        return settings
    }

    @Test func withoutStateNothingIsRemembered() async throws {
        for run in ["r1", "r2"] {
            try await StdoutSession.withSession(settings(run, state: nil)) { session in
                #expect(try session.bookmark(of: FolderFixture.customers) == nil)
                #expect(try session.versions.version(of: "a") == nil)
                try await session.commit(.page([("a", "1")], records: 1))
                #expect(try session.versions.version(of: "a") == .test("1", 1))
                try await session.commit(.page([("b", nil)], records: 2))
                // What is remembered lies in files without a name: nothing is left behind, whatever ends the run.
                #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.root.path) == ["stdout"])
            }
        }
        #expect(keys == ["a", "b", "a", "b"])
        #expect(text.contains(#""sluice_txn":"r2/2/1"},"value":null}"#))
        let lines = notices.lines.withLock { $0 }
        #expect(lines.count == 2 && lines.allSatisfy { $0.contains("--state FILE") })
    }

    @Test func aReaderThatHasEnoughIsNoDiskThatFailed() async throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        var settings = settings("r1", state: nil)
        settings.descriptor = pipe.fileHandleForWriting.fileDescriptor
        let error = await #expect(throws: StateError.self) {
            try await StdoutSession.withSession(settings) { session in
                try await session.commit(.page([("a", "1")], records: 1))
            }
        }
        #expect(error?.code == .outputClosed)
        #expect(error?.message.contains("whoever read the standard output has closed it") == true)
    }

    @Test func aTemporaryFolderThatCannotBeMadeIsNamed() async throws {
        var settings = settings("r1", state: nil)
        settings.temporaryFolder = "/nowhere"
        let error = await #expect(throws: StateError.self) {
            try await StdoutSession.withSession(settings) { _ in }
        }
        #expect(error?.message.contains("/nowhere") == true && error?.message.contains("TMPDIR") == true)
    }

    @Test func withStateTheNextRunGoesOn() async throws {
        try await StdoutSession.withSession(settings("r1", state: "s.json")) { session in
            try await session.commit(.page([("a", "1")], records: 1))
        }
        try await StdoutSession.withSession(settings("r2", state: "s.json")) { [self] session in
            #expect(try session.bookmark(of: FolderFixture.customers)?.list.records == 1)
            #expect(try session.versions.version(of: "a") == .test("1", 1))
            let error = await #expect(throws: PublishError.self) {
                try await StdoutSession.withSession(settings("r3", state: "s.json")) { _ in }
            }
            #expect(error?.exitCode == .alreadyRunning)
            try await session.commit(.page([("b", "2")], records: 2))
        }
        #expect(keys == ["a", "b"])
        #expect(notices.lines.withLock { $0 }.allSatisfy { $0.contains("at least once") })
    }

    @Test func anOutputThatFailsCommitsNothing() async throws {
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        var broken = settings("r1", state: "s.json")
        broken.descriptor = full.fileDescriptor
        let error = await #expect(throws: StateError.self) {
            try await StdoutSession.withSession(broken) { session in
                try await session.commit(.page([("a", "1")], records: 1))
            }
        }
        #expect(error?.exitCode == .environment)
        #expect(error?.message.contains("No space left") == true)
        try await StdoutSession.withSession(settings("r2", state: "s.json")) { session throws in
            #expect(try session.bookmark(of: FolderFixture.customers) == nil)
        }
    }
}
