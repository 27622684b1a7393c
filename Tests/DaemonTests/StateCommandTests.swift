import Core
import JSON
import ProcessSupport
import Testing

@testable import Daemon

/// Changes of state as commands and in the audit.
@Suite
struct StateCommandTests {
    private static let at = Instant(nanoseconds: 1_772_366_400_250_000_000)

    private static func commands() throws -> [DaemonCommand] {
        let account = try AccountName("stripe/acme")
        let stream = try StreamName("charges")
        let changes: [StateChange] = [
            .reset(streams: nil, forgets: false),
            .reset(streams: [stream, try StreamName("customers")], forgets: true),
            .set(stream, at: at),
            .skip(stream, .before(at)),
            .skip(stream, .beforePage(["after": "cus_9", "n": .number("12345678901234567890.10")])),
            .skip(stream, .rest),
            .remove,
        ]
        return changes.enumerated().map { index, change in
            DaemonCommand(
                id: "c\(index)",
                by: "ada@ops-1",
                at: at,
                expires: at.advanced(by: .seconds(10)),
                verb: .state(StateRequest(account: account, change: change, reason: "ticket 4711"))
            )
        }
    }

    @Test func `every change is written as its golden line, and read from it`() throws {
        let golden = try Golden.lines("commands-1-state.jsonl")
        let commands = try Self.commands()
        #expect(golden.count == commands.count)
        for (command, bytes) in zip(commands, golden) {
            #expect(
                String(decoding: try command.bytes(), as: UTF8.self) == String(decoding: bytes, as: UTF8.self)
            )
            #expect(try DaemonCommand(bytes) == command)
        }
    }

    @Test func `what is to be erased is written as its golden line, and read from it`() throws {
        let erased = StateChange.ErasedKeys(
            try StreamName("customers"),
            ["cus_1", #"["a",1]"#],
            forgets: true
        )
        let request = StateRequest(
            account: try AccountName("stripe/acme"),
            change: .erase(erased),
            reason: "request 4711"
        )
        let command = DaemonCommand(id: "c1", by: "ada@ops-1", at: Self.at, verb: .state(request))
        let golden = try Golden.bytes("commands-1-erase.json")
        #expect(
            String(decoding: try command.bytes(), as: UTF8.self) == String(decoding: golden, as: UTF8.self)
        )
        #expect(try DaemonCommand(golden) == command)
        // Its children's streams are not known to whoever asks: nobody reads the account meanwhile.
        #expect(request.change.streams == nil && request.change.name == "erase")
    }

    @Test func `what is to be done with dead letters is written as its golden line, and read from it`() throws
    {
        let streams = [try StreamName("charges"), try StreamName("customers")]
        let golden = try Golden.lines("commands-1-letters.jsonl")
        #expect(golden.count == StateChange.LetterWork.allCases.count)
        for (work, bytes) in zip(StateChange.LetterWork.allCases, golden) {
            let change = StateChange.letters(["3f09a1c2b4d5e6f7", "00ff"], of: streams, work)
            let request = StateRequest(
                account: try AccountName("stripe/acme"),
                change: change,
                reason: "mapping mended"
            )
            let command = DaemonCommand(id: "c1", by: "ada@ops-1", at: Self.at, verb: .state(request))
            #expect(
                String(decoding: try command.bytes(), as: UTF8.self) == String(decoding: bytes, as: UTF8.self)
            )
            #expect(try DaemonCommand(bytes) == command)
            #expect(change.streams == ["charges", "customers"] && change.name == "dead \(work.rawValue)")
        }
    }

    @Test(arguments: [
        (#""change":"wipe","reason":"x""#, #"its change is "wipe""#),
        (#""change":"reset","streams":["a b"],"forget":false,"reason":"x""#, "a b"),
        (#""change":"skip","stream":"charges","part":"all","reason":"x""#, #"its part is "all""#),
        (#""change":"set","stream":"charges","to":"noon","reason":"x""#, "no time"),
        (#""change":"remove","reason":"x","force":true"#, #"holds "force""#),
    ])
    func `a change that cannot be read is refused`(members: String, message: String) throws {
        let text =
            #"{"format":1,"id":"c","by":"b","at":"2026-03-01T12:00:00Z","expires":null,"verb":"state","#
            + #""account":"stripe/acme","# + members + "}"
        let error = try #require(throws: StateError.self) { try DaemonCommand(Array(text.utf8)) }
        #expect(error.message.contains(message), "\(error.message)")
    }

    @Test func `the audit says what was, what is, what is left out and why`() throws {
        let account = try AccountName("stripe/acme")
        let stream = try StreamName("charges")
        let bookmark = Bookmark(
            fingerprint: Fingerprint(key: ["id"], version: nil, progress: "window", topic: "t"),
            list: .init(isDone: true),
            window: .init(at: Self.at.advanced(by: .seconds(-3600))),
            updated: 1
        )
        let record = try bookmark.record(account: account, stream: stream)
        let request = StateRequest(
            account: account,
            change: .skip(stream, .before(Self.at)),
            reason: "ticket 4711"
        )
        let changed = try request.applied(to: [record.key: record.value ?? []], by: "ada@ops-1", at: Self.at)
        let entry = AuditEntry(request, changed, by: "ada@ops-1", command: "c1")
        let line = RunLine(at: Self.at, host: "ops-1", event: .audit(entry))
        #expect(try line.bytes() == Golden.bytes("audit-1-state.json"))
        #expect(try RunLine(Golden.bytes("audit-1-state.json")) == line)
    }
}
