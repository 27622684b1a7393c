import Core
import Events
import Extraction
import JSON
import ProcessSupport
import Synchronization
import Testing

@testable import Runs

/// Streams and the registry that must know their schemas first.
@Suite("Schema registry")
final class RegistryTests: Sendable {
    private static let yaml = """
        extractor: fake
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id, paging: single_page}
        streams:
          products:
            get: /products
            progress: full
            entity: {Product: {fields: {name: name}}}
          plain:
            get: /plain
            progress: full
        """

    private static let subjects = ["p.entity.Product-value", "plain-value", "products-value"]

    private let registry = TestRegistry()
    private let slept = Locked<[Duration]>([])
    private let frames = Locked<[String: [[UInt8]?]]>([:])

    private func session(
        _ registry: TestRegistry? = nil,
        user: String? = nil,
        registers: Bool = true,
        naming: SubjectNaming = .topic
    ) throws -> RegistrySession {
        RegistrySession(
            SchemaRegistry(
                try HTTPAddress(parsing: "http://registry.test:8081/base/"),
                user: user,
                password: user.map { _ in Secret("hunter2") },
                registers: registers,
                naming: naming,
                transport: BasePath(registry ?? self.registry),
                clock: WaitingClock(
                    elapsed: { .zero },
                    sleep: { [self] time in slept.withLock { $0.append(time) } }
                )
            )
        )
    }

