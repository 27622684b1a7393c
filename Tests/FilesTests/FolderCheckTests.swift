import Core
import Foundation
import Testing

@testable import Files

/// What somebody else did to a folder is refused, by name and with the remedy (I2).
@Suite struct FolderCheckTests {
    /// Something that was done between two sessions.
    struct Deed: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var code: StateError.Code
        var message: String
        /// What is followed afterwards where it was gone along with; nil where that is no way.
        var accepted: [String]?
        var run: @Sendable (FolderFixture) throws -> Void

        init(
            _ name: String,
            _ code: StateError.Code,
            _ message: String,
            accepted: [String]?,
            _ run: @escaping @Sendable (FolderFixture) throws -> Void
        ) {
            testDescription = name
            self.code = code
            self.message = message
            self.accepted = accepted
            self.run = run
        }
    }

    static let line = #"{"key":"z","headers":{},"value":7}"#

    static let deeds = [
        Deed("cut", .fileChanged, "was cut or replaced: it has 10 bytes", accepted: []) { fixture in
            try FileHandle(forWritingTo: URL(filePath: fixture.path(FolderFixture.customers))).truncate(
                atOffset: 10
            )
        },
        Deed("emptied", .fileChanged, "was cut or replaced: it has 0 bytes", accepted: []) { fixture in
            try FileHandle(forWritingTo: URL(filePath: fixture.path(FolderFixture.customers))).truncate(
                atOffset: 0
            )
        },
        Deed("rotated", .fileChanged, "is gone, it had", accepted: []) { fixture in
            let path = fixture.path(FolderFixture.customers)
            try FileManager.default.moveItem(atPath: path, toPath: "\(path).1")
        },
        Deed("edited in its end", .fileChanged, "the last bytes", accepted: ["a=1", "b=9"]) { fixture in
            let path = fixture.path(FolderFixture.customers)
            let text = try #require(fixture.text(path)).replacing("\"value\":2", with: "\"value\":9")
            try Data(text.utf8).write(to: URL(filePath: path))
        },
        Deed("touched", .fileChanged, "was changed after the last commit", accepted: ["a=1", "b=2"]) {
            fixture in
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1)],
                ofItemAtPath: fixture.path(FolderFixture.customers)
            )
        },
        Deed(
            "appended to",
            .fileChanged,
            "was written to by something else",
            accepted: ["a=1", "b=2", "z=7"]
        ) {
            try $0.append("\(line)\n", to: $0.path(FolderFixture.customers))
        },
        Deed("appended to without an end", .fileChanged, "was written to", accepted: ["a=1", "b=2", "z=7"]) {
            try $0.append(line, to: $0.path(FolderFixture.customers))
        },
        Deed("without state", .fileChanged, "there is no state that says what", accepted: ["a=1", "b=2"]) {
            try FileManager.default.removeItem(atPath: "\($0.folder)/.sluice")
        },
        Deed("without its log", .fileChanged, "what was published of each key", accepted: ["a=1", "b=2"]) {
            try FileManager.default.removeItem(atPath: "\($0.folder)/.sluice/versions.1.jsonl")
        },
        Deed("of a newer format", .newerFormat, "upgrade sluice", accepted: nil) { fixture in
            let path = "\(fixture.folder)/.sluice/state.json"
            let text = try #require(fixture.text(path)).replacing("{\"format\":1", with: "{\"format\":2")
            try Data(text.utf8).write(to: URL(filePath: path))
        },
        Deed("with a damaged state", .unreadable, "cannot be read", accepted: nil) { fixture in
            try fixture.append("x", to: "\(fixture.folder)/.sluice/state.json")
        },
        Deed("of another account", .otherLayout, "belongs to stripe/other", accepted: nil) { fixture in
            let path = "\(fixture.folder)/.sluice/state.json"
            let text = try #require(fixture.text(path)).replacing("stripe/acme", with: "stripe/other")
            try Data(text.utf8).write(to: URL(filePath: path))
        },
        Deed("after a crash, appended to", .fileChanged, "no remainder", accepted: ["a=1", "b=2", "z=7"]) {
            fixture in
            try crash(fixture)
            try fixture.append(
                "\(line.replacing("{}", with: #"{"sluice_txn":"r7/1/1"}"#))\n",
                to: fixture.path(FolderFixture.customers)
            )
        },
        Deed("after a crash, with other text", .fileChanged, "no remainder", accepted: nil) { fixture in
            try crash(fixture)
            try fixture.append("hello\n", to: fixture.path(FolderFixture.customers))
        },
    ]

    /// As a session leaves the state that did not come to its end.
    static func crash(_ fixture: FolderFixture) throws {
        let path = "\(fixture.folder)/.sluice/state.json"
        let text = try #require(fixture.text(path)).replacing("\"ended\"", with: "\"running\"")
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private let fixture: FolderFixture

    init() throws { fixture = try FolderFixture() }

    @Test(arguments: deeds)
    func isRefused(deed: Deed) async throws {
        try await fixture.sync("r1", .page([("a", "1"), ("b", "2")], records: 2))
        try deed.run(fixture)
        let before = fixture.text(fixture.path(FolderFixture.customers))
        for _ in 0..<2 {
            let error = await #expect(throws: StateError.self) { try await fixture.sync("r2") }
            #expect(error?.code == deed.code)
            #expect(error?.exitCode == .configuration)
            #expect(error?.message.contains(deed.message) == true, "\(error?.message ?? "")")
            #expect(error?.message.contains(fixture.folder) == true, "\(error?.message ?? "")")
        }
        #expect(fixture.text(fixture.path(FolderFixture.customers)) == before, "a refusal changes nothing")
    }

    @Test(arguments: deeds.filter { $0.accepted != nil }, [false, true])
    func isGoneAlongWith(deed: Deed, isResync: Bool) async throws {
        try await fixture.sync("r1", .page([("a", "1"), ("b", "2")], records: 2))
        try deed.run(fixture)
        var settings = fixture.settings("r2")
        settings.acceptsLoss = !isResync
        if isResync { settings.resyncs = StreamChoice(Set(settings.streams)) }
        let isAboutTheFile = deed.testDescription != "without its log"
        try await FolderSession.withSession(settings) { session in
            #expect(session.lost == (isAboutTheFile ? [FolderFixture.customers] : []))
            try await session.commit(.page([("c", "3")], records: 3))
        }
        #expect(try FolderFixture.followed(fixture.folder) == (deed.accepted ?? []) + ["c=3"])
        try await fixture.sync("r3", .page([("d", "4")], records: 4))
        #expect(try FolderFixture.followed(fixture.folder) == (deed.accepted ?? []) + ["c=3", "d=4"])
    }

    /// A copy has other times of the folder and other numbers of files, and is as good.
    @Test func aCopyIsAsGood() async throws {
        try await fixture.sync("r1", .page([("a", "1")], records: 1))
        let copy = fixture.root.appending(path: "copy").path
        let process = Process()
        process.executableURL = URL(filePath: "/bin/cp")
        process.arguments = ["-a", fixture.folder, copy]
        await withCheckedContinuation { continuation in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume() }
        }
        #expect(try await FolderFixture.place(copy) == 1)
    }

    @Test(arguments: [
        "", "{", #"{"key":"c"#, #"{"key":"c","headers":{"sluice_txn":"r1/2"#,
        #"{"key":"c","headers":{"sluice_txn":"r1/2/9"},"value":1}"# + "\n{\"ke", "\0\0\0",
        #"{"key":"c","hea"# + "\0\0",
    ])
    func aRemainderIsCutOff(remainder: String) async throws {
        try await fixture.sync("r1", .page([("a", "1")], records: 1))
        try Self.crash(fixture)
        let path = fixture.path(FolderFixture.customers)
        let before = fixture.text(path)
        try fixture.append(remainder, to: path)
        try await fixture.sync("r2")
        #expect(fixture.text(path) == before)
    }

    /// A disk that is full ends the run with exit 3, and nothing is lost: the next run goes on.
    @Test func aFullDiskLosesNothing() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let fixture = try FolderFixture()
            let small = try TransactionGroup.page([("a", "1")], records: 1)
            try await fixture.sync("r1", small)
            // Where the cache may grow, no events of this size may.
            func limit(_ bytes: rlim_t) {
                var limit = rlimit(rlim_cur: bytes, rlim_max: .max)
                unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            }
            let big = try TransactionGroup.page(
                [("b", "\"\(String(repeating: "x", count: 2 << 20))\"")],
                records: 2
            )
            let session = try await FolderSession.start(fixture.settings("r2"))
            limit(1 << 20)
            let error = await #expect(throws: StateError.self) { try await session.commit(big) }
            #expect(error?.exitCode == .environment)
            #expect(error?.message.contains("customers.jsonl: File too large; free some room") == true)
            await #expect(throws: StateError.self) { try await session.commit(small) }
            try await session.end()
            #expect(try FolderFixture.followed(fixture.folder) == ["a=1"])
            limit(.max)
            try await FolderSession.withSession(fixture.settings("r3")) { session in
                #expect(try session.bookmark(of: FolderFixture.customers)?.list.records == 1)
                try await session.commit(big)
            }
            let text = try #require(fixture.text(fixture.path(FolderFixture.customers)))
            #expect(text.utf8.count > 2 << 20)
        }
    }

    @Test func aFolderThatIsClosedSaysSo() async throws {
        let error = await #expect(throws: StateError.self) {
            try await FolderSession.withSession(fixture.settings(folder: "/proc/sluice")) { _ in }
        }
        #expect(error?.exitCode == .environment)
        #expect(error?.message.contains("/proc/sluice") == true)
    }
}
