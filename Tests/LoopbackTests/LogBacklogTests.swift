import Core
import ProcessSupport
import Testing

@testable import Kafka

/// Lines on their way to Kafka, without any Kafka.
@Suite struct LogBacklogTests {
    private static let error = ClientError(code: ErrorNumber.outOfOrderSequence, name: "", text: "")

    private static func line(_ number: Int) -> LogBacklog.Line {
        LogBacklog.Line(key: nil, value: Array("\(number)".utf8))
    }

    /// Whatever a client does with what it is given, and however often it is replaced: every line arrives, and the first
    /// arrivals are in order but where a line failed alone.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `every line arrives whatever fails`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var backlog = LogBacklog()
        var given = 0
        var inFlight: [Int] = []
        var arrived: [Int] = []
        var steps = 0
        while given < 200 || backlog.count > 0 {
            steps += 1
            guard steps < 100_000 else { break }
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2 where given < 200:
                backlog.add(Self.line(given))
                given += 1
            case 3...5:
                while let (number, line) = backlog.nextToSend() {
                    #expect(line.value == Array("\(number)".utf8))
                    backlog.sent(number)
                    inFlight.append(number)
                    if Bool.random(using: &random) { break }
                }
            case 6...7 where !inFlight.isEmpty:
                let number = inFlight.removeFirst()
                arrived.append(number)
                backlog.acknowledged(number)
            case 8 where !inFlight.isEmpty:
                // The client is of no more use: of what it had, a beginning has arrived unheard.
                let count = Int.random(in: 0...inFlight.count, using: &random)
                arrived += inFlight.prefix(count)
                backlog.failed(inFlight[0], Self.error)
                #expect(backlog.nextToSend() == nil)
                inFlight = []
            default:
                guard backlog.failure != nil else { continue }
                backlog.beginAnew()
            }
        }
        #expect(backlog.count == 0)
        #expect(backlog.first == given)
        var seen: Set<Int> = []
        #expect(arrived.filter { seen.insert($0).inserted } == Array(0..<200))
    }

    @Test func `I7 so many lines wait at most, and so many bytes`() {
        var backlog = LogBacklog()
        while backlog.hasRoom { backlog.add(Self.line(1)) }
        #expect(backlog.count == LogBacklog.maximumLines)
        backlog.acknowledged(0)
        #expect(backlog.hasRoom)

        var large = LogBacklog()
        let line = LogBacklog.Line(key: nil, value: [UInt8](repeating: 0, count: 1 << 20))
        while large.hasRoom { large.add(line) }
        #expect(large.count == LogBacklog.maximumBytes >> 20)
    }

    @Test func `a line that is left out stands in nobody's way`() {
        var backlog = LogBacklog()
        for number in 0..<3 { backlog.add(Self.line(number)) }
        while let (number, _) = backlog.nextToSend() { backlog.sent(number) }
        backlog.acknowledged(0)
        backlog.failed(1, Self.error)
        backlog.drop(1)
        #expect(backlog.first == 2)
        backlog.beginAnew()
        #expect(backlog.nextToSend()?.number == 2)
    }
}

/// What a writer makes of a broker's errors: the embedded one can be told to answer with them.
@Suite(.timeLimit(.minutes(5))) struct LogWriterTests {
    private func lines(_ mock: KafkaMock) async throws -> [String] {
        let reader = try TopicReader(settings: KafkaSettings(bootstrap: mock.bootstrap))
        var lines: [String] = []
        let end = try await reader.highWatermark(topic: "log", partition: 0)
        _ = try await reader.read(
            topic: "log",
            partition: 0,
            committed: false,
            from: nil,
            upTo: end,
            deadline: .seconds(20)
        ) { lines.append(String(decoding: $0.value ?? [], as: UTF8.self)) }
        await reader.close()
        return lines
    }

    private static let notLeader: Int32 = 6

    @Test(arguments: [
        // Tried again by the library.
        [notLeader, notLeader],
        // Ends the client: a new one goes on.
        [ErrorNumber.outOfOrderSequence],
    ])
    func `an error that passes loses nothing`(errors: [Int32]) async throws {
        let mock = try KafkaMock(topics: ["log"])
        let writer = LogWriter(
            settings: KafkaSettings(bootstrap: mock.bootstrap),
            topic: "log",
            monotonic: .system
        )
        let all = (0..<20).map(String.init)
        for line in all[..<10] { try await writer.append(.init(key: nil, value: Array(line.utf8))) }
        try await writer.flush()
        mock.push(errors, for: .produce)
        // Alone: the embedded broker would take a later request behind one that it answered with an error, as no real one
        // does, and the library counts what goes before as taken then.
        try await writer.append(.init(key: nil, value: Array(all[10].utf8)))
        try await writer.flush()
        for line in all[11...] { try await writer.append(.init(key: nil, value: Array(line.utf8))) }
        try await writer.flush()
        #expect(writer.backlog == 0)
        await writer.close(patience: .seconds(5))
        let found = try await lines(mock)
        #expect(found == all, "\(found)")
        let error = await #expect(throws: PublishError.self) {
            try await writer.append(.init(key: nil, value: []))
        }
        #expect(error?.message.contains("is closed") == true)
    }

    @Test func `a refusal is thrown, and the lines go out once it is over`() async throws {
        let mock = try KafkaMock(topics: ["log"])
        let writer = LogWriter(
            settings: KafkaSettings(bootstrap: mock.bootstrap),
            topic: "log",
            monotonic: .system
        )
        // What was refused before anybody waited is tried again by whoever waits: only the second is certain to be told.
        mock.push([ErrorNumber.topicAuthorization, ErrorNumber.topicAuthorization], for: .produce)
        try await writer.append(.init(key: nil, value: Array("a".utf8)))
        let error = await #expect(throws: PublishError.self) { try await writer.flush() }
        #expect(error?.code == .notAuthorized)
        #expect(error?.message.contains("grant the principal") == true)
        #expect(writer.backlog == 1)
        try await writer.append(.init(key: nil, value: Array("b".utf8)))
        var tries = 0
        while writer.backlog > 0, tries < 3 {
            tries += 1
            try? await writer.flush()
        }
        #expect(try await lines(mock) == ["a", "b"])
        await writer.close(patience: .seconds(5))
    }
}
