import Core
import Kafka
import Testing

/// Every row of the error table that the mock cluster can answer with, through a whole transaction.
@Suite(.timeLimit(.minutes(10)))
struct KafkaErrorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var request: KafkaMock.Request
        var errors: [Int32]
        /// Nil where the client mends it by itself.
        var code: PublishError.Code?
        var testDescription: String { "\(request) \(errors)" }
    }

    static let rows: [Row] = [
        Row(request: .endTransaction, errors: [90], code: .fenced),
        Row(request: .endTransaction, errors: [47], code: .fenced),
        Row(request: .endTransaction, errors: [15, 15], code: nil),
        Row(request: .endTransaction, errors: [16], code: nil),
        Row(request: .endTransaction, errors: [51, 51], code: nil),
        Row(request: .endTransaction, errors: [48], code: .fatal),
        Row(request: .endTransaction, errors: [53], code: .notAuthorized),
        Row(request: .endTransaction, errors: [59], code: .aborted),
        Row(request: .endTransaction, errors: [49], code: .aborted),
        Row(request: .produce, errors: [6], code: nil),
        Row(request: .produce, errors: [19], code: nil),
        Row(request: .produce, errors: [20], code: nil),
        Row(request: .produce, errors: [10], code: .recordTooLarge),
        Row(request: .produce, errors: [87], code: .recordRefused),
        Row(request: .produce, errors: [29], code: .notAuthorized),
        Row(request: .produce, errors: [31], code: .notAuthorized),
        Row(request: .produce, errors: [90], code: .fenced),
        Row(request: .produce, errors: [47], code: .fenced),
        Row(request: .produce, errors: [45], code: .fatal),
        Row(request: .produce, errors: [59], code: .aborted),
        Row(request: .addPartitions, errors: [29], code: .notAuthorized),
        Row(request: .addPartitions, errors: [53], code: .notAuthorized),
        Row(request: .addPartitions, errors: [90], code: .fenced),
        Row(request: .addPartitions, errors: [47], code: .fenced),
        Row(request: .addPartitions, errors: [51, 51], code: nil),
        Row(request: .addPartitions, errors: [3], code: nil),
    ]

    @Test(arguments: rows)
    func anInjectedErrorEndsAsTheTableSays(row: Row) async throws {
        let mock = try KafkaMock()
        try await mock.withProducer { producer in
            try await producer.initTransactions(deadline: .seconds(20))
            mock.push(row.errors, for: row.request)
            var found: PublishError.Code?
            do {
                _ = try await producer.commit(KafkaMock.group(withState: row.request != .produce))
            } catch {
                found = (error as? PublishError)?.code
            }
            #expect(found == row.code)
            // After any error a new producer starts; where the client mended it, this one goes on.
            if row.code != nil {
                #expect(producer.mustRecycle)
            } else {
                _ = try await producer.commit(KafkaMock.group())
            }
        }
    }

    static let initRows: [Row] = [
        Row(request: .initProducerID, errors: [51, 51, 51], code: nil),
        Row(request: .initProducerID, errors: [14, 14, 14], code: nil),
        Row(request: .initProducerID, errors: [50], code: .badSetting),
        Row(request: .initProducerID, errors: [90], code: .fenced),
        Row(request: .initProducerID, errors: [53], code: .notAuthorized),
    ]

    @Test(arguments: initRows)
    func anErrorOfTheFenceEndsAsTheTableSays(row: Row) async throws {
        let mock = try KafkaMock()
        try await mock.withProducer { producer in
            mock.push(row.errors, for: row.request)
            var found: PublishError.Code?
            do { try await producer.initTransactions(deadline: .seconds(20)) } catch {
                found = (error as? PublishError)?.code
            }
            #expect(found == row.code)
        }
    }

    @Test func aRefusedRecordNamesItsStreamTopicKeyAndSize() async throws {
        let mock = try KafkaMock()
        try await mock.withProducer { producer in
            try await producer.initTransactions(deadline: .seconds(20))
            mock.push([87], for: .produce)
            let error = await #expect(throws: PublishError.self) {
                try await producer.commit(KafkaMock.group(events: 1, withState: false))
            }
            #expect(error?.stream == "charges")
            #expect(error?.message.contains("13 bytes, key key, for topic events") == true)
        }
    }

    @Test func aConnectionThatBreaksOnTheCommitIsMendedAndTheProducerReplacedI1() async throws {
        let mock = try KafkaMock()
        try await mock.withProducer { producer in
            try await producer.initTransactions(deadline: .seconds(20))
            let before = try await producer.commit(KafkaMock.group())
            #expect(!before.mustRecycle)
            // The mock answers a transport error by closing the connection.
            mock.push([-195], for: .endTransaction)
            let outcome = try await producer.commit(KafkaMock.group())
            #expect(outcome.mustRecycle)
            #expect(producer.mustRecycle)
        }
    }

    @Test func aSlowCommitAsksForANewProducerI1() async throws {
        let mock = try KafkaMock()
        try await mock.withProducer { producer in
            try await producer.initTransactions(deadline: .seconds(20))
            _ = try await producer.commit(KafkaMock.group())
            mock.setRoundTrip(milliseconds: 600)
            #expect(try await producer.commit(KafkaMock.group()).mustRecycle)
        }
    }

    @Test func aBrokerThatIsAwayEndsInBoundedTimeI7() async throws {
        let mock = try KafkaMock()
        try await mock.withProducer(budget: .seconds(3)) { producer in
            try await producer.initTransactions(deadline: .seconds(20))
            _ = try await producer.commit(KafkaMock.group())
            mock.setDown(true)
            let begun = ContinuousClock.now
            let error = await #expect(throws: PublishError.self) {
                try await producer.commit(KafkaMock.group())
            }
            #expect(error?.code == .unreachable)
            #expect(error?.exitCode == .environment)
            #expect(ContinuousClock.now - begun < .seconds(10))
        }
    }

    @Test func aBrokerThatWasNeverThereEndsInBoundedTimeI7() async throws {
        let settings = KafkaSettings(bootstrap: "127.0.0.1:1")
        let producer = try TransactionalProducer(settings: settings, transactionalID: "t")
        let begun = ContinuousClock.now
        let error = await #expect(throws: PublishError.self) {
            try await producer.initTransactions(deadline: .seconds(2))
        }
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("127.0.0.1:1") == true)
        await producer.close()
        let reader = try TopicReader(settings: settings, patience: .seconds(1))
        let readError = await #expect(throws: PublishError.self) {
            try await reader.highWatermark(topic: "t", partition: 0)
        }
        #expect(readError?.code == .unreachable)
        await reader.close()
        let admin = try KafkaAdmin(settings: settings, patience: .seconds(1))
        let adminError = await #expect(throws: PublishError.self) { try await admin.brokerCount() }
        #expect(adminError?.code == .unreachable)
        await admin.close()
        #expect(ContinuousClock.now - begun < .seconds(120))
    }

    @Test func manyRecordsGoThroughASmallQueue() async throws {
        let mock = try KafkaMock()
        try await mock.withProducer(overrides: [("queue.buffering.max.messages", "100")]) { producer in
            try await producer.initTransactions(deadline: .seconds(20))
            _ = try await producer.commit(KafkaMock.group(events: 5000))
        }
    }

    @Test func closingTwiceAndUsingAClosedProducerAreHarmless() async throws {
        let mock = try KafkaMock()
        try await mock.withProducer { producer in
            try await producer.initTransactions(deadline: .seconds(20))
            await producer.close()
            await producer.close()
            let error = await #expect(throws: PublishError.self) {
                try await producer.commit(KafkaMock.group())
            }
            #expect(error?.code == .fatal)
        }
    }

    @Test func theStepsOfATransactionAreToldInOrder() async throws {
        let mock = try KafkaMock()
        let (steps, continuation) = AsyncStream<TransactionStep>.makeStream()
        let producer = try TransactionalProducer(
            settings: KafkaSettings(bootstrap: mock.bootstrap),
            transactionalID: "t",
            onStep: { continuation.yield($0) }
        )
        try await producer.initTransactions(deadline: .seconds(20))
        _ = try await producer.commit(KafkaMock.group())
        await producer.close()
        continuation.finish()
        var found: [TransactionStep] = []
        for await step in steps { found.append(step) }
        #expect(found == TransactionStep.allCases)
    }
}
