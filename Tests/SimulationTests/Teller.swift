import JSON
import Simulators
import Testing

/// Makes the accounts of a story.
struct Teller: Sendable {
    let service: any TrappedService.Type
    /// What of the definition's text is off, and what stands in its place.
    let defence: [(text: String, without: String)]

    /// An account, and runs over it by the definition at hand.
    func begin(
        records: Int = 20,
        faults: [String: FaultPlan.Fault] = [:],
        settings: [String: JSONValue]? = nil,
        only streams: [String]? = nil,
        changesPerMinute: Int = 0,
        edit: [(text: String, by: String)] = []
    ) throws -> Story {
        let configuration = SimulatorConfiguration(
            seed: 7,
            records: records,
            faults: service.calm.merging(faults) { $1 },
            // The clock moves when it is told to.
            clockSpeed: 0,
            changesPerMinute: changesPerMinute
        )
        let simulation = try service.simulation(
            configuration,
            settings: settings ?? service.settings,
            only: streams
        ) { definition in
            let edits = edit.map { ($0.text, $0.by) } + defence.map { ($0.text, $0.without) }
            return edits.reduce(definition) { text, edit in
                #expect(text.contains(edit.0), "the definition has no \(edit.0)")
                return text.replacing(edit.0, with: edit.1)
            }
        }
        return Story(simulation: simulation)
    }
}
