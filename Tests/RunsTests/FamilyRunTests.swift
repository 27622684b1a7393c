import Core
import JSON
import ProcessSupport
import Runs
import Synchronization
import Testing

/// Streams that an account's objects decide, in a run.
@Suite struct FamilyRunTests {
    private static let yaml = """
        extractor: fake
        base_url: http://127.0.0.1:1
        errors: {rules: [{status: 403, action: unavailable}]}
        defaults: {records: data, key: id, progress: full, paging: {last_record: {param: after, more: has_more}}}
        streams:
          first: {get: /first}
          objects:
            one_per: {get: /objects, records: data, paging: single_page, name: name}
            get: "/{{ each.name }}"
          last: {get: /last}
        """

    /// The objects that an account has now.
    private final class Objects: Sendable {
        private let kept: Locked<[String]>
        init(_ names: [String]) { kept = Locked(names) }
        var names: [String] { kept.withLock { $0 } }
        func set(_ names: [String]) { kept.withLock { $0 = names } }
    }

    /// An account with these objects, ten records of each, whose list of objects is answered so.
    private static func service(
        _ objects: Objects,
        failing: String? = nil,
        list: (@Sendable () -> HTTPResponse?)? = nil
    ) -> FakeService {
        FakeService(lists: ["first": 3, "last": 2, "car": 10, "bike": 10, "boat": 10]) { path, _ in
            if path == "/objects" {
                if let answer = list?() { return answer }
                let names = objects.names.map { #"{"name":"\#($0)","id":1}"# }
                return FakeService.answer(200, #"{"data":[\#(names.joined(separator: ","))]}"#)
            }
            if path == failing.map({ "/\($0)" }) { return FakeService.answer(400, "{}") }
            return nil
        }
    }

    private static func states(_ outcome: RunOutcome) -> [String] {
        outcome.streams.map { "\($0.name) \($0.outcome.status) \($0.outcome.records)" }
    }

    @Test func eachObjectIsAStreamOfItsOwnInTheDefinitionsOrder() async throws {
        let destination = MemoryDestination(FakeService.account)
        let service = Self.service(Objects(["car", "bike"]))
        let outcome = try await DefinedRun.run(Self.yaml, service, into: destination)
        #expect(
            Self.states(outcome) == [
                "first success 3", "objects_bike success 10", "objects_car success 10", "last success 2",
            ]
        )
        #expect(outcome.exitCode == 0)
        #expect(outcome.familyRequests == 1)
        #expect(outcome.json["requests"] == .number("\(service.log.count)"))
        for name in ["objects_car", "objects_bike"] {
            #expect(try destination.bookmark(of: StreamName(name)) != nil)
            #expect(destination.events.filter { $0.stream == name }.count == 10)
        }
    }

    @Test func oneThatAppearsIsReadAndOneThatGoesIsLeftAsItIs() async throws {
        let destination = MemoryDestination(FakeService.account)
        let objects = Objects(["car"])
        let service = Self.service(objects)
        _ = try await DefinedRun.run(Self.yaml, service, into: destination)
        objects.set(["car", "bike"])
        let second = try await DefinedRun.run(Self.yaml, service, into: destination)
        #expect(Self.states(second).contains("objects_bike success 10"))
        #expect(Self.states(second).contains("objects_car success 0"))
        objects.set(["bike"])
        let third = try await DefinedRun.run(Self.yaml, service, into: destination)
        #expect(third.streams.map(\.name) == ["first", "objects_bike", "last"])
        #expect(destination.events.allSatisfy { $0.value != nil }, "nobody deleted its records")
        #expect(try destination.bookmark(of: StreamName("objects_car")) != nil)
    }

    @Test func anObjectThatFailsFailsAlone() async throws {
        let service = Self.service(Objects(["car", "bike"]), failing: "bike")
        let outcome = try await DefinedRun.run(
            Self.yaml,
            service,
            into: MemoryDestination(FakeService.account)
        )
        #expect(
            Self.states(outcome) == [
                "first success 3", "objects_bike failed 0", "objects_car success 10", "last success 2",
            ]
        )
        #expect(outcome.exitCode == ExitCode.partial.rawValue)
    }

