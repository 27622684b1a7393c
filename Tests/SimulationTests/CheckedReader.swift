import ProcessSupport

/// Who reads an account's events, and checks them: nothing twice, nothing older over newer, and at the end all that there
/// is.
struct CheckedReader {
    /// What a check found.
    struct Violation: Error, CustomStringConvertible {
        var description: String
    }

    /// Whether each delete must be of what was there, and is gone: else of a key that was forgotten as deleted, came back
    /// and went unseen, a second delete may be told.
    private let isStrictOnDeletes: Bool
    /// What each record has been, in order; nil where it was gone.
    private var history: [String: [String: [String?]]] = [:]
    private var checked = 0
    private var view: [String: [String: String]] = [:]
    private var places: [String: [String: Int]] = [:]
    private var ids: Set<String> = []

    init(isStrictOnDeletes: Bool) { self.isStrictOnDeletes = isStrictOnDeletes }

    /// The streams of which anything is known.
    var streams: Set<String> { Set(history.keys).union(view.keys) }

    /// What the reader has of a stream.
    func seen(_ stream: String) -> [String: String] { view[stream] ?? [:] }

    /// Keeps what every record of a stream is now, where it changed.
    mutating func remember(_ records: [String: [UInt8]], of stream: String) {
        for (key, record) in records {
            let text = String(decoding: record, as: UTF8.self)
            if history[stream]?[key]?.last != text {
                history[stream, default: [:]][key, default: []].append(text)
            }
        }
        for key in history[stream, default: [:]].keys where records[key] == nil {
            if let last = history[stream]?[key]?.last, last != nil { history[stream]?[key]?.append(nil) }
        }
    }

    /// Reads on in all events that there are, and checks each against what came before it.
    mutating func check(_ events: [MemoryDestination.Event]) throws {
        for event in events[checked...] {
            let before = view[event.stream]?[event.key]
            guard ids.insert("\(event.stream) \(event.id)").inserted else {
                throw Violation(description: "the id \(event.id) came twice in \(event.stream)")
            }
            guard event.value != before || event.value == nil && !isStrictOnDeletes else {
                throw Violation(
                    description: "\(event.stream) \(event.key) came twice in succession: \(event)"
                )
            }
            try checkOrder(event)
            if isStrictOnDeletes, event.value == nil,
                history[event.stream]?[event.key]?.last.map({ $0 != nil }) ?? false
            {
                throw Violation(description: "\(event.stream) \(event.key) was deleted, and it is there")
            }
            view[event.stream, default: [:]][event.key] = event.value
        }
        checked = events.count
    }

    /// The states of a record that were seen while it changed come in their order.
    private mutating func checkOrder(_ event: MemoryDestination.Event) throws {
        let states = history[event.stream]?[event.key] ?? []
        let place = min(places[event.stream]?[event.key] ?? 0, states.count)
        if let next = states[place...].firstIndex(of: event.value) {
            places[event.stream, default: [:]][event.key] = next
        } else if let earlier = states[..<place].lastIndex(of: event.value) {
            throw Violation(
                description: "\(event.stream) \(event.key): state \(earlier) came over state \(place) of "
                    + "\(states.count): \(event.value ?? "gone")"
            )
        }
    }

    /// Compares what the reader has of a stream with what there is.
    func compare(_ records: [String: [UInt8]], of stream: String) throws {
        let seen = seen(stream)
        let real = records.mapValues { String(decoding: $0, as: UTF8.self) }
        for key in Set(seen.keys).union(real.keys).sorted() where seen[key] != real[key] {
            throw Violation(
                description:
                    "\(stream) \(key) is \(real[key] ?? "gone"), the reader has \(seen[key] ?? "nothing")"
            )
        }
    }
}
