import Foundation
import JSON
import ProcessSupport
import Simulators
import Testing

/// `sluice demo` as it is started by whoever has just cloned it.
@Suite("The demonstration", .timeLimit(.minutes(3)))
struct DemoTests {
    /// Its own place for temporary folders, which it must leave empty.
    private let temporary: URL

    init() throws {
        temporary = FileManager.default.temporaryDirectory.appendingPathComponent("demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    }

    private var environment: [String: String] { ["TMPDIR": temporary.path] }

    private func expectNothingLeft() throws {
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty)
        try FileManager.default.removeItem(at: temporary)
    }

    @Test("once: the numbers are those of the account, byte by byte, and nothing is left behind")
    func once() async throws {
        let process = try SluiceProcess(
            ["demo", "--once", "--records", "40", "--seed", "7", "--output", "json"],
            environment: environment
        )
        try #require(await process.waitForEnd(atMost: 90))
        #expect(process.exitCode == 0, "\(process.standardError)")
        let summary = try JSONValue.parse(Array(process.standardOutput.utf8))
        #expect(
            summary.members?.map(\.name) == [
                "status", "runs", "records", "deletes", "transactions", "seconds", "changes", "streams",
                "differences", "error",
            ]
        )
        #expect(summary["status"]?.text == "success")
        // Two schedules, before and after the changes.
        #expect(summary["runs"]?.int == 4)
        #expect(summary["differences"]?.int == 0)
        // The same account beside it: what was done to it, and what it holds then.
        let twin = try StripeSimulator(
            .init(seed: 7, records: 40, faults: ["silent_changes": .init()], clockSpeed: 0)
        )
        let changes = try twin.change(creates: 12, updates: 24, deletes: 8)
        #expect(summary["changes"]?["deleted"]?.int == changes.count { $0.action == .deleted })
        #expect(summary["changes"]?["created"]?.int == changes.count { $0.action == .created })
        #expect(summary["streams"]?.members?.count == StripeSimulator.allStreams.count)
        for stream in StripeSimulator.allStreams {
            let found = summary["streams"]?["stripe/\(stream)"]
            let expected = twin.truth(stream).reduce(0) { count, _ in count + 1 }
            #expect(found?["keys"]?.int == expected, "\(stream)")
            #expect(found?["account_records"]?.int == expected, "\(stream)")
            #expect((found?["records"]?.int ?? 0) >= expected, "\(stream)")
        }
        #expect((summary["deletes"]?.int ?? 0) > 0)
        // No terminal: lines, and nothing that draws.
        #expect(process.standardError.hasPrefix("page     http://127.0.0.1:"))
        #expect(process.standardError.contains("hides nothing from read_committed"))
        #expect(process.standardError.contains("after 4 runs: "))
        #expect(!process.standardError.contains("\u{1B}"))
        try expectNothingLeft()
    }

    @Test("on a terminal it is redrawn in place, and no line is wider")
    func terminal() async throws {
        let screen = try await screen(columns: 100, rows: 40)
        #expect(screen.contains("\u{1B}[J"))
        #expect(screen.contains("last events, read back:"))
        #expect(screen.contains("the same byte by byte"))
        let drawn = screen.components(separatedBy: "\u{1B}[J").dropFirst().dropLast().joined()
        #expect(drawn.components(separatedBy: "\r\n").allSatisfy { $0.count < 110 })
        try expectNothingLeft()
    }

    @Test("a terminal of the usual size gets all of it")
    func smallTerminal() async throws {
        let blocks = try await screen(columns: 80, rows: 24).components(separatedBy: "\u{1B}[J").dropFirst()
        // What is drawn while it runs fits, sum included; the last one stays and may be higher.
        for block in blocks.dropLast() {
            let lines = block.components(separatedBy: "\u{1B}[")[0].split(separator: "\r\n")
            #expect(lines.count <= 23)
            #expect(lines.allSatisfy { $0.count < 80 && !$0.contains("…") }, "\(block)")
            #expect(lines.contains { $0.hasPrefix("all ") }, "\(block)")
        }
        for stream in StripeSimulator.allStreams {
            #expect(blocks.last?.contains("\r\nstripe/\(stream) ") == true, "\(stream)")
        }
        try expectNothingLeft()
    }

    /// All that a demonstration writes to a terminal of a size.
    private func screen(columns: Int, rows: Int) async throws -> String {
        let size = "stty cols \(columns) rows \(rows)"
        let process = try SluiceProcess(
            program: "/usr/bin/script",
            [
                "--quiet", "--return", "--command",
                "\(size); '\(SluiceProcess.binary)' demo --once --records 10", "/dev/null",
            ],
            environment: environment.merging(["TERM": "xterm"]) { $1 }
        )
        try #require(await process.waitForEnd(atMost: 90))
        #expect(process.exitCode == 0, "\(process.standardError)")
        return process.standardOutput
    }

