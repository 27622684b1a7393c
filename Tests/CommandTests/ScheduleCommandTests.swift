import Foundation
import JSON
import ProcessSupport
import Testing

/// `sluice schedule`: the built command.
@Suite("The commands about schedules", .timeLimit(.minutes(3)))
struct ScheduleCommandTests {
    private struct Ended {
        var code: Int32
        var output: String
        var errors: String
        var json: JSONValue { (try? JSONValue.parse(Array(output.utf8))) ?? .null }
    }

    private func run(_ words: [String], environment: [String: String] = [:]) async throws -> Ended {
        let process = try SluiceProcess(["schedule"] + words, environment: environment)
        try #require(await process.waitForEnd(atMost: 60))
        return Ended(code: process.exitCode, output: process.standardOutput, errors: process.standardError)
    }

    private static let berlin = ["--time-zone", "Europe/Berlin"]

    @Test("the next times, with what the clocks do to them")
    func next() async throws {
        let ended = try await run(
            ["next", "30 2 * * *", "--from", "2026-03-28", "--count", "3"] + Self.berlin
        )
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(
            ended.output == """
                Europe/Berlin         OFFSET       UTC                   REMARK
                Sat 2026-03-28 02:30  +01:00 CET   2026-03-28T01:30:00Z
                Sun 2026-03-29 03:00  +02:00 CEST  2026-03-29T01:00:00Z  02:30 does not exist on this day: runs at 03:00
                Mon 2026-03-30 02:30  +02:00 CEST  2026-03-30T00:30:00Z

                """
        )
        let json = try await run(
            [
                "next", "30 2 * * *", "--from", "2026-10-25", "--count", "1", "--dst", "both", "--output",
                "json",
            ]
                + Self.berlin
        )
        #expect(json.json["next"]?[0]?["nominal"]?.text == "2026-10-25T00:30:00Z")
        #expect(json.json["next"]?[0]?["local"]?.text == "2026-10-25T02:30:00+02:00")
        #expect(json.json["next"]?[0]?["remark"]?.text == "the clocks go back: first pass (CEST)")
        #expect(json.json["next"]?[0]?["skipped"]?.isNull == true)
        #expect(json.json["time_zone"]?.text == "Europe/Berlin")
    }

