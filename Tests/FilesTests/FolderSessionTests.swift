import Core
import Foundation
import JSON
import ProcessSupport
import Synchronization
import Testing

@testable import Files

@Suite struct FolderSessionTests {
    private let fixture: FolderFixture

    init() throws { fixture = try FolderFixture() }

    @Test func linesAreAsWritten() async throws {
        try await fixture.sync("r1", .page([("a", #"{"n":1.50,"t":"\u00e9"}"#), ("b", nil)], records: 2))
        #expect(
            fixture.text(fixture.path(FolderFixture.customers)) == """
                {"key":"a","headers":{"ce_specversion":"1.0","ce_source":"/stripe/acme/customers","ce_id":"a:1",\
                "ce_type":"stripe.customers.upsert","ce_time":"2026-01-02T03:04:05Z",\
                "content-type":"application/json","sluice_txn":"r1/1/2"},"value":{"n":1.50,"t":"\\u00e9"}}
                {"key":"b","headers":{"ce_specversion":"1.0","ce_source":"/stripe/acme/customers","ce_id":"b:1",\
                "ce_type":"stripe.customers.delete","ce_time":"2026-01-02T03:04:05Z","sluice_txn":"r1/1/2"},\
                "value":null}

                """
        )
    }

    @Test func linesOfOtherEnvelopes() async throws {
        for envelope in [Envelope.plain, .structured] {
            var group = try TransactionGroup.page([("a", #"{"n":1.50}"#), ("b", nil)], records: 2)
            group.pages[0].envelope = envelope
            try await fixture.sync("r-\(envelope)", group)
        }
        #expect(
            fixture.text(fixture.path(FolderFixture.customers)) == """
                {"key":"a","headers":{"sluice_source":"/stripe/acme/customers","sluice_txn":"r-plain/1/2"},\
                "value":{"n":1.50}}
                {"key":"b","headers":{"sluice_source":"/stripe/acme/customers","sluice_txn":"r-plain/1/2"},\
                "value":null}
                {"key":"a","headers":{"content-type":"application/cloudevents+json; charset=UTF-8",\
                "sluice_source":"/stripe/acme/customers","sluice_txn":"r-structured/1/2"},"value":{"n":1.50}}
                {"key":"b","headers":{"sluice_source":"/stripe/acme/customers","sluice_txn":"r-structured/1/2"},\
                "value":null}

                """
        )
    }

    @Test(arguments: ["", "\"", "\\", "\n", "\u{0}\u{1f}", "é💶", #"],"value":"#, "a\tb", "\u{2028}"])
    func anyKeyIsALine(key: String) async throws {
        try await fixture.sync("r1", .page([(key, "1")], records: 1), .page([(key, nil)], records: 2))
        #expect(try FolderFixture.followed(fixture.folder) == ["\(key)=1", "\(key)=null"])
        try FileManager.default.removeItem(atPath: "\(fixture.folder)/.sluice/cache")
        let version = try await FolderSession.withSession(fixture.settings("r2")) { session in
            try session.versions.version(of: key)
        }
        #expect(version == .test("", 2))
    }

    @Test func sessionsGoOnFromEachOther() async throws {
        try await fixture.sync("r1", .page([("a", "1")], records: 1), .page([("b", "2")], records: 2))
        try await fixture.sync("r2", .page([("x", "9")], records: 1, of: FolderFixture.invoices))
        try await FolderSession.withSession(fixture.settings("r3")) { session in
            #expect(try session.bookmark(of: FolderFixture.customers)?.list.records == 2)
            #expect(try session.bookmark(of: FolderFixture.invoices)?.list.records == 1)
            #expect(try session.versions.version(of: "b") == .test("2", 2))
            #expect(try session.versions.version(of: "x", FolderFixture.invoices) == .test("9", 1))
            #expect(session.lost.isEmpty)
            try await session.commit(.page([("a", nil)], records: 3))
            #expect(try session.versions.version(of: "a") == .test("", 3))
        }
        #expect(try FolderFixture.followed(fixture.folder) == ["a=1", "b=2", "a=null"])
        #expect(try FolderFixture.followed(fixture.folder, FolderFixture.invoices) == ["x=9"])
    }

    @Test func aRunGoesOnCounting() async throws {
        try await fixture.sync("r1", .page([("a", "1")], records: 1))
        try await fixture.sync("r1", .page([("b", "2")], records: 2))
        try await fixture.sync("r2", .page([("c", "3")], records: 3))
        let text = try #require(fixture.text(fixture.path(FolderFixture.customers)))
        let labels = text.matches(of: /"sluice_txn":"([^"]*)"/).map { String($0.1) }
        #expect(labels == ["r1/1/1", "r1/2/1", "r2/1/1"])
    }

    @Test func oneSessionAtATime() async throws {
        try await FolderSession.withSession(fixture.settings("first")) { [fixture] _ in
            let error = await #expect(throws: PublishError.self) {
                try await FolderSession.withSession(fixture.settings("second")) { _ in }
            }
            #expect(error?.exitCode == .alreadyRunning)
            #expect(error?.message.contains("run first of stripe/acme on here") == true)
            #expect(error?.message.contains("\(fixture.folder)/.sluice/lock") == true)
        }
        try await fixture.sync("second")
    }

    @Test func endingTwiceIsOnce() async throws {
        let session = try await FolderSession.start(fixture.settings())
        try await session.end()
        try await session.end()
        await #expect(throws: PublishError.self) { try await session.commit(.page([("a", "1")], records: 1)) }
    }

    /// I1: at whatever step the process is gone, the next session finds the group whole or not at all.
    @Test(arguments: CommitStep.allCases)
    func aCommitIsWholeOrNot(step: CommitStep) async throws {
        let before = ["a=1", "b=2"]
        let after = ["a=1", "b=2", "a=null", "c=3"]
        try await fixture.sync("r1", .page([("a", "1"), ("b", "2")], records: 2))
        let crashed = fixture.root.appending(path: "crashed")
        let source = URL(filePath: fixture.folder)
        let session = try await FolderSession.start(fixture.settings("r2")) { reached in
            // What a crash would leave is what is there now.
            if reached == step { try? FileManager.default.copyItem(at: source, to: crashed) }
        }
        try await session.commit(.page([("a", nil), ("c", "3")], records: 4))
        try await session.end()
        let isCommitted = step == .renamed || step == .committed
        #expect(try FolderFixture.followed(crashed.path) == (isCommitted ? after : before))
        let settings = fixture.settings("r3", folder: crashed.path)
        try await FolderSession.withSession(settings) { session in
            #expect(try session.bookmark(of: FolderFixture.customers)?.list.records == (isCommitted ? 4 : 2))
            #expect(try session.versions.version(of: "a") == (isCommitted ? .test("", 4) : .test("1", 2)))
            #expect(try session.versions.version(of: "c") == (isCommitted ? .test("3", 4) : nil))
            guard !isCommitted else { return }
            try await session.commit(.page([("a", nil), ("c", "3")], records: 4))
        }
        #expect(try FolderFixture.followed(crashed.path) == after)
        let text = try #require(fixture.text(fixture.path(FolderFixture.customers, in: crashed.path)))
        #expect(text.split(separator: "\n").count == 4)
    }

    /// The first group ever makes the files: gone in the middle of it, nothing was there.
    @Test(arguments: CommitStep.allCases)
    func theFirstCommitIsWholeOrNot(step: CommitStep) async throws {
        let crashed = fixture.root.appending(path: "crashed")
        let source = URL(filePath: fixture.folder)
        let session = try await FolderSession.start(fixture.settings("r1")) { reached in
            if reached == step { try? FileManager.default.copyItem(at: source, to: crashed) }
        }
        try await session.commit(.page([("a", "1")], records: 1))
        try await session.end()
        let isCommitted = step == .renamed || step == .committed
        #expect(try await FolderFixture.place(crashed.path) == (isCommitted ? 1 : nil))
        #expect(try FolderFixture.followed(crashed.path) == (isCommitted ? ["a=1"] : []))
        #expect(
            fixture.text(fixture.path(FolderFixture.customers, in: crashed.path))?.isEmpty != isCommitted
        )
    }

    /// Random groups, crashes and restarts against a plain list.
    @Test(arguments: 0..<20)
    func anyHistoryIsExact(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var expected: [String] = []
        var remembered: [String: RememberedVersion] = [:]
        var records = 0
        var folder = fixture.folder
        for round in 0..<6 {
            let crashStep = CommitStep.allCases.randomElement(using: &random) ?? .begun
            let crashAt = Int.random(in: 0..<4, using: &random)
            let next = fixture.root.appending(path: "round\(round)").path
            let source = folder
            let commits = Locked(0)
            var settings = fixture.settings("r\(round)", folder: folder)
            settings.logSlack = 200
            let session = try await FolderSession.start(settings) { step in
                let count = commits.withLock { commits in
                    if step == .begun { commits += 1 }
                    return commits
                }
                if step == crashStep, count == crashAt + 1 {
                    try? FileManager.default.copyItem(atPath: source, toPath: next)
                }
            }
            let place = try session.bookmark(of: FolderFixture.customers)?.list.records
            #expect(place ?? 0 == records)
            for (key, version) in remembered { #expect(try session.versions.version(of: key) == version) }
            for commit in 0...crashAt {
                let events = (0..<Int.random(in: 1..<5, using: &random)).map { _ in
                    (
                        key: "k\(Int.random(in: 0..<6, using: &random))",
                        value: Bool.random(using: &random) ? "\(Int.random(in: 0..<99, using: &random))" : nil
                    )
                }
                try await session.commit(.page(events, records: records + events.count))
                guard commit < crashAt || crashStep == .renamed || crashStep == .committed else { continue }
                records += events.count
                expected += events.map { "\($0.key)=\($0.value ?? "null")" }
                for event in events { remembered[event.key] = .test(event.value ?? "", records) }
            }
            try await session.end()
            folder = next
            #expect(try FolderFixture.followed(folder) == expected)
        }
        _ = try await FolderFixture.place(folder)
        #expect(try FolderFixture.followed(folder) == expected)
    }

    @Test func theLogIsWrittenAnewWhenItGrew() async throws {
        var settings = fixture.settings("r1")
        settings.logSlack = 1000
        try await FolderSession.withSession(settings) { session in
            for number in 1...40 {
                try await session.commit(.page([("a", "\(number)"), ("b", "1")], records: number))
            }
        }
        let log = { (generation: Int) in "\(self.fixture.folder)/.sluice/versions.\(generation).jsonl" }
        #expect(fixture.text(log(1))?.split(separator: "\n").count == 80)
        for run in ["r2", "r3"] {
            settings.run = run
            if run == "r3" { try FileManager.default.removeItem(atPath: "\(fixture.folder)/.sluice/cache") }
            try await FolderSession.withSession(settings) { session throws in
                let a = try session.versions.version(of: "a")
                #expect(a == .test("40", 40))
                let b = try session.versions.version(of: "b")
                #expect(b == .test("1", 40))
            }
            #expect(fixture.text(log(1)) == nil)
            #expect(fixture.text(log(2))?.split(separator: "\n").count == 2)
        }
    }

    @Test func entriesSurviveTheLog() async throws {
        var settings = fixture.settings("r1")
        settings.logSlack = 0
        let kept = VersionChange(
            FolderFixture.customers,
            .entry(id: Array("e1".utf8), time: Instant(milliseconds: 5))
        )
        let past = VersionChange(
            FolderFixture.customers,
            .entry(id: Array("e2".utf8), time: Instant(milliseconds: 4))
        )
        let gone = VersionChange(FolderFixture.customers, .entry(id: Array("e2".utf8), time: nil))
        try await FolderSession.withSession(settings) { session in
            try await session.commit(TransactionGroup(pages: [], state: [], versions: [kept, past, gone]))
        }
        for _ in 0..<2 {
            try await FolderSession.withSession(settings) { session throws in
                #expect(
                    try session.versions.entries(of: FolderFixture.customers) == [
                        RememberedEntry(id: Array("e1".utf8), time: Instant(milliseconds: 5))
                    ]
                )
            }
            try FileManager.default.removeItem(atPath: "\(fixture.folder)/.sluice/cache")
        }
    }
}