    @Test("it syncs again and again until a signal, which ends it well", arguments: [SIGINT, SIGTERM])
    func forever(signal: Int32) async throws {
        let process = try SluiceProcess(
            ["demo", "--records", "10", "--changes-per-minute", "1200"],
            environment: environment
        )
        // The first reads the lists; what changed meanwhile comes with a later one.
        #expect(await process.errorLine(holding: "after ", atMost: 60) != nil)
        let later = await process.errorLine(holding: " deletes more", atMost: 60)
        #expect(later != nil)
        process.signal(signal)
        try #require(await process.waitForEnd(atMost: 30))
        #expect(process.exitCode == 0, "\(process.standardError)")
        #expect(process.standardOutput.contains("success: "))
        try expectNothingLeft()
    }

    @Test(
        "examples/retail joins what its three services know of one customer",
        .enabled(if: VendorClient.isAvailable)
    )
    func retail() async throws {
        let process = try SluiceProcess(
            ["demo", "--records", "60", "--changes-per-minute", "0", "--listen", "127.0.0.1:0"],
            environment: environment
        )
        let heading = try #require(await process.errorLine(holding: "kafka ", atMost: 60))
        let address = try #require(heading.split(separator: " ").first { $0.hasPrefix("127.0.0.1:") })
        var lines = 0
        var first: Substring = ""
        // Whenever runs are over, until each service was read.
        while !first.hasSuffix("hubspot, stripe, zendesk"), lines < 20 {
            lines += 1
            try #require(await process.errorLine(holding: "after ", times: lines, atMost: 60) != nil)
            let text = try await VendorClient.run(
                program: "examples/retail/customer.py",
                ["--kafka", String(address)]
            )
            first = text.split(separator: "\n").dropFirst().first ?? ""
        }
        #expect(first.hasSuffix("hubspot, stripe, zendesk"))
        #expect(first.contains("@example.com "))
        process.signal(SIGTERM)
        try #require(await process.waitForEnd(atMost: 30))
        #expect(process.exitCode == 0, "\(process.standardError)")
        try expectNothingLeft()
    }

    @Test("the page shows the schedules of all services, each of which runs; a port that is taken gives way")
    func page() async throws {
        let other = try StripeSimulator(.init(records: 1))
        let taken = try other.start()
        defer { other.stop() }
        let process = try SluiceProcess(
            ["demo", "--records", "10", "--changes-per-minute", "600", "--listen", "127.0.0.1:\(taken)"],
            environment: environment
        )
        let heading = try #require(await process.errorLine(holding: "page ", atMost: 60))
        #expect(heading.hasSuffix(" (port \(taken) is taken)"))
        let digits = heading.split(separator: " ")[1].split(separator: ":").last
        let client = LoopbackClient(port: try #require(digits.flatMap { UInt16($0) }))
        let page = await client.request("GET", "/")
        #expect(String(decoding: page.body, as: UTF8.self).contains("<title>sluice</title>"))
        var succeeded: Set<String> = []
        let all: Set = ["billing", "crm", "payments", "support"]
        var lines = 0
        // Whenever runs are over, until each schedule had one: they have different times.
        while succeeded != all, lines < 20 {
            lines += 1
            try #require(await process.errorLine(holding: "after ", times: lines, atMost: 60) != nil)
            let answer = try JSONValue.parse(await client.request("GET", "/api/v1/schedules").body)
            let schedules = answer["schedules"]?.elements ?? []
            #expect(Set(schedules.compactMap { $0["id"]?.text }) == all)
            for schedule in schedules
            where schedule["last_runs"]?.elements?.contains(where: { $0["status"]?.text == "success" })
                == true
            {
                succeeded.insert(schedule["id"]?.text ?? "")
            }
        }
        #expect(succeeded == all)
        process.signal(SIGINT)
        try #require(await process.waitForEnd(atMost: 30))
        #expect(process.exitCode == 0, "\(process.standardError)")
        for service in ["stripe", "zendesk", "hubspot"] {
            #expect(process.standardOutput.contains("\n\(service)/"))
        }
        try expectNothingLeft()
    }

    @Test("it ends by itself when its time is over, silently where that was asked")
    func seconds() async throws {
        let process = try SluiceProcess(
            ["demo", "--records", "5", "--seconds", "1", "--quiet"],
            environment: environment
        )
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 0)
        #expect(process.standardError.isEmpty)
        try expectNothingLeft()
    }

    @Test(
        "what makes no sense is refused",
        arguments: [
            (["--records", "0"], "--records"), (["--once", "--seconds", "5"], "--seconds"),
            (["--changes-per-minute", "x"], "--changes-per-minute"),
            (["--listen", "0.0.0.0:8600"], "--listen"),
        ]
    )
    func refusals(words: [String], says: String) async throws {
        let process = try SluiceProcess(["demo"] + words, environment: environment)
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 2)
        #expect(process.standardError.contains(says))
        try expectNothingLeft()
    }
}
