import Core
import Events
import Extraction
import JSON
import ProcessSupport
import Runs
import Synchronization
import Testing

/// Records that cannot be published beside others of their page that can.
@Suite("Dead letters of a run")
struct DeadLetterTests {
    private static let whole = """
        extractor: fake
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id, paging: single_page}
        streams:
          products:
            get: /products
            progress: full
            entity: {Product: {fields: {name: name, defaultPrice: {minor: price, currency_code: EUR}}}}
        """

    private let destination = MemoryDestination(FakeService.account)

    private static func product(_ id: String, _ price: String = "100") -> String {
        #"{"id":"\#(id)","name":"n","price":\#(price)}"#
    }

    private func run(
        _ records: [String],
        _ yaml: String = Self.whole,
        into other: MemoryDestination? = nil,
        limit: Int = 100,
        entities: EntityMode = .beside,
        resyncs: Bool = false,
        observer: @escaping RunObserver = { _ in }
    ) async throws -> RunOutcome {
        let body = "{\"data\":[\(records.joined(separator: ","))]}"
        return try await DefinedRun.run(
            yaml,
            FakeService(lists: [:]) { _, _ in FakeService.answer(200, body) },
            into: other ?? destination,
            resyncs: resyncs,
            entities: entities,
            deadLetters: limit,
            observer: observer
        )
    }

    /// Keys of the stream's own topic, those of deletes with a minus before them.
    private func published(_ from: Int = 0) -> [String] {
        destination.events.dropFirst(from).filter { !$0.key.hasPrefix("fake/") }
            .map { ($0.value == nil ? "-" : "") + $0.key }
    }

