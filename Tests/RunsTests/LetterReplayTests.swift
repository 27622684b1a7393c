import Core
import Events
import Extraction
import JSON
import ProcessSupport
import Runs
import Testing

/// What becomes of dead letters whose records are to be published after all.
@Suite("The replay of dead letters")
struct LetterReplayTests {
    /// Streams of products whose price is taken from a field, read as `how` says.
    private static func yaml(_ price: String, _ how: String) -> String {
        """
        extractor: fake
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id, paging: single_page}
        streams:
          products:
            get: /products
            \(how)
            entity: {Product: {fields: {defaultPrice: {minor: \(price), currency_code: EUR}}}}
        """
    }

    private static let whole = "progress: full"
    private static let versioned = "progress: full\n    version: {field: at, format: number}"
    /// Read once: nothing is remembered of it.
    private static let once = "version: {field: at, format: number}"

    private let destination = MemoryDestination(FakeService.account)
    private let later = DefinedRun.now.advanced(by: .seconds(600))

    private static func product(_ id: String, _ price: String = #""x""#, at: Int = 1) -> String {
        #"{"id":"\#(id)","price":\#(price),"cents":5,"at":\#(at)}"#
    }

    private func run(_ records: [String], _ how: String, at now: Instant = DefinedRun.now) async throws {
        let body = "{\"data\":[\(records.joined(separator: ","))]}"
        let outcome = try await DefinedRun.run(
            Self.yaml("price", how),
            FakeService(lists: [:]) { _, _ in FakeService.answer(200, body) },
            into: destination,
            now: now,
            entities: .beside,
            deadLetters: 100
        )
        #expect(outcome.status == .success, "\(outcome.json.compactText)")
    }

    private func stream(_ price: String, _ how: String, _ protection: RecordProtection? = nil) throws
        -> LetterReplay.Stream
    {
        let definition = try ExtractorDefinition.decode(Array(Self.yaml(price, how).utf8), file: "fake.yaml")
        let stream = try definition.stream(named: "products")
        let topic = EventTopic(stream: try StreamName("products"), topic: "products")
        var plan = StreamPlan(
            stream,
            of: definition,
            account: FakeService.account,
            to: topic,
            protection: protection
        )
        plan.outlet = StreamOutlet(
            EntityMapper(
                stream.entities,
                currencies: definition.currencies,
                account: FakeService.account,
                stream: stream.name,
                prefix: try TopicPrefix("p"),
                protection: protection
            ),
            .beside
        )
        plan.bookmark = try destination.bookmark(of: topic.stream)
        return LetterReplay.Stream(
            plan: plan,
            records: try KeptRecords(of: stream, in: definition, settings: [:])
        )
    }

    /// Decides and commits; gives what became of each letter.
    private func replay(
        _ letters: [DeadLetter],
        _ how: String,
        price: String = "cents",
        protection: RecordProtection? = nil,
        published: (LetterReplay.Doubt) -> Instant? = { _ in nil }
    ) async throws -> [LetterReplay.End] {
        let stream = try stream(price, how, protection)
        let replay = try LetterReplay(letters, versions: destination.versions, now: later) { _ in stream }
        let steps = try replay.steps(published: published)
        for step in steps { try await destination.commit(step.group) }
        #expect(steps.count == 1)
        let settled = Set(steps.flatMap(\.group.settled).map(\.id))
        for (letter, end) in steps.flatMap(\.ends) {
            let stays = if case .kept = end { true } else { false }
            #expect(settled.contains(letter.id) == !stays)
        }
        return steps.flatMap(\.ends).map(\.end)
    }

    @Test("a letter of the time before a policy goes out as the policy has it")
    func protected() async throws {
        let record = #"{"id":"a","price":"x","cents":5,"at":1,"who":"Ann"}"#
        try await run([record], Self.whole)
        #expect(destination.letters.map { String(decoding: $0.kept, as: UTF8.self) } == [record])
        let mask = RecordProtection([.init(path: ["who"], treatment: Treatment(.mask, .name))], key: nil)
        let ends = try await replay(destination.letters, Self.whole, protection: mask)
        #expect(ends == [.published(events: 2)])
        #expect(destination.events.count == 2)
        #expect(destination.events.first?.value == record.replacing("Ann", with: "***"))
        #expect(destination.events.allSatisfy { $0.value?.contains("Ann") == false })
    }

