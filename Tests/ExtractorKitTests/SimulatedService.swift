import Core
import Extraction
import ExtractorKit
import JSON
import Simulators

/// A simulated account of a service that an extractor ships for, on its virtual clock.
struct SimulatedService {
    let simulator: any Simulator
    let settings: [String: JSONValue]
    /// The streams that can be changed.
    let changing: [String]
    /// Makes changes to these streams, or to all.
    let change: (_ creates: Int, _ updates: Int, _ deletes: Int, _ streams: [String]?) throws -> Void

    /// Nil where there is no such simulator.
    init?(_ extractor: String, seed: UInt64 = 1, records: Int) throws {
        let configuration = SimulatorConfiguration(seed: seed, records: records, clockSpeed: 0)
        let wall: WallClock = { Instant(seconds: 4_000_000_000) }
        switch extractor {
        case "stripe":
            let simulator = try StripeSimulator(configuration, wall: wall)
            self.simulator = simulator
            settings = ["api_key": "sk_test_simulated"]
            changing = StripeSimulator.streams
            change = { try simulator.change(creates: $0, updates: $1, deletes: $2, streams: $3) }
        case "zendesk":
            let simulator = try ZendeskSimulator(configuration, wall: wall)
            self.simulator = simulator
            settings = ["access_token": "zd_simulated", "base_url": "https://acme.zendesk.com"]
            changing = ZendeskSimulator.changingStreams
            change = { try simulator.change(creates: $0, updates: $1, deletes: $2, streams: $3) }
        case "hubspot":
            let simulator = try HubSpotSimulator(configuration, wall: wall)
            self.simulator = simulator
            settings = ["access_token": "pat-na1-simulated"]
            changing = HubSpotSimulator.streams
            change = { try simulator.change(creates: $0, updates: $1, deletes: $2, streams: $3) }
        default: return nil
        }
    }

    /// Waits pass in virtual time, at once.
    var clock: WaitingClock {
        let clock = simulator.clock
        let start = clock.now
        return WaitingClock(
            elapsed: { clock.now.since(start) },
            sleep: { clock.advance(by: $0) }
        )
    }

    var now: Instant { simulator.clock.now }

    var transport: any HTTPTransport { InProcessTransport(simulator) }
}