    @Test("I1: one in a thousand: 999 events, one letter, one transaction, and the bookmark behind them")
    func oneInAThousand() async throws {
        let groups = Locked<[TransactionGroup]>([])
        let watched = MemoryDestination(FakeService.account) { _, group in
            groups.withLock { $0.append(group) }
        }
        let told = Locked<[DeadLetter]>([])
        let records = (0..<1000).map { Self.product("p\($0)", $0 == 500 ? #""free""# : "\($0)") }
        let outcome = try await run(records, into: watched) { event in
            if case .deadLetters("products", let letters) = event { told.withLock { $0 += letters } }
        }
        #expect(outcome.status == .success && outcome.exitCode == 0)
        let group = try #require(groups.withLock { $0 }.first { !$0.letters.isEmpty })
        #expect(group.pages.map(\.events.count) == [999, 999])
        #expect(group.eventCount == 1998)
        #expect(group.letters.count == 1 && watched.letters == told.withLock { $0 })
        #expect(
            group.state.contains {
                $0.key == StateKey.bookmark(FakeService.account, (try? name()) ?? .deadLetters).bytes
            }
        )
        #expect(group.versions.count == 999)
        let letter = try #require(group.letters.first)
        #expect(letter.reason.code == "event.bad_entity")
        #expect(letter.reason.text.contains("record p500 makes no Product"))
        #expect(letter.content == .whole(Array(records[500].utf8)))
        #expect((letter.account, letter.stream.text, letter.run) == (FakeService.account, "products", "r1"))
        #expect((letter.topic, letter.keyText, letter.size) == ("products", "p500", records[500].utf8.count))
        #expect((letter.at, letter.parent) == (DefinedRun.now, nil))
        #expect(letter.bookmark != nil)
        #expect(outcome.json["dead_letters"]?.int == 1)
        #expect(outcome.json["streams"]?["products"]?["dead_letters"]?.int == 1)
        #expect(outcome.streams[0].outcome.note == "1 record is a dead letter: sluice dead list shows them")
    }

    private func name() throws -> StreamName { try StreamName("products") }

    @Test("I2: what was published of it is not taken for absent, and it goes out once it can be published")
    func isThere() async throws {
        _ = try await run([Self.product("a"), Self.product("b")])
        #expect(published() == ["a", "b"])
        // It changes into something that cannot be published, and so does one that nobody knows.
        let bad = [Self.product("a"), Self.product("b", #""x""#), Self.product("c", #""y""#)]
        for _ in 0..<2 {
            #expect(try await run(bad).status == .success)
            #expect(published(4) == [])
        }
        // Each time it is the same letter.
        #expect(destination.letters.map(\.keyText) == ["b", "c", "b", "c"])
        #expect(Set(destination.letters.map(\.id)).count == 2)
        // What is really gone is deleted beside it.
        _ = try await run([Self.product("b", #""x""#)])
        #expect(published(4) == ["-a"])
        // Mended at its source, or in the definition: it goes out, as nothing says that it did.
        _ = try await run([Self.product("b", #""x""#), Self.product("c", #""y""#)], entities: .none)
        #expect(published(6) == ["b", "c"])
        #expect(destination.letters.count == 5)
    }

    @Test("I2: a version that is none is refused by itself, and its key is still there")
    func badVersion() async throws {
        let yaml = """
            extractor: fake
            base_url: http://127.0.0.1:1
            defaults: {records: data, key: id, paging: single_page}
            streams:
              products:
                get: /products
                progress: full
                version: {field: at, format: epoch}
            """
        func record(_ id: String, _ at: String) -> String { #"{"id":"\#(id)","at":\#(at)}"# }
        _ = try await run([record("a", "1"), record("b", "1")], yaml)
        let second = try await run([record("a", #""soon""#), record("b", "2")], yaml)
        #expect(second.status == .success && second.json["dead_letters"]?.int == 1)
        #expect(published() == ["a", "b", "b"])
        #expect(destination.letters.map(\.reason.code) == ["event.bad_version"])
        _ = try await run([record("a", "3"), record("b", "2")], yaml)
        #expect(published(3) == ["a"])
    }

    @Test(
        "a stream stops behind its limit, before the page",
        arguments: [
            (0, 1, "event.bad_entity"), (1, 1, nil), (1, 2, "event.too_many_dead_letters"), (2, 2, nil),
        ] as [(Int, Int, String?)]
    )
    func limit(_ limit: Int, _ bad: Int, _ code: String?) async throws {
        let records = [Self.product("good")] + (0..<bad).map { Self.product("bad\($0)", #""x""#) }
        let outcome = try await run(records, limit: limit)
        let stream = outcome.streams[0].outcome
        #expect(stream.error?.codeText == code)
        #expect(outcome.exitCode == (code == nil ? 0 : 1))
        #expect(published() == (code == nil ? ["good"] : []))
        #expect(destination.letters.count == (code == nil ? bad : 0))
        #expect((try destination.bookmark(of: name()) == nil) == (code != nil))
        guard code == "event.too_many_dead_letters" else { return }
        #expect(stream.error?.message.contains("2 records of this run") == true)
        #expect(stream.error?.message.contains("dead_letters allows 1") == true)
        #expect(stream.error?.message.contains("record bad0") == true)
    }

    @Test("an abort drops the letters with the rest, and they come again with it")
    func aborted() async throws {
        let aborting = MemoryDestination(FakeService.account) { attempt, group in
            if attempt == 1 { throw PublishError(.aborted, "not yet") }
        }
        let outcome = try await run(
            [Self.product("a"), Self.product("b", #""x""#)],
            into: aborting,
            limit: 1
        )
        #expect(outcome.status == .success && outcome.json["dead_letters"]?.int == 1)
        #expect(aborting.letters.count == 1 && aborting.events.count == 2)
    }

    @Test("a destination that has no place for letters fails the stream, and nothing of the page is there")
    func refusedTopic() async throws {
        let refusing = MemoryDestination(FakeService.account) { _, group in
            guard let letter = group.letters.first else { return }
            throw PublishError(.notAuthorized, "closed", stream: letter.stream.text)
        }
        let outcome = try await run([Self.product("a"), Self.product("b", #""x""#)], into: refusing)
        #expect(outcome.streams[0].outcome.error?.codeText == "publish.not_authorized")
        #expect(refusing.events.isEmpty && refusing.letters.isEmpty)
    }

    @Test("what has to go out again since it is lost is not taken for published by a letter")
    func readAnew() async throws {
        _ = try await run([Self.product("a"), Self.product("b")])
        let bookmark = try #require(try destination.bookmark(of: name()))
        let anew = bookmark.anew(isLost: true)
        try await destination.commit(
            TransactionGroup(
                pages: [],
                state: [try anew.record(account: FakeService.account, stream: name())]
            )
        )
        _ = try await run([Self.product("a"), Self.product("b", #""x""#)])
        #expect(published(4) == ["a"])
        // As it was: of the topic nothing is left, so that it goes out all the same.
        _ = try await run([Self.product("a"), Self.product("b")])
        #expect(published(6) == ["b"])
    }

    @Test("a page that has nothing but records that cannot be published moves its bookmark")
    func nothingElse() async throws {
        let outcome = try await run([Self.product("a", #""x""#)], entities: .instead)
        #expect(outcome.status == .success && destination.events.isEmpty)
        #expect(destination.letters.count == 1)
        #expect(try destination.bookmark(of: name())?.list.isDone == true)
    }
}
