import Core
import Events
import Extraction
import JSON
import ProcessSupport
import Runs
import Synchronization
import Testing

/// Runs over a list whose records change their form between them.
@Suite struct DriftRunTests {
    private static let definition = """
        extractor: fake
        description: A list in memory.
        base_url: http://127.0.0.1:1
        streams:
          things:
            get: /things
            records: data
            key: id
            paging: single_page
            progress: full
        """
    private static let head = #"{"$schema":"https://json-schema.org/draft/2020-12/schema","#

    private let destination = MemoryDestination(FakeService.account)
    private let schema: RecordSchema
    private let things: StreamName

    init() throws {
        things = try StreamName("things")
        let body =
            #""type":"object","required":["id"],"properties":{"id":{"type":"string"},"n":{"type":"integer"}}}"#
        schema = try RecordSchema(Array((Self.head + body).utf8))
    }

    /// What a run told and came to.
    private struct Told {
        var outcome: RunOutcome
        var warnings: [String]
        var new: [SchemaDrift]
        var stream: StreamOutcome { outcome.streams[0].outcome }
    }

    private func run(
        _ records: [String],
        schema: RecordSchema? = nil,
        onDrift: DriftResponse = .warn
    ) async throws -> Told {
        let body = #"{"data":[\#(records.joined(separator: ","))]}"#
        let service = FakeService(lists: [:]) { _, _ in FakeService.answer(200, body) }
        let told = Mutex<([String], [SchemaDrift])>(([], []))
        let outcome = try await DefinedRun.run(
            Self.definition,
            service,
            into: destination,
            schema: schema ?? self.schema,
            onDrift: onDrift
        ) { event in
            told.withLock { told in
                if case .warned(_, let text) = event { told.0.append(text) }
                if case .drifted(_, let new) = event { told.1 += new }
            }
        }
        return told.withLock { Told(outcome: outcome, warnings: $0.0, new: $0.1) }
    }

