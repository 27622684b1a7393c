import Core
import ProcessSupport
import Testing

@testable import Kafka

/// A log of one partition on a real broker: many append and many read, in one order.
@Suite(.enabled(if: TestBroker.isAvailable, "no Kafka broker"), .timeLimit(.minutes(5)))
struct LogTopicTests {
    private func withLog<Value>(
        topic: String? = nil,
        layout: TopicLayout = .runs,
        settings: KafkaSettings? = nil,
        _ body: (LogTopic) async throws -> Value
    ) async throws -> Value {
        let log = try await LogTopic.open(
            settings ?? TestBroker.settings,
            topic: topic ?? TestBroker.name("log"),
            layout: layout
        )
        do {
            let value = try await body(log)
            await log.close()
            return value
        } catch {
            await log.close(patience: .zero)
            throw error
        }
    }

    private static func lines(_ log: LogTopic, from start: LogStart = .beginning) async throws -> [String] {
        var lines: [String] = []
        _ = try await log.read(from: start) { lines.append(Self.text($0.value)) }
        return lines
    }

    private static func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

    private static func append(_ lines: [String], to log: LogTopic) async throws {
        for line in lines { try await log.append(key: Array("k\(line)".utf8), Array(line.utf8)) }
    }

    @Test func `lines are read as they were appended, from any place on`() async throws {
        try await withLog { log in
            #expect(try await log.end() == 0)
            #expect(try await Self.lines(log).isEmpty)
            let lines = (0..<3000).map { "line \($0)" }
            try await Self.append(lines, to: log)
            try await log.flush()
            #expect(log.backlog == 0)
            #expect(try await log.end() == 3000)
            #expect(try await Self.lines(log) == lines)
            #expect(try await Self.lines(log, from: .offset(2990)) == Array(lines[2990...]))
            #expect(try await Self.lines(log, from: .offset(3000)).isEmpty)
            // Behind the end lies nothing yet; that is no error.
            #expect(try await Self.lines(log, from: .offset(9999)).isEmpty)
            var keys: Set<String> = []
            let reached = try await log.read(from: .offset(0), upTo: 10) { keys.insert(Self.text($0.key)) }
            #expect(reached == 10)
            #expect(keys == Set((0..<10).map { "kline \($0)" }))
        }
    }

    @Test func `a time is where reading begins`() async throws {
        try await withLog { log in
            try await Self.append(["a", "b"], to: log)
            try await log.flush()
            var last: Int64 = 0
            _ = try await log.read(from: .beginning) { last = $0.timestamp }
            // The next line comes in a later millisecond.
            while Instant.systemClock().milliseconds <= Int(last) {}
            try await Self.append(["c", "d"], to: log)
            try await log.flush()
            let times = [
                (0, ["a", "b", "c", "d"]), (Int(last) + 1, ["c", "d"]), (Int(last) + 3_600_000, []),
            ]
            for (time, expected) in times {
                #expect(try await Self.lines(log, from: .time(Instant(milliseconds: time))) == expected)
            }
        }
    }

