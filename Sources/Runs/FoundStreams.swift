package import Core
package import Extraction

/// The streams of a run once every family is known, and what is to be told of the families and streams that are not
/// among them.
package struct FoundStreams: Sendable {
    /// Something that the report names in the place of streams.
    struct Absent: Sendable {
        var name: String
        var outcome: StreamOutcome
        /// How many of the streams stand before it.
        var place: Int
    }

    /// In the definition's order, those of a family by name.
    package private(set) var streams: [StreamDefinition] = []
    private(set) var absent: [Absent] = []
    /// The requests for lists of objects, but for those that a row of the report counts.
    private(set) var requests = 0

    /// Nothing yet.
    init() {}

    mutating func append(_ stream: StreamDefinition) { streams.append(stream) }

    mutating func append(_ streams: [StreamDefinition], requests: Int) {
        self.streams += streams
        self.requests += requests
    }

    mutating func append(absent name: String, _ outcome: StreamOutcome) {
        absent.append(Absent(name: name, outcome: outcome, place: streams.count))
    }

    /// A stream that cannot be read after all, alone.
    package mutating func fail(_ stream: StreamDefinition, _ error: any SluiceError) {
        guard let place = streams.firstIndex(where: { $0.name == stream.name }) else { return }
        streams.remove(at: place)
        // What stands at its own place stands before it.
        let after = absent.firstIndex { $0.place > place } ?? absent.count
        for index in absent[after...].indices { absent[index].place -= 1 }
        var outcome = StreamOutcome(status: .failed)
        outcome.error = error
        absent.insert(Absent(name: stream.name, outcome: outcome, place: place), at: after)
    }
}

extension RunOutcome {
    /// Adds what a run knew before it began.
    package mutating func add(_ found: FoundStreams) {
        for absent in found.absent.reversed() {
            streams.insert((absent.name, absent.outcome), at: min(absent.place, streams.count))
        }
        familyRequests += found.requests
    }
}