    private static func records(_ count: Int, _ more: String = "") -> [String] {
        (1...count).map { #"{"id":"t\#($0)","n":\#($0)\#(more)}"# }
    }

    private var notices: [String] {
        destination.schemas.map { notice in
            let value = notice.value.flatMap { try? JSONValue.parse($0) }
            return "\(String(decoding: notice.key, as: UTF8.self)) \(value?["type"]?.text ?? "over")"
        }
    }

    @Test func aNewFieldIsToldOnceAndPublishedAsItCame() async throws {
        let first = try await run(Self.records(40))
        #expect(first.outcome.status == .success && first.warnings == [] && first.stream.openDrift == 0)
        #expect(notices == [])
        let second = try await run(Self.records(40, #","owner":{"name":"x"}"#))
        #expect(second.outcome.status == .success)
        let drift = SchemaDrift(path: "owner", kind: .newField, found: "object")
        #expect(second.new == [drift] && second.stream.drift == [drift])
        #expect((second.stream.newDrift, second.stream.openDrift) == (1, 1))
        #expect(second.warnings.count == 1)
        #expect(second.warnings[0].contains("owner (object) is not in the schema"))
        #expect(second.warnings[0].contains("schemas/things.json"))
        #expect(second.outcome.json["streams"]?["things"]?["schema_drift"]?[0]?["path"]?.text == "owner")
        #expect(destination.events.last?.value?.contains(#""owner":{"name":"x"}"#) == true)
        #expect(notices == [#"["fake/one","things","owner","new_field"] sluice.schema.new_field"#])
        // The next run says it, and tells the topic nothing.
        let third = try await run(Self.records(40, #","owner":null"#))
        #expect(third.new == [] && third.warnings.count == 1 && third.stream.openDrift == 1)
        #expect(notices.count == 1)
    }

    /// What no state says was told is told by whoever comes next: both are of one transaction.
    @Test func whatDidNotCommitIsToldAgain() async throws {
        let refusing = MemoryDestination(FakeService.account) { attempt, group in
            #expect(group.notices.isEmpty == group.pages.isEmpty)
            if attempt == 1 { throw PublishError(.aborted, "not yet") }
            if attempt == 2 { throw PublishError(.fatal, "no more") }
        }
        let body = #"{"data":[{"id":"a","new":1}]}"#
        for commits in [0, 1] {
            let outcome = try await DefinedRun.run(
                Self.definition,
                FakeService(lists: [:]) { _, _ in FakeService.answer(200, body) },
                into: refusing,
                schema: schema
            )
            #expect(outcome.status == (commits == 0 ? .failed : .success))
            #expect(refusing.schemas.count == commits)
            let known = refusing.stateValue(.schema(FakeService.account, things))
            #expect((known != nil) == (commits == 1))
        }
    }

    @Test func aNewSchemaBeginsAnew() async throws {
        _ = try await run([#"{"id":"a","x":1,"y":"z"}"#])
        #expect(notices.count == 2)
        let body =
            #""properties":{"id":{"type":"string"},"n":{"type":"integer"},"x":{"type":"string"},"y":{}}}"#
        let grown = try RecordSchema(Array((Self.head + body).utf8))
        let told = try await run([#"{"id":"a","x":2,"y":"z"}"#], schema: grown)
        #expect(told.new.map(\.kind) == [.type])
        #expect(
            Set(notices.suffix(3)) == [
                #"["fake/one","things","x","new_field"] over"#,
                #"["fake/one","things","y","new_field"] over"#,
                #"["fake/one","things","x","type"] sluice.schema.type"#,
            ]
        )
        let last = try await run([#"{"id":"a","x":"3","y":"z"}"#], schema: grown)
        // It may come back: what is known stays so until the schema says otherwise.
        #expect(last.warnings == [] && last.stream.openDrift == 1)
    }

    @Test func whatVanishedAndReturned() async throws {
        _ = try await run(Self.records(40))
        let nameless = (1...40).map { #"{"id":"t\#($0)"}"# }
        let second = try await run(nameless)
        #expect(second.outcome.status == .success && second.new == [SchemaDrift(path: "n", kind: .gone)])
        #expect(second.warnings.first?.contains("n was in every record, and is in none any more") == true)
        #expect(try await run(nameless).new == [])
        let last = try await run(Self.records(40))
        #expect(last.warnings == [] && last.stream.openDrift == 0)
        #expect(
            notices == [
                #"["fake/one","things","n","gone"] sluice.schema.gone"#,
                #"["fake/one","things","n","gone"] over"#,
            ]
        )
    }

    @Test func whatStopsIsNotPublished() async throws {
        _ = try await run(Self.records(40), onDrift: .stop)
        let published = destination.events.count
        let bookmark = try destination.bookmark(of: things)
        // One odd record behind those that are looked at otherwise, of which no other place is.
        let odd = Self.records(18) + [#"{"id":"t19","n":"19"}"#] + Self.records(40).suffix(20)
        let told = try await run(odd, onDrift: .stop)
        #expect(told.outcome.status == .failed)
        let error = try #require(told.stream.error as? RunError)
        #expect(error.code == .schemaDrift)
        #expect(error.message.contains("n is of type string, not integer"))
        #expect(error.message.contains("schemas/things.json") && error.message.contains("on_drift: warn"))
        #expect(destination.events.count == published)
        #expect(try destination.bookmark(of: things) == bookmark)
        // It is told all the same, once.
        #expect(notices == [#"["fake/one","things","n","type"] sluice.schema.type"#])
        #expect(try await run(odd, onDrift: .stop).outcome.status == .failed)
        #expect(notices.count == 1)
        // Once it is let through, nothing is lost.
        let last = try await run(odd, onDrift: .warn)
        #expect(last.outcome.status == .success)
        #expect(destination.events.contains { $0.value == #"{"id":"t19","n":"19"}"# })
    }

    @Test func whatEvolvesIsToldToNobodyButTheTopic() async throws {
        let told = try await run([#"{"id":"a","new":1}"#], onDrift: .evolve)
        #expect(told.outcome.status == .success && told.warnings == [] && told.stream.drift == [])
        #expect(told.stream.openDrift == 0 && told.new.count == 1)
        #expect(told.outcome.json["streams"]?["things"]?["schema_drift"] == nil)
        #expect(notices.count == 1)
    }
}
