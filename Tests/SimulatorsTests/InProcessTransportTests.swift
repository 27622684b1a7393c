import Core
import JSON
import Simulators
import Testing

@Suite struct InProcessTransportTests {
    private let account: InProcessAccount
    private let transport: InProcessTransport

    init() throws {
        account = try InProcessAccount()
        transport = InProcessTransport(account.simulator)
    }

    private func request(_ path: String) -> HTTPRequest {
        HTTPRequest(
            address: "http://stripe.test\(path)",
            headers: [("Authorization", "Bearer sk_test_simulated"), ("Accept-Encoding", "gzip")]
        )
    }

    @Test func givesTheAnswer() async throws {
        let response = try await transport.perform(request("/v1/charges?limit=2&created%5Bgte%5D=1"))
        #expect(response.status == 200)
        #expect(response[header: "content-encoding"] == nil)
        #expect(response[header: "date"] == "Thu, 01 Jan 2026 00:00:00 GMT")
        #expect(try JSONValue.parse(response.body) == account.get("/v1/charges?limit=2").document)
    }

    @Test(arguments: [
        ("cut_body", "http.cut", 0), ("reset", "http.cut", 0), ("silence", "http.timed_out", 120),
    ])
    func fails(fault: String, code: String, seconds: Int64) async throws {
        try account.simulator.faultPlan.change(.object([.init(name: fault, value: ["next": 1])]))
        let before = account.simulator.clock.now
        let error = await #expect(throws: HTTPError.self) {
            try await transport.perform(request("/v1/charges"))
        }
        #expect(error?.codeText == code)
        #expect(account.simulator.clock.now.since(before) == .seconds(seconds))
        #expect(try await transport.perform(request("/v1/charges")).status == 200)
    }

    @Test func delaysInVirtualTime() async throws {
        try account.simulator.faultPlan.change(["slow": ["next": 1, "seconds": 45]])
        let before = account.simulator.clock.now
        #expect(try await transport.perform(request("/v1/charges")).status == 200)
        #expect(account.simulator.clock.now.since(before) == .seconds(45))
        try account.simulator.faultPlan.change(["slow": ["next": 1, "seconds": 500]])
        let error = await #expect(throws: HTTPError.self) {
            try await transport.perform(request("/v1/charges"))
        }
        #expect(error?.codeText == "http.timed_out")
        #expect(account.simulator.clock.now.since(before) == .seconds(45 + 120))
    }

    @Test func refusesLargeBodies() async throws {
        var request = request("/v1/charges")
        request.maximumBody = 100
        let error = await #expect(throws: HTTPError.self) { try await transport.perform(request) }
        #expect(error?.codeText == "http.too_large")
    }

    @Test func waitingLetsTimePass() async throws {
        let clock = account.simulator.clock
        let time = Monotonic(WaitedTime(clock))
        let start = clock.now
        try await time.sleep(.seconds(90))
        #expect(time.now() == .seconds(90))
        // Of those who wait at once the last one decides.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seconds in [10, 30, 20] { group.addTask { try await time.sleep(.seconds(seconds)) } }
            try await group.waitForAll()
        }
        #expect((30...60).contains(clock.now.since(start).components.seconds - 90))
    }
}
