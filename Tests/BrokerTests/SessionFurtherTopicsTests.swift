import Core
import Testing

@testable import Kafka

/// Topics that a session takes on after its start.
@Suite(.enabled(if: TestBroker.isAvailable, "no Kafka broker"), .timeLimit(.minutes(3)))
struct SessionFurtherTopicsTests {
    private let fixture: SessionFixture
    private let stream: StreamName
    private let topic: EventTopic

    init() throws {
        fixture = try SessionFixture()
        stream = try StreamName("objects_car")
        topic = EventTopic(
            stream: stream,
            topic: try TopicTemplate.standard.topic(
                prefix: fixture.prefix,
                account: fixture.account,
                stream: stream
            )
        )
    }

    private func group(_ numbers: ClosedRange<Int>) throws -> TransactionGroup {
        let page = ProducerFixture.page(
            topic: topic.topic,
            stream: stream.text,
            numbers.map { ("c\($0)", #"{"id":"c\#($0)"}"#) }
        )
        let bookmark = Bookmark(
            fingerprint: Fingerprint(key: ["id"], version: nil, progress: "list", topic: topic.topic),
            list: .init(records: numbers.upperBound, pages: 1),
            updated: 1
        )
        return TransactionGroup(
            pages: [page],
            state: [try bookmark.record(account: fixture.account, stream: stream)]
        )
    }

    /// A session that takes the topic on; gives the error where it is refused.
    @discardableResult
    private func sync(
        resyncs: StreamChoice = [],
        acceptsLoss: Bool = false,
        _ body: (AccountSession) async throws -> Void = { _ in }
    ) async throws -> (any SluiceError)? {
        var settings = try fixture.settings()
        settings.resyncs = resyncs
        settings.acceptsLoss = acceptsLoss
        let session = try await AccountSession.start(settings)
        var refusal: (any SluiceError)?
        do {
            try await session.add([topic])
            try await body(session)
        } catch let error as any SluiceError {
            refusal = error
            // Nothing else is hurt by it.
            try await session.commit(fixture.group(1...1))
        }
        await session.end()
        return refusal
    }

    /// The topic's length as the account's state has it.
    private func kept() async throws -> [Int64]? {
        let key = StateKey.topic(fixture.account, topic.topic).bytes
        let records = try await TestBroker.records(of: fixture.prefix.stateTopic)[Int(fixture.partition)]
        return try records.last { $0.key == key }?.value.map {
            try KeptTopic($0, account: fixture.account, topic: topic.topic).ends
        }
    }

    @Test func `a topic is created, its length kept at once and again at the end`() async throws {
        let error = try await sync { session throws in
            #expect(try await kept() == [0])
            try await session.commit(group(1...3))
        }
        #expect(error == nil)
        #expect(try await TestBroker.records(of: topic.topic).joined().count == 3)
        // Three events, and the transaction's end where the broker had written it: it does so behind the commit's answer.
        #expect([[3], [4]].contains(try await kept()))
        let again = try await sync { session throws in
            #expect(try session.bookmark(of: stream)?.list.records == 3)
            #expect(session.lost.isEmpty)
        }
        #expect(again == nil)
        #expect(try await kept() == [4])
        // Where it is not taken on, what is kept stays.
        let other = try await AccountSession.start(fixture.settings())
        await other.end()
        #expect(try await kept() == [4])
    }

    @Test func `I2: one that became shorter is refused until a resync of its family`() async throws {
        try await sync { session in try await session.commit(group(1...3)) }
        try await fixture.write([
            KeptTopic(topic: topic.topic, ends: [1000]).record(account: fixture.account)
        ])
        for _ in 0..<2 {
            let error = try #require(try await sync())
            #expect(error.codeText == "state.topic_shrank")
            #expect(error.message.contains("--accept"))
            #expect(error.exitCode == .configuration)
        }
        #expect(try await kept() == [1000], "a refusal changes nothing")
        let error = try await sync(resyncs: StreamChoice([], families: ["objects"])) { session throws in
            #expect(session.lost == [stream])
        }
        #expect(error == nil)
        // Nothing was read: what is due stays so, whatever the next run is told.
        try await sync { session throws in
            #expect(session.lost.isEmpty)
            let bookmark = try #require(try session.bookmark(of: stream))
            #expect(bookmark.list == Bookmark.List(read: 2, isAnew: true))
        }
    }

    @Test func `I2: one that became shorter is gone along with when it is accepted`() async throws {
        try await sync { session in try await session.commit(group(1...3)) }
        try await fixture.write([
            KeptTopic(topic: topic.topic, ends: [1000]).record(account: fixture.account)
        ])
        #expect(try await sync(acceptsLoss: true) == nil)
        #expect(try await sync() == nil, "accepted once, it is the new length")
    }

    @Test func `I2: a bookmark that is missing where its events exist is refused`() async throws {
        let key = StateKey.bookmark(fixture.account, stream).bytes
        try await sync { session throws in
            try await session.commit(group(1...3))
            try await session.commit(
                TransactionGroup(pages: [], state: [StateRecord(key: key, value: nil)])
            )
        }
        #expect(try await sync()?.codeText == "state.missing")
    }

    @Test func `what was read anew stays read when the session says good-bye`() async throws {
        try await sync { session in try await session.commit(group(1...3)) }
        try await fixture.write([
            KeptTopic(topic: topic.topic, ends: [1000]).record(account: fixture.account)
        ])
        try await sync(resyncs: [stream]) { session throws in
            #expect(session.lost == [stream])
            try await session.commit(group(1...5))
        }
        try await sync { session throws in
            #expect(try session.bookmark(of: stream)?.list.records == 5)
        }
    }
}