    @Test("a schedule's file, its calendar and its jitter")
    func file() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "sluice-schedule-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("crm.yaml").path
        let text = """
            extractor: stripe
            account: acme
            when: "0 12 * * *"
            time_zone: Europe/Berlin
            jitter: 10m
            exclude: [{name: holidays, dates: [12-25]}]
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let next = try await run(["next", path, "--from", "2026-12-24", "--count", "2", "--output", "json"])
        #expect(next.json["schedule"]?.text == "crm")
        #expect(next.json["next"]?[1]?["skipped"]?.text == "calendar: holidays")
        #expect(next.json["next"]?[0]?["due"] != next.json["next"]?[0]?["nominal"])
        let described = try await run(["describe", path, "--from", "2026-12-24"])
        #expect(described.output.hasPrefix("at 12:00, every day, Europe/Berlin\none run makes up for"))
        #expect(described.output.contains("ticks within holidays are skipped\n"))
        let misplaced = try await run(["next", path] + Self.berlin)
        #expect(misplaced.code == 2)
        #expect(misplaced.errors.contains("--time-zone is for an expression"))
        // What says nothing of when is no schedule.
        try Data("extractor: stripe\n".utf8).write(to: URL(fileURLWithPath: path))
        let silent = try await run(["describe", path])
        #expect(silent.code == 2)
        #expect(silent.errors.contains("says nothing of when it runs; add when:"))
    }

    @Test("words")
    func describe() async throws {
        let ended = try await run(
            ["describe", "30 2,8 * * mon-fri", "--from", "2026-01-01T00:00:00Z"] + Self.berlin
        )
        #expect(ended.code == 0)
        #expect(ended.output.hasPrefix("at 02:30 and 08:30, Monday to Friday, Europe/Berlin\n"))
        #expect(ended.output.contains("\nin numbers: 30 2,8 * * 1-5\n"))
        let json = try await run(["describe", "@every 90m", "--output", "json"])
        #expect(json.json["words"]?.text == "every 1 hour and 30 minutes, counted in UTC")
    }

    @Test("traps and errors")
    func lint() async throws {
        let ended = try await run(["lint", "*/7 * * * *", "0 4 * * fri"])
        #expect(ended.code == 0)
        #expect(ended.output.hasPrefix("*/7 * * * *: warning: */7 is not even over the hour"))
        #expect(ended.output.hasSuffix(" [uneven_step]\n"))
        #expect(try await run(["lint", "--strict", "*/7 * * * *"]).code == 2)
        #expect(try await run(["lint", "--strict", "H * * * *"]).code == 0)
        let wrong = try await run(["lint", "0 25 * * *", "--output", "json"])
        #expect(wrong.code == 2)
        #expect(wrong.json[0]?["severity"]?.text == "error")
        #expect(wrong.json[0]?["code"]?.text == "schedule.bad_field")
    }

    /// A file that is gone when the body is over.
    private func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString).yaml"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    @Test("lint looks at all of a file, and reads nothing that it refers to")
    func lintFile() async throws {
        let wrong = """
            extractor: stripe
            account: A B
            when: "0 25 * * *"
            settings: {api_kye: env:NOWHERE}
            """
        try await withFile(wrong) { path in
            // What stands in the file's keys is told first: the rest rests on them.
            let ended = try await run(["lint", path])
            #expect(ended.code == 2)
            #expect(ended.output.hasPrefix("\(path): error: \(path):3:7: "), "\(ended.output)")
        }
        let other = """
            extractor: stripe
            account: A B
            when: "0 4 * * *"
            time_zone: Europe/Belrin
            settings: {zzz: env:NOWHERE}
            streams: [custmers, charges, nothing]
            topic_prefix: A.B
            kafka: {bootstrap: "b:1", set: {acks: 1}}
            """
        try await withFile(other) { path in
            let ended = try await run(["lint", path, "--output", "json"])
            #expect(ended.code == 2)
            let texts = ended.json.elements?.compactMap { $0["text"]?.text } ?? []
            for part in [
                "did you mean Europe/Berlin?", ":2:10: ", ":5:17: there is no setting zzz",
                ":5:11: missing: api_key", ":6:11: ", ":6:30: ", ":7:15: ", ":8:39: acks",
            ] {
                #expect(texts.count { $0.contains(part) } == 1, "\(part) in \(texts)")
            }
        }
        let sound = """
            extractor: stripe
            account: acme
            when: "H 4 * * *"
            settings: {api_key: env:SLUICE_TEST_NOT_SET}
            connection: {ca_file: /nowhere/ca.pem}
            """
        try await withFile(sound) { path in
            let ended = try await run(["lint", "--strict", path])
            #expect(ended.output == "nothing to say\n")
            #expect(ended.code == 0)
        }
    }

    @Test("a tick that a calendar defers is not called skipped, and told with its time")
    func deferred() async throws {
        let text = """
            when: "0 12 * * *"
            time_zone: Europe/Berlin
            exclude: [{name: holidays, dates: [12-25..12-26]}]
            exclude_action: defer
            """.replacing("12-25..12-26", with: "2026-12-25..2026-12-26")
        try await withFile(text) { path in
            let words = ["next", path, "--from", "2026-12-25", "--count", "3"]
            let ended = try await run(words)
            let lines = ended.output.split(separator: "\n")
            #expect(lines[1].hasSuffix("deferred to 2026-12-27 00:00: calendar: holidays"), "\(ended.output)")
            #expect(!lines[3].contains("deferred"))
            #expect(!ended.output.contains("skipped"))
            let next = try await run(words + ["--output", "json"]).json["next"]?[0]
            #expect(next?["skipped"]?.isNull == true)
            #expect(next?["deferred"]?.text == "calendar: holidays")
            #expect(next?["deferred_to"]?.text == "2026-12-26T23:00:00Z")
        }
    }

    @Test("what cannot be followed is said with its remedy")
    func refused() async throws {
        let expression = try await run(["next", "0 0 31 2 *"])
        #expect(expression.code == 2)
        #expect(expression.errors.contains("names a day that never comes"))
        let zone = try await run(["next", "@daily", "--time-zone", "Europe/Belrin"])
        #expect(zone.errors.contains("did you mean Europe/Berlin?"))
        let nowhere = try await run(
            ["next", "@daily", "--time-zone", "Europe/Berlin"],
            environment: ["TZDIR": "/nowhere"]
        )
        #expect(nowhere.code == 2)
        #expect(nowhere.errors.contains("install the package tzdata, or set TZDIR"))
        #expect(try await run(["next", "@daily", "--from", "tomorrow"]).code == 2)
    }
}