    @Test func `several append at once, and each one's order is kept`() async throws {
        let topic = TestBroker.name("log")
        try await withLog(topic: topic) { log in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for node in 0..<3 {
                    group.addTask {
                        try await withLog(topic: topic) { own in
                            try await Self.append((0..<200).map { "\(node) \($0)" }, to: own)
                            try await own.flush()
                        }
                    }
                }
                try await group.waitForAll()
            }
            let lines = try await Self.lines(log)
            for node in 0..<3 {
                #expect(lines.filter { $0.hasPrefix("\(node) ") } == (0..<200).map { "\(node) \($0)" })
            }
            #expect(lines.count == 600)
        }
    }

    @Test func `following gives what is there and what comes, in order`() async throws {
        try await withLog { log in
            try await Self.append(["0", "1", "2"], to: log)
            try await log.flush()
            let seen = SeenLines()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await log.follow(from: .offset(1)) { record in
                        let line = Self.text(record.value)
                        seen.add("\(record.offset):\(line)")
                        return line != "5"
                    }
                }
                group.addTask {
                    for line in ["3", "4", "5", "6"] {
                        try await Self.append([line], to: log)
                        try await log.flush()
                    }
                }
                try await group.waitForAll()
            }
            #expect(seen.all == ["1:1", "2:2", "3:3", "4:4", "5:5"])
        }
    }

    @Test func `whoever follows is stopped by the end of its task`() async throws {
        try await withLog { log in
            let begun = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                let follows = AsyncStream<Void>.makeStream()
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        try await log.follow(from: .beginning) { _ in
                            follows.continuation.finish()
                            return true
                        }
                    }
                }
                try await Self.append(["0"], to: log)
                for await _ in follows.stream {}
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(ContinuousClock.now - begun < .seconds(20))
        }
    }

    // MARK: How it is laid out

    @Test func `topics are created with one partition and their time to live`() async throws {
        let prefix = try TopicPrefix(TestBroker.name("logs"))
        let runs = try await LogTopic.open(.runs, TestBroker.settings, prefix: prefix)
        let commands = try await LogTopic.open(.commands, TestBroker.settings, prefix: prefix)
        await runs.close()
        await commands.close()
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        for (topic, policy, retention) in [
            (prefix.runsTopic, "compact,delete", "7776000000"),
            (prefix.commandsTopic, "delete", "604800000"),
        ] {
            let description = try #require(try await admin.describeTopic(topic))
            #expect(description.partitions == 1)
            #expect(description.configuration["cleanup.policy"] == policy)
            #expect(description.configuration["retention.ms"] == retention)
        }
        await admin.close()
    }

    @Test(arguments: [
        (2, "delete", "has 2 partitions"), (1, "compact", "cleanup.policy=compact"),
    ])
    func `a topic of another layout is refused`(partitions: Int, policy: String, message: String) async throws
    {
        let topic = try await TestBroker.topic(
            "log",
            partitions: partitions,
            configuration: [("cleanup.policy", policy)]
        )
        let error = await #expect(throws: StateError.self) { try await withLog(topic: topic) { _ in } }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.exitCode == .configuration)
    }

    @Test
    func `a log of runs that an earlier version made is taken, a log of commands that is compacted is not`()
        async throws
    {
        let old = try await TestBroker.topic("log", configuration: [("cleanup.policy", "delete")])
        try await withLog(topic: old) { _ in }
        let compacted = try await TestBroker.topic(
            "log",
            configuration: [("cleanup.policy", "delete,compact")]
        )
        try await withLog(topic: compacted) { _ in }
        let error = await #expect(throws: StateError.self) {
            try await withLog(topic: compacted, layout: .commands) { _ in }
        }
        #expect(error?.message.contains("set it to delete") == true, "\(error?.message ?? "")")
    }

    @Test func `where it may not be created, the error has the command`() async throws {
        var layout = TopicLayout.commands
        layout.replication = 5
        let topic = TestBroker.name("log")
        let error = await #expect(throws: PublishError.self) {
            try await withLog(topic: topic, layout: layout) { _ in }
        }
        let command =
            "--create --topic \(topic) --partitions 1 --replication-factor 5 --config cleanup.policy=delete"
        #expect(error?.message.contains(command) == true, "\(error?.message ?? "")")
    }

    @Test func `I7 a line that the topic does not take is refused, and does not stand in the way`()
        async throws
    {
        let topic = try await TestBroker.topic("log", configuration: [("max.message.bytes", "1000")])
        try await withLog(topic: topic) { log in
            try await Self.append(["a"], to: log)
            try await log.flush()
            // Random, or it would be compressed to nothing.
            try await log.append((0..<5000).map { _ in UInt8.random(in: 0...255) })
            let error = await #expect(throws: PublishError.self) { try await log.flush() }
            #expect(error?.code == .recordTooLarge)
            try await Self.append(["b"], to: log)
            try await log.flush()
            #expect(try await Self.lines(log) == ["a", "b"])
            let huge = await #expect(throws: PublishError.self) {
                try await log.append([UInt8](repeating: 0, count: 1_000_001))
            }
            #expect(huge?.code == .recordTooLarge)
        }
    }

    // MARK: Kafka away

    @Test(.enabled(if: OwnBroker.isAvailable))
    func `nothing is lost and the order kept where Kafka is away meanwhile`() async throws {
        let broker = try await OwnBroker.start()
        let said = SeenLines()
        var settings = broker.settings
        let (isAway, told) = AsyncStream<Void>.makeStream()
        settings.onLog = { line in
            guard line.facility == "LOG" else { return }
            said.add(line.text)
            told.yield()
        }
        let topic = TestBroker.name("log")
        try await withLog(topic: topic, settings: settings) { log in
            try await Self.append((0..<100).map(String.init), to: log)
            try await log.flush()
            try await broker.kill()
            try await Self.append((100..<300).map(String.init), to: log)
            #expect(log.backlog == 200)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await log.flush() }
                group.addTask {
                    // Back only once it was said to be away.
                    for await _ in isAway { break }
                    try await broker.restart()
                    try await Self.append((300..<310).map(String.init), to: log)
                }
                try await group.waitForAll()
            }
            try await log.flush()
            #expect(log.backlog == 0)
            #expect(try await Self.lines(log) == (0..<310).map(String.init))
            #expect(said.all.first?.contains("lines wait for Kafka") == true)
        }
        await broker.stop()
    }

    @Test(.enabled(if: OwnBroker.isAvailable))
    func `waiting for an acknowledgement ends with its task, and the lines stay`() async throws {
        let broker = try await OwnBroker.start()
        try await withLog(settings: broker.settings) { log in
            try await Self.append(["0"], to: log)
            try await log.flush()
            try await broker.kill()
            try await Self.append(["1"], to: log)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await #expect(throws: CancellationError.self) { try await log.flush() } }
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(log.backlog == 1)
            try await broker.restart()
            try await log.flush()
            #expect(try await Self.lines(log) == ["0", "1"])
        }
        await broker.stop()
    }
}
