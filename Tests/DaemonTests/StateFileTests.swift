import Core
import JSON
import ProcessSupport
import Testing

@testable import Daemon

/// The document of `sluice state export`, and what becomes of it where it is taken over.
@Suite
struct StateFileTests {
    private let account: AccountName
    private let stream: StreamName
    private let file: StateFile
    private static let now = Instant(seconds: 1_772_400_000)

    init() throws {
        account = try AccountName("stripe/acme")
        stream = try StreamName("charges")
        file = try StateFile(Golden.bytes("state-1.json"), name: "state-1.json")
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    // MARK: The document

    @Test func `it survives its golden file`() throws {
        #expect(Self.text(file.bytes) == Self.text(try Golden.bytes("state-1.json")) + "\n")
        #expect(file.layout == "0a1b2c" && file.prefix.text == "retail")
        #expect(file.accounts.map(\.name) == [account])
        #expect(file.accounts[0].records.count == 5)
    }

    @Test func `I6 it holds no credential that was not asked for, and never who writes`() throws {
        var state = file.accounts[0].state
        let session = SessionRecord(
            status: .running,
            session: "s",
            host: "h",
            lock: "l",
            run: "r",
            transaction: 1,
            started: 1,
            renewed: 1
        )
        let record = try session.record(account: account)
        state[record.key] = record.value
        // Nor how far a backfill came: that counts only where it goes on.
        state[StateKey.backfill(account, "backfill-1", stream).bytes] = Array("{}".utf8)
        func kinds(_ withCredentials: Bool) throws -> Set<String> {
            let made = try StateFile(
                [account: state],
                prefix: file.prefix,
                layout: "x",
                at: Self.now,
                withCredentials: withCredentials
            )
            return Set(
                made.accounts[0].records.compactMap { (try? JSONValue.parse($0.key))?.elements?.first?.text }
            )
        }
        #expect(try kinds(false) == ["bookmark", "schedule", "topic"])
        #expect(try kinds(true) == ["bookmark", "schedule", "topic", "credential"])
    }

    @Test func `the progress of a backfill is no record that a file can bring`() throws {
        let key = StateKey.backfill(account, "backfill-1", stream).bytes
        let document = StateFile(
            prefix: file.prefix,
            layout: "x",
            at: Self.now,
            accounts: [.init(name: account, records: [.init(key: key, value: Array("{}".utf8))])]
        )
        let error = try #require(throws: StateError.self) {
            try StateFile(document.bytes, name: "state.json")
        }
        #expect("\(error)".contains("is no record that can be moved"))
    }

    @Test func `what a later version keeps is not left out silently`() throws {
        let novel = Array(#"["novel","stripe/acme"]"#.utf8)
        let error = try #require(throws: StateError.self) {
            try StateFile(
                [account: [novel: Array("{}".utf8)]],
                prefix: file.prefix,
                layout: "x",
                at: Self.now,
                withCredentials: false
            )
        }
        #expect(error.codeText == "state.newer_format")
    }