    @Test(arguments: [
        (403, StreamOutcome.Status.unavailable, "extraction.unavailable", 1),
        (404, .unavailable, "extraction.unavailable", 1),
        (400, .failed, "extraction.status", 1),
    ])
    func aListThatIsRefusedIsTheFamilysAlone(
        status: Int,
        end: StreamOutcome.Status,
        code: String,
        tries: Int
    ) async throws {
        let service = Self.service(Objects([]), list: { FakeService.answer(status, "{}") })
        let outcome = try await DefinedRun.run(
            Self.yaml,
            service,
            into: MemoryDestination(FakeService.account)
        )
        #expect(Self.states(outcome) == ["first success 3", "objects \(end) 0", "last success 2"])
        #expect(outcome.streams[1].outcome.error?.codeText == code)
        #expect(outcome.streams[1].outcome.requests == tries)
        #expect(outcome.exitCode == ExitCode.partial.rawValue)
    }

    @Test func aListThatFailsForAWhileIsAskedAgain() async throws {
        let tries = Locked(0)
        let service = Self.service(
            Objects(["car"]),
            list: {
                let count = tries.withLock { tries in
                    tries += 1
                    return tries
                }
                return count < 3 ? FakeService.answer(503, "{}") : nil
            }
        )
        let outcome = try await DefinedRun.run(
            Self.yaml,
            service,
            into: MemoryDestination(FakeService.account)
        )
        #expect(Self.states(outcome).contains("objects_car success 10"))
        #expect(outcome.familyRequests == 3)
    }

    @Test func aListThatStaysAwayFailsTheFamilyAndTheOthersGoOn() async throws {
        let service = Self.service(Objects([]), list: { FakeService.answer(503, "{}") })
        let outcome = try await DefinedRun.run(
            Self.yaml,
            service,
            into: MemoryDestination(FakeService.account)
        )
        #expect(Self.states(outcome) == ["first success 3", "objects failed 0", "last success 2"])
        #expect(outcome.streams[1].outcome.error?.codeText == "extraction.gave_up")
    }

    @Test func refusedCredentialsEndTheRunBeforeAnythingIsRead() async throws {
        let service = Self.service(Objects([]), list: { FakeService.answer(401, "{}") })
        let error = await #expect(throws: (any Error).self) {
            try await DefinedRun.run(Self.yaml, service, into: MemoryDestination(FakeService.account))
        }
        #expect((error as? any SluiceError)?.codeText == "extraction.refused_credentials")
        #expect(service.log.allSatisfy { $0.hasSuffix("/objects") })
    }

    @Test func anAccountWithoutObjectsHasARowThatSaysSo() async throws {
        let outcome = try await DefinedRun.run(
            Self.yaml,
            Self.service(Objects([])),
            into: MemoryDestination(FakeService.account)
        )
        #expect(Self.states(outcome) == ["first success 3", "objects success 0", "last success 2"])
        #expect(outcome.streams[1].outcome.note?.contains("nothing") == true)
        #expect(outcome.exitCode == 0)
    }

    @Test func oneOfThemCanBeChosenAndOneThatIsNotThereIsNamed() async throws {
        let service = Self.service(Objects(["car", "bike"]))
        let outcome = try await DefinedRun.run(
            Self.yaml,
            service,
            into: MemoryDestination(FakeService.account),
            choosing: ["objects_car", "objects_bkie"]
        )
        #expect(Self.states(outcome) == ["objects_car success 10", "objects_bkie failed 0"])
        let error = outcome.streams[1].outcome.error
        #expect(error?.codeText == "extraction.unknown_stream")
        #expect(error?.message.contains("did you mean objects_bike?") == true)
    }

    @Test func aSignalEndsTheSearchForObjects() async throws {
        let stop = StopSignal()
        let service = Self.service(
            Objects([]),
            list: {
                stop.give(15)
                return FakeService.answer(503, "{}")
            }
        )
        let error = await #expect(throws: (any Error).self) {
            try await DefinedRun.run(
                Self.yaml,
                service,
                into: MemoryDestination(FakeService.account),
                stop: stop
            )
        }
        #expect(error is CancellationError)
    }
}
