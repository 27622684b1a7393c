import Core
import ProcessSupport
import Testing

@testable import Daemon

@Suite
struct DaemonCommandTests {
    private static func commands() throws -> [DaemonCommand] {
        let at = Instant(nanoseconds: 1_772_366_400_250_000_000)
        let account = try AccountName("stripe/acme")
        let verbs: [DaemonCommand.Verb] = [
            .trigger(schedule: "stripe", insteadOfNext: false),
            .trigger(schedule: "stripe", insteadOfNext: true),
            .pause(schedule: "stripe", reason: "migration", until: at),
            .pause(schedule: "stripe", reason: "", until: nil),
            .resume(schedule: "stripe"),
            .skipNext(schedule: "stripe"),
            .undoSkips(schedule: "stripe"),
            .cancel(run: "r1"),
            .sync(DaemonCommand.SyncRequest(account: account)),
            .sync(
                DaemonCommand.SyncRequest(
                    account: account,
                    streams: ["customers"],
                    limit: 100,
                    since: at,
                    isResync: true,
                    acceptsLoss: true
                )
            ),
        ]
        return verbs.enumerated().map { index, verb in
            DaemonCommand(
                id: "c\(index)",
                by: "ada@ops-1",
                at: at,
                expires: index.isMultiple(of: 2) ? at.advanced(by: .seconds(10)) : nil,
                verb: verb
            )
        }
    }

    @Test func `the commands of backfills are written as their golden lines, and read from them`() throws {
        let at = Instant(nanoseconds: 1_772_366_400_250_000_000)
        let from = try #require(Instant(rfc3339: "2026-01-01T00:00:00Z"))
        let to = try #require(Instant(rfc3339: "2026-02-01T00:00:00Z"))
        let verbs: [DaemonCommand.Verb] = [
            .backfill(
                .init(
                    schedule: "stripe",
                    streams: ["charges"],
                    from: from,
                    to: to,
                    chunk: 3600,
                    isDryRun: true
                )
            ),
            .backfill(.init(schedule: "stripe", from: from, to: to)),
            .resumeBackfill(id: "backfill-1"),
        ]
        let golden = try Golden.lines("commands-1-backfill.jsonl")
        #expect(golden.count == verbs.count)
        for (index, verb) in verbs.enumerated() {
            let command = DaemonCommand(
                id: "c\(index)",
                by: "ada@ops-1",
                at: at,
                expires: index.isMultiple(of: 2) ? at.advanced(by: .seconds(10)) : nil,
                verb: verb
            )
            #expect(
                String(decoding: try command.bytes(), as: UTF8.self)
                    == String(decoding: golden[index], as: UTF8.self)
            )
            #expect(try DaemonCommand(golden[index]) == command)
        }
    }

    @Test func `every command is written as its golden line, and read from it`() throws {
        let golden = try Golden.lines("commands-1.jsonl")
        let commands = try Self.commands()
        #expect(golden.count == commands.count)
        for (command, bytes) in zip(commands, golden) {
            #expect(
                String(decoding: try command.bytes(), as: UTF8.self) == String(decoding: bytes, as: UTF8.self)
            )
            #expect(try DaemonCommand(bytes) == command)
            #expect(command.key == Array(command.id.utf8))
        }
    }

    @Test(arguments: [
        (#"{"format":2,"verb":"explode"}"#, "upgrade sluice"),
        (
            #"{"format":1,"id":"c","by":"b","at":"2026-03-01T12:00:00Z","expires":null,"verb":"explode"}"#,
            #"its verb is "explode""#
        ),
        (
            #"{"format":1,"id":"c","by":"b","at":"2026-03-01T12:00:00Z","expires":null,"verb":"resume","schedule":"s","force":true}"#,
            #"holds "force""#
        ),
        (
            #"{"format":1,"id":"c","by":"b","at":"2026-03-01T12:00:00Z","expires":null,"verb":"sync","account":"acme"}"#,
            "write it as <extractor>/<account>"
        ),
        ("hello", "cannot be read"),
    ])
    func `a command that cannot be read is refused`(text: String, message: String) throws {
        let error = try #require(throws: StateError.self) { try DaemonCommand(Array(text.utf8)) }
        #expect(error.message.contains(message), "\(error.message)")
    }

    @Test func `a damaged command never traps`() throws {
        for golden in try Golden.lines("commands-1.jsonl") {
            for cut in golden.indices {
                #expect(throws: StateError.self) { try DaemonCommand(Array(golden[..<cut])) }
            }
            for index in golden.indices {
                for byte in [UInt8(0), 0x22, 0x7b, 0x30] {
                    var bytes = golden
                    bytes[index] = byte
                    _ = try? DaemonCommand(bytes)
                }
            }
        }
    }
}