    @Test(arguments: [
        (#""format":1,"prefix""#, #""format":2,"prefix""#, "upgrade sluice"),
        (#"{"format":4,"fingerprint""#, #"{"format":9,"fingerprint""#, "upgrade sluice"),
        (#""prefix":"retail""#, #""prefix":"Re tail""#, "prefix"),
        (#"["bookmark","stripe/acme","#, #"["bookmark","stripe/other","#, "stands under stripe/acme"),
        (#"["credential","stripe/acme"]"#, #"["session","stripe/acme"]"#, "no record that can be moved"),
        (
            #"["topic","stripe/acme","retail.sluice.versions"]"#, #"["topic","stripe/acme","x"]"#,
            "it is about"
        ),
        (
            #""updated":1764075600000}},{"key":["credential""#,
            #""updated":1764075600000}},{"keys":["credential""#, "no \"key\""
        ),
        (#""at":"2026-03-01T12:00:00.250Z","accounts""#, #""accounts""#, "no \"at\""),
    ])
    func `a document that cannot be read whole is refused`(old: String, new: String, says: String) throws {
        let golden = Self.text(try Golden.bytes("state-1.json"))
        try #require(golden.contains(old))
        let error = try #require(throws: StateError.self) {
            try StateFile(Array(golden.replacing(old, with: new, maxReplacements: 1).utf8), name: "f")
        }
        #expect(error.message.contains(says), "\(error.message)")
    }

    @Test func `a damaged document never traps`() throws {
        let golden = try Golden.bytes("state-1.json")
        for cut in stride(from: 0, to: golden.count, by: 7) {
            #expect(throws: StateError.self) { try StateFile(Array(golden[..<cut]), name: "f") }
        }
        for index in stride(from: 0, to: golden.count, by: 5) {
            for byte in [UInt8(0), 0x22, 0x7b, 0x30] {
                var bytes = golden
                bytes[index] = byte
                _ = try? StateFile(bytes, name: "f")
            }
        }
    }

    // MARK: Taking it over

    private func transfer(
        _ consent: StateTransfer.Consent = .init(),
        layout: String? = "elsewhere",
        into prefix: String = "retail"
    ) throws -> StateTransfer {
        StateTransfer(
            of: file,
            into: try TopicPrefix(prefix),
            layout: layout,
            consent: consent,
            by: "ada@ops-1",
            reason: "new cluster",
            at: Self.now
        )
    }

    private static let topic = "retail.stripe.acme.charges"
    private static let versions = "retail.sluice.versions"
    /// Both topics were brought over, into other offsets.
    private var mirrored: StateTransfer.Ends {
        var partitions = [Int64](repeating: 0, count: 8)
        partitions[Int(account.statePartition(of: 8))] = 3
        return [Self.topic: [2, 1], Self.versions: partitions]
    }

    private func plan(
        _ transfer: StateTransfer,
        over state: [[UInt8]: [UInt8]] = [:],
        ends: StateTransfer.Ends
    ) throws -> ChangedState {
        try transfer.plan(account, over: state, ends: ends)
    }

    @Test func `what was exported goes in, with the lengths that topics have here`() throws {
        let changed = try plan(try transfer(), ends: mirrored)
        let written = Dictionary(uniqueKeysWithValues: changed.records.map { ($0.key, $0.value ?? []) })
        let here = file.accounts[0].state
        for key in [
            StateKey.bookmark(account, stream), .schedule(account, "stripe"), .credential(account),
        ] {
            #expect(written[key.bytes] == here[key.bytes])
        }
        let kept = try KeptTopic(
            written[StateKey.topic(account, Self.topic).bytes] ?? [],
            account: account,
            topic: Self.topic
        )
        #expect(kept.ends == [2, 1])
        // The session looks at what is remembered itself.
        #expect(written.count == 4)
        #expect(
            changed.lines.map(\.before) == [
                "never read", "no credential", "schedule stripe: decided up to no tick",
            ]
        )
        // Again, it is all there.
        #expect(try plan(try transfer(), over: written, ends: [:]).records.isEmpty)
    }

    @Test(
        arguments: [
            ([:], "is not here"), ([topic: [0, 0], versions: [3]], "is empty here"),
            ([topic: [2, 1], versions: [0]], "held records"),
        ] as [(StateTransfer.Ends, String)]
    )
    func `I2 bookmarks stand for no events that are not here`(ends: StateTransfer.Ends, says: String) throws {
        let error = try #require(throws: StateError.self) { try plan(try transfer(), ends: ends) }
        #expect(error.codeText == "state.missing")
        #expect(error.message.contains(says) && error.message.contains("--resync"), "\(error.message)")
        #expect(!(try plan(try transfer(.init(acceptsLoss: true)), ends: ends)).records.isEmpty)
        let anew = try plan(try transfer(.init(resyncs: true)), ends: ends)
        let bookmark = try Bookmark(anew.records[0].value ?? [], account: account, stream: stream)
        #expect(bookmark.list.isAnew && bookmark.window == nil && bookmark.changed?.kind == .reset)
    }

    @Test func `I2 in the same cluster the lengths themselves count`() throws {
        let transfer = try transfer(layout: "0a1b2c")
        let error = try #require(throws: StateError.self) {
            try plan(transfer, ends: [Self.topic: [6, 0], Self.versions: [0, 12, 0, 0]])
        }
        #expect(error.codeText == "state.topic_shrank")
        let longer: StateTransfer.Ends = [Self.topic: [8, 0], Self.versions: [0, 12, 0, 0]]
        #expect(!(try plan(transfer, ends: longer)).records.isEmpty)
    }

    @Test func `another prefix has another topic of what is remembered`() throws {
        var ends = mirrored
        ends["shop.sluice.versions"] = ends.removeValue(forKey: Self.versions)
        #expect(!(try plan(try transfer(into: "shop"), ends: ends)).records.isEmpty)
    }

    @Test func `what is newer here stays, but for consent`() throws {
        var state = file.accounts[0].state
        let key = StateKey.bookmark(account, stream).bytes
        var bookmark = try Bookmark(state[key] ?? [], account: account, stream: stream)
        bookmark.updated += 1
        bookmark.window?.at = Self.now
        state[key] = try bookmark.record(account: account, stream: stream).value
        let newer = try #require(throws: StateError.self) {
            try plan(try transfer(), over: state, ends: mirrored)
        }
        #expect(newer.codeText == "state.newer_record" && newer.message.contains("--replace"))
        let back = try plan(try transfer(.init(replaces: true)), over: state, ends: mirrored)
        #expect(back.records.first?.value == file.accounts[0].state[key])
        // One that is older here gives way.
        bookmark.updated -= 2
        state[key] = try bookmark.record(account: account, stream: stream).value
        #expect(try plan(try transfer(), over: state, ends: mirrored).records.first?.key == key)
    }

    @Test func `a schedule that is decided further here stays, but for consent`() throws {
        var state = file.accounts[0].state
        let key = StateKey.schedule(account, "stripe").bytes
        var schedule = try ScheduleRecord(state[key] ?? [], account: account, id: "stripe")
        schedule.through = Self.now
        state[key] = try schedule.record(account: account).value
        let error = try #require(throws: StateError.self) {
            try plan(try transfer(), over: state, ends: mirrored)
        }
        #expect(error.message.contains("the schedule stripe of stripe/acme is decided here up to"))
        #expect(
            try plan(try transfer(.init(replaces: true)), over: state, ends: mirrored).records.first?.key
                == key
        )
    }
}