    @Test("a letter that may no longer say whether its record is deleted stays, and nothing goes out")
    func hiddenDelete() async throws {
        let how = Self.whole + "\n    deleted_when: \"{{ record.who == 'gone' }}\""
        try await run([#"{"id":"a","price":"x","cents":5,"at":1,"who":"Ann"}"#], how)
        let mask = RecordProtection([.init(path: ["who"], treatment: Treatment(.mask, .name))], key: nil)
        let ends = try await replay(destination.letters, how, protection: mask)
        #expect(isKept(ends.first, "stands in a personal field"))
        #expect(destination.events.isEmpty)
    }

    private func isOvertaken(_ end: LetterReplay.End?) -> Bool {
        if case .overtaken = end { true } else { false }
    }

    private func isKept(_ end: LetterReplay.End?, _ text: String) -> Bool {
        if case .kept(let reason) = end { reason.contains(text) } else { false }
    }

    @Test(
        "mended, it goes out with its entity, and no run publishes it again",
        arguments: [whole, versioned]
    )
    func mended(how: String) async throws {
        try await run([Self.product("a", "1"), Self.product("b")], how)
        #expect(destination.events.map(\.key) == ["a", "fake/one:products:a"])
        #expect(try await replay(destination.letters, how) == [.published(events: 2)])
        #expect(destination.events.dropFirst(2).map(\.key) == ["b", "fake/one:products:b"])
        #expect(destination.events[2].value == Self.product("b"))
        // What it says of its price the definition of the runs here cannot publish still: it is known, and skipped.
        try await run([Self.product("a", "1"), Self.product("b")], how, at: later)
        #expect(destination.events.count == 4)
        // Replayed twice it tells nothing new.
        let again = try await replay([destination.letters[0]], how)
        #expect(isOvertaken(again.first) && destination.events.count == 4)
    }

    @Test("what still cannot be published stays, with the reason")
    func stillRefused() async throws {
        try await run([Self.product("b")], Self.whole)
        let ends = try await replay(destination.letters, Self.whole, price: "price")
        #expect(isKept(ends.first, "makes no Product") && isKept(ends.first, "[event.bad_entity]"))
        #expect(destination.events.isEmpty)
        var head = try #require(destination.letters.first)
        head.content = .head(Array("{".utf8))
        #expect(isKept(try await replay([head], Self.whole).first, "only the first 1 of its"))
    }

    @Test("an older record does not go out over a newer one", arguments: [whole, versioned])
    func overtaken(how: String) async throws {
        try await run([Self.product("b", at: 1)], how)
        let letters = destination.letters
        try await run([Self.product("b", "7", at: 2)], how, at: DefinedRun.now.advanced(by: .seconds(60)))
        let count = destination.events.count
        #expect(isOvertaken(try await replay(letters, how).first))
        #expect(destination.events.count == count)
    }

    @Test("of two letters of a key the newer one stands in the end")
    func twoVersions() async throws {
        try await run([Self.product("b", at: 1)], Self.versioned)
        try await run(
            [Self.product("b", #""y""#, at: 2)],
            Self.versioned,
            at: DefinedRun.now.advanced(by: .seconds(60))
        )
        // The full read since did not have the first any more.
        let ends = try await replay(destination.letters, Self.versioned)
        #expect(isOvertaken(ends.first) && ends.last == .published(events: 2))
        #expect(destination.events.map(\.id) == ["b:2", "fake/one:products:b:2"])
    }

    @Test("a record that a later full read did not have is not brought back")
    func gone() async throws {
        try await run([Self.product("a", "1"), Self.product("b")], Self.whole)
        let letters = destination.letters
        try await run([Self.product("a", "1")], Self.whole, at: DefinedRun.now.advanced(by: .seconds(60)))
        let ends = try await replay(letters, Self.whole)
        #expect(isOvertaken(ends.first), "\(ends)")
        #expect(destination.events.count == 2)
    }

    @Test(
        "where nothing is remembered the topic says whether its key was published since",
        arguments: [(nil, "published"), (-120, "published"), (30, "stays"), (-30, "stays"), (120, "over")]
            as [(Int?, String)]
    )
    func doubts(_ seconds: Int?, _ expected: String) async throws {
        try await run([Self.product("b")], Self.once)
        let letter = try #require(destination.letters.first)
        #expect(letter.read == nil)
        let stream = try stream("cents", Self.once)
        let replay = try LetterReplay([letter], versions: destination.versions, now: later) { _ in stream }
        #expect(replay.doubts.map(\.topic) == ["products", "p.entity.Product"])
        #expect(replay.doubtedSince == letter.at.advanced(by: .seconds(-60)))
        let ends = try await self.replay([letter], Self.once) { _ in
            seconds.map { letter.at.advanced(by: .seconds($0)) }
        }
        #expect(ends.first?.text.hasPrefix(expected) == true, "\(ends)")
        #expect(destination.events.count == (expected == "published" ? 2 : 0))
    }

    @Test("a stream that is to be read anew, or never was, brings the record itself")
    func withoutBookmark() async throws {
        try await run([Self.product("b")], Self.whole)
        var stream = try stream("cents", Self.whole)
        stream.plan.bookmark = nil
        let other = stream
        let replay = try LetterReplay(destination.letters, versions: destination.versions, now: later) { _ in
            other
        }
        let step = try #require(try replay.steps { _ in nil }.first)
        #expect(isKept(step.ends.first?.end, "sync it") && step.group.settled.isEmpty)
    }

    @Test("what keeps a letter from its stream is said of it, and hinders no other")
    func withoutStream() async throws {
        try await run([Self.product("b"), Self.product("c")], Self.whole)
        let stream = try stream("cents", Self.whole)
        let replay = try LetterReplay(destination.letters, versions: destination.versions, now: later) {
            guard $0.keyText == "c" else { throw StateError(.otherDefinition, "it is another one") }
            return stream
        }
        let ends = try replay.steps { _ in nil }.flatMap(\.ends).map(\.end)
        #expect(isKept(ends.first, "it is another one") && ends.last == .published(events: 2))
    }

    @Test("many go in several transactions, and what is dropped publishes nothing")
    func steps() async throws {
        try await run([Self.product("b")], Self.whole)
        let first = try #require(destination.letters.first)
        let letters = (0..<1001).map { number in
            var letter = first
            letter.id = "\(number)"
            return letter
        }
        let steps = LetterReplay.drops(of: letters)
        #expect(steps.map(\.ends.count) == [500, 500, 1])
        #expect(steps.flatMap(\.group.settled).count == 1001)
        #expect(steps.allSatisfy { $0.group.pages.isEmpty && $0.group.versions.isEmpty })
        #expect(steps[0].lines.first?.after == "dropped")
    }
}
