import Core
import Foundation
import JSON
import ProcessSupport
import Testing

@testable import Files

/// Dead letters where the events go to a folder.
@Suite struct DeadLetterFileTests {
    private let fixture: FolderFixture

    init() throws { fixture = try FolderFixture() }

    private static func letter(_ key: String) -> DeadLetter {
        let record = Array(#"{"id":"\#(key)"}"#.utf8)
        return DeadLetter(
            id: "id-\(key)",
            account: FolderFixture.account,
            stream: FolderFixture.customers,
            topic: "customers.jsonl",
            key: Array(key.utf8),
            reason: DeadLetter.Reason(code: "event.bad_entity", text: "no"),
            run: "r1",
            at: Instant(seconds: 1),
            seen: Instant(seconds: 1),
            size: record.count,
            sha256: "00",
            content: .whole(record)
        )
    }

    private static func group(_ keys: [String], letters: [String]) throws -> TransactionGroup {
        var group = try TransactionGroup.page(keys.map { ($0, "1") }, records: keys.count)
        group.letters = letters.map(letter)
        return group
    }

    @Test func theyStandInAFileOfTheirOwn() async throws {
        try await fixture.sync(
            "r1",
            Self.group(["a", "b"], letters: ["x"]),
            Self.group(["c"], letters: ["y"])
        )
        try await fixture.sync("r2", Self.group(["d"], letters: []))
        #expect(try FolderFixture.followed(fixture.folder) == ["a=1", "b=1", "c=1", "d=1"])
        let lines = (fixture.text(fixture.path(.deadLetters)) ?? "").split(separator: "\n")
        #expect(lines.count == 2)
        let line = try JSONValue.parse(Array(lines[0].utf8))
        #expect(line["key"]?.text == "id-x" && line["value"]?["record"]?["id"]?.text == "x")
        #expect(line["headers"]?["ce_type"]?.text == "sluice.dead.event.bad_entity")
        // The label counts the events alone.
        #expect(line["headers"]?["sluice_txn"]?.text == "r1/1/2")
        #expect(fixture.path(.deadLetters).hasSuffix("/sluice.dead.jsonl"))
    }

    @Test(arguments: [CommitStep.linesWritten, .firstSynced, .stateWritten])
    func whatACrashLeftOfTheFirstIsCutOff(_ step: CommitStep) async throws {
        struct Crash: Error {}
        try await fixture.sync("r1", Self.group(["a"], letters: []))
        let copy = "\(fixture.root.path)/copy"
        let folder = fixture.folder
        try await FolderSession.start(fixture.settings("r2")) { reached in
            // The folder as a crash at that step would leave it.
            guard reached == step, !FileManager.default.fileExists(atPath: copy) else { return }
            try? FileManager.default.copyItem(atPath: folder, toPath: copy)
        }.use { session in try await session.commit(Self.group(["b"], letters: ["x"])) }
        #expect(FileManager.default.fileExists(atPath: "\(copy)/sluice.dead.jsonl"))
        try await FolderSession.withSession(fixture.settings("r2", folder: copy)) { session in
            try await session.commit(Self.group(["b"], letters: ["x"]))
        }
        let lines = (fixture.text(fixture.path(.deadLetters, in: copy)) ?? "").split(separator: "\n")
        #expect(lines.count == 1)
        #expect(try FolderFixture.followed(copy, .deadLetters).count == 1)
        #expect(try FolderFixture.followed(copy) == ["a=1", "b=1"])
    }

    @Test func whatSomebodyElseWroteThereIsRefused() async throws {
        try FileManager.default.createDirectory(atPath: fixture.folder, withIntermediateDirectories: true)
        try Data("mine\n".utf8).write(to: URL(fileURLWithPath: fixture.path(.deadLetters)))
        let error = await #expect(throws: StateError.self) {
            try await fixture.sync("r1", Self.group(["a"], letters: ["x"]))
        }
        #expect(error?.code == .fileChanged)
        #expect(error?.message.contains("the file of dead letters is only ever appended to") == true)
    }
}