    /// A registry below a path of its own.
    private struct BasePath: HTTPTransport {
        let registry: TestRegistry
        init(_ registry: TestRegistry) { self.registry = registry }
        func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
            var request = request
            request.address.replace("registry.test:8081/base/", with: "registry.test:8081/")
            return try await registry.perform(request)
        }
    }

    private static func schema(_ title: String, _ type: String = "integer") throws -> RecordSchema {
        try RecordSchema(
            Array(
                #"{"$schema":"\#(RecordSchema.dialect)","title":"\#(title)","type":"object","properties":{"id":{"type":"\#(type)"}}}"#
                    .utf8
            )
        )
    }

    private func destination() -> MemoryDestination {
        MemoryDestination(FakeService.account) { [self] _, group in
            frames.withLock { frames in
                for page in group.pages {
                    frames[page.topic, default: []] += page.events.map { event in
                        event.kind == .delete ? nil : Array(page.values[event.value.range])
                    }
                }
            }
        }
    }

    private func run(
        _ session: RegistrySession,
        into destination: MemoryDestination,
        products: [String] = [#"{"id":1,"name":"tea"}"#, #"{"id":2,"name":"cup"}"#],
        type: String = "integer"
    ) async throws -> RunOutcome {
        let service = FakeService(lists: [:]) { path, _ in
            let records = path == "/products" ? products : [#"{"id":7}"#]
            return FakeService.answer(200, "{\"data\":[\(records.joined(separator: ","))]}")
        }
        let schemas = try [
            "products": Self.schema("fake products", type), "plain": Self.schema("fake plain"),
        ]
        return try await DefinedRun.run(
            Self.yaml,
            service,
            into: destination,
            entities: .beside,
            registration: { stream, topics in
                StreamRegistration(
                    session,
                    try [
                        TopicSchema(
                            #require(schemas[stream.name]),
                            of: stream.name,
                            source: "schemas/\(stream.name).json"
                        )
                    ]
                        + zip(stream.entities, topics).map { try TopicSchema($0.entity, of: $1) }
                )
            }
        )
    }

    private func status(_ outcome: RunOutcome, _ stream: String) -> StreamOutcome? {
        outcome.streams.first { $0.name == stream }?.outcome
    }

    // MARK: What is published

    @Test("each value names its schema, a null value none, and each schema is asked for once")
    func framesValues() async throws {
        registry.put("{}", into: "another")
        let session = try session()
        let destination = destination()
        _ = try await run(session, into: destination)
        _ = try await run(session, into: destination, products: [#"{"id":1,"name":"tea"}"#])
        let frames = frames.withLock { $0 }
        #expect(registry.subjects == (["another"] + Self.subjects).sorted())
        for (topic, values) in frames {
            let text = try #require(registry.versions("\(topic)-value").first)
            let id = UInt8(registry.put(text, into: "\(topic)-value"))
            for value in values.compactMap(\.self) {
                #expect(value.prefix(5) == [0, 0, 0, 0, id])
                #expect(SchemaFrame.schema(of: value) == Int32(id))
                let record = try JSONValue.parse(Array(SchemaFrame.payload(of: value[...])))
                #expect(record["id"] != nil)
            }
        }
        #expect(frames["products"]?.count == 3 && frames["products"]?.last == .some(nil))
        #expect(frames["p.entity.Product"]?.count == 3 && frames["p.entity.Product"]?.last == .some(nil))
        // Of each schema: whether it is there, whether it may be, and that it be.
        #expect(registry.requests.count == 9)
        _ = try await run(try self.session(), into: self.destination())
        #expect(registry.requests.count == 12)
        #expect(registry.requests.suffix(3).allSatisfy { !$0.contains("versions") })
    }

    @Test(
        "subjects are called as consumers expect",
        arguments: [
            (SubjectNaming.topic, subjects), (.record, ["Product", "fake plain", "fake products"]),
            (.topicRecord, ["p.entity.Product-Product", "plain-fake plain", "products-fake products"]),
        ]
    )
    func names(naming: SubjectNaming, expected: [String]) async throws {
        let outcome = try await run(try session(naming: naming), into: destination())
        #expect(outcome.exitCode == 0)
        #expect(registry.subjects == expected)
    }

    // MARK: What stops a stream

    @Test("I2: an incompatible schema stops its stream with the registry's words, and no other")
    func incompatible() async throws {
        registry.put(try Self.schema("fake products", "string").document.compactText, into: "products-value")
        let destination = destination()
        let outcome = try await run(try session(), into: destination)
        let failed = try #require(status(outcome, "products"))
        #expect(failed.status == .failed && status(outcome, "plain")?.status == .success)
        #expect(failed.error?.codeText == "registry.incompatible")
        for part in [
            "products-value", "TYPE_CHANGED", "schemas/products.json",
            "http://registry.test:8081/base/compatibility/subjects/products-value/versions/latest",
        ] {
            #expect(
                failed.error?.message.contains(part) == true,
                "\(part): \(String(describing: failed.error))"
            )
        }
        #expect(Set(destination.events.map(\.stream)) == ["plain"])
        #expect(try destination.bookmark(of: StreamName("products")) == nil)
        #expect(registry.versions("products-value").count == 1)
        // Nothing was lost: once it may, all of it goes out.
        let other = try await run(try session(), into: destination, type: "string")
        #expect(other.exitCode == 0 && destination.events.count { $0.stream == "products" } == 4)
    }

    @Test(
        "what is not registered stops its stream where it is not to be registered here",
        arguments: [true, false]
    )
    func registersNothing(hasOther: Bool) async throws {
        for (subject, title) in [("plain-value", "fake plain")] {
            registry.put(try Self.schema(title).document.compactText, into: subject)
        }
        if hasOther { registry.put("{}", into: "products-value") }
        let destination = destination()
        let outcome = try await run(try session(registers: false), into: destination)
        #expect(status(outcome, "plain")?.status == .success)
        #expect(status(outcome, "products")?.error?.codeText == "registry.not_registered")
        #expect(status(outcome, "products")?.error?.message.contains(hasOther ? "40403" : "40401") == true)
        #expect(registry.requests.allSatisfy { !$0.contains("versions") })
    }

    @Test(
        "a registry that is away for a while is waited for, one that stays away stops streams and loses nothing"
    )
    func away() async throws {
        registry.fail(503, times: 3)
        let destination = destination()
        #expect(try await run(try session(), into: destination).exitCode == 0)
        #expect(slept.withLock { $0.count } == 3)
        #expect(destination.events.count == 5)

        let other = self.destination()
        registry.setAway(true)
        let outcome = try await run(try session(), into: other)
        for stream in ["products", "plain"] {
            #expect(status(outcome, stream)?.error?.codeText == "registry.unreachable")
            #expect(status(outcome, stream)?.error?.message.contains("http.cannot_connect") == true)
        }
        #expect(other.events.isEmpty)
        #expect(try other.bookmark(of: StreamName("plain")) == nil)
        registry.setAway(false)
        #expect(try await run(try session(), into: other).exitCode == 0)
        #expect(other.events.count == 5)
    }

    @Test("a refusal holds for the run, however many parts of the stream ask, and not for the next one")
    func asksOnce() async throws {
        registry.setAway(true)
        let session = try session()
        let schema = TopicSchema(try Self.schema("fake plain"), of: "plain", source: "schemas/plain.json")
        let registration = StreamRegistration(session, [schema])
        let failures = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        try await registration.prepare()
                        return nil
                    } catch {
                        return (error as? RegistryError)?.codeText
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failures == Array(repeating: "registry.unreachable", count: 20))
        #expect(slept.withLock { $0.count } == 7 && registry.requests.count == 8)
        registry.setAway(false)
        await #expect(throws: RegistryError.self) { try await registration.prepare() }
        try await StreamRegistration(session, [schema]).prepare()
        #expect(registry.versions("plain-value").count == 1)
    }

    @Test("credentials go along, and are in no error", arguments: ["hunter2", "other"])
    func credentials(password: String) async throws {
        let registry = TestRegistry(user: "sluice", password: password)
        let outcome = try await run(try session(registry, user: "sluice"), into: destination())
        guard password != "hunter2" else { return #expect(outcome.exitCode == 0) }
        let error = try #require(status(outcome, "plain")?.error)
        #expect(error.codeText == "registry.not_authorized" && error.message.contains("Unauthorized"))
        #expect(!"\(error)".contains("hunter2") && !"\(error)".contains("Basic"))
        // The same would come again.
        #expect(slept.withLock { $0 } == [])
    }

    @Test(
        "other answers have a reason",
        arguments: [
            (422, "registry.bad_schema"), (404, "registry.unexpected"), (301, "registry.unexpected"),
            (409, "registry.incompatible"), (403, "registry.not_authorized"),
        ]
    )
    func answers(status: Int, code: String) async throws {
        registry.fail(status, times: 1000)
        let outcome = try await run(try session(), into: destination())
        #expect(self.status(outcome, "plain")?.error?.codeText == code)
        #expect(self.status(outcome, "plain")?.error?.message.contains("\(status)01") == true)
    }

    @Test("a registry is looked at before anything is published")
    func check() async throws {
        let address = try HTTPAddress(parsing: "http://127.0.0.1:1")
        func check(_ registry: TestRegistry) async -> String? {
            let client = SchemaRegistry(
                address,
                transport: registry,
                clock: WaitingClock(elapsed: { .zero }, sleep: { _ in })
            )
            do {
                try await client.check()
                return nil
            } catch {
                return (error as? RegistryError)?.codeText
            }
        }
        #expect(await check(TestRegistry()) == nil)
        #expect(await check(TestRegistry(user: "a")) == "registry.not_authorized")
        #expect(await check(TestRegistry(types: ["AVRO"])) == "registry.bad_schema")
        let away = TestRegistry()
        away.setAway(true)
        #expect(await check(away) == "registry.unreachable")
        #expect(away.requests.count == 1)
    }

    @Test("its codes are its own")
    func codes() {
        #expect(Set(RegistryError.Code.allTexts).count == RegistryError.Code.allTexts.count)
        #expect(RegistryError.Code.allTexts.allSatisfy { $0.hasPrefix("registry.") })
    }
}
