import Core
import Extraction
import Foundation
import JSON
import ProcessSupport
import Runs
import Simulators
import Testing

/// Reads a simulated account with entities beside its records, and looks at what stands in their topics.
struct EntitySync {
    typealias Event = MemoryDestination.Event

    let simulation: ServiceSimulation

    init(
        _ simulator: any Simulator,
        _ extractor: String,
        settings: [String: JSONValue],
        streams: [String]
    ) throws {
        simulation = try ServiceSimulation(
            simulator,
            extractor: extractor,
            settings: settings,
            seed: 1,
            only: streams,
            entities: .beside,
            truth: { [:] }
        )
    }

    /// A run that must succeed, once all that was done before is old enough to be read.
    func sync() async throws {
        simulation.advance(.seconds(3600))
        let outcome = try await simulation.sync()
        try #require(outcome.status == .success, "\(outcome.json.compactText)")
    }

    // MARK: What is published

    /// The last event of each key of a topic.
    private func view(_ topic: String) -> [String: Event] {
        Dictionary(
            simulation.destination.events.filter { $0.topic == topic }.map { ($0.key, $0) },
            uniquingKeysWith: { $1 }
        )
    }

    /// The last event of an entity that a record became; its value is nil for a delete.
    func event(_ entity: String, _ stream: String, _ key: String) throws -> Event {
        try #require(view("retail.entity.\(entity)")["\(simulation.account):\(stream):\(key)"], "\(key)")
    }

    /// What an entity has before `custom`, which is its last member.
    func fields(_ entity: String, _ stream: String, _ key: String) throws -> String {
        let value = try #require(try event(entity, stream, key).value)
        return value.range(of: #","custom":{"#).map { String(value[..<$0.lowerBound]) } ?? value
    }

    /// The members of `custom`.
    func custom(_ entity: String, _ stream: String, _ key: String) throws -> String {
        let value = try #require(try event(entity, stream, key).value)
        return value.range(of: #","custom":{"#).map { String(value[$0.upperBound...]) } ?? ""
    }

    /// What every entity begins with.
    func head(_ entity: String, _ stream: String, _ key: String) -> String {
        let (system, account) = (simulation.account.extractor, simulation.account.account)
        return
            #"{"id":"\#(system)/\#(account):\#(stream):\#(key)","entity":"\#(entity)","source":{"system":"\#(system)","#
            + #""account":"\#(account)","stream":"\#(stream)","key":"\#(key)"}"#
    }

    /// An entity must be this, with these members behind those that every one begins with.
    func expect(
        _ entity: String,
        _ stream: String,
        _ key: String,
        is members: String,
        at place: SourceLocation = #_sourceLocation
    ) throws {
        let fields = try fields(entity, stream, key)
        #expect(fields == head(entity, stream, key) + members, sourceLocation: place)
    }

    // MARK: Rules that all must keep

    /// Each record has its entities, each entity names its record and that record's version, and refers to what there is.
    ///
    /// - Returns: how many references were followed, by entity and field.
    func checkAll() throws -> [String: Int] {
        let streams = simulation.definition.streams.filter { simulation.streams.contains($0.name) }
        let records = Dictionary(uniqueKeysWithValues: streams.map { ($0.name, view($0.name)) })
        let names = Set(streams.flatMap(\.entities).map(\.entity.name))
        let entities = Dictionary(
            uniqueKeysWithValues: names.map { ($0, view("retail.entity.\($0)")) }
        )
        let known = Set(entities.values.flatMap { $0.values.filter { $0.value != nil }.map(\.key) })
        var followed: [String: Int] = [:]
        for stream in streams {
            let prefix = "\(simulation.account):\(stream.name):"
            for mapping in stream.entities {
                let made = (entities[mapping.entity.name] ?? [:]).filter { $0.key.hasPrefix(prefix) }
                #expect(Set(made.keys) == Set((records[stream.name] ?? [:]).keys.map { prefix + $0 }))
                for (key, event) in made {
                    let record = try #require(records[stream.name]?[String(key.dropFirst(prefix.count))])
                    // The version is the record's own, behind its key.
                    #expect(event.id == key + record.id.dropFirst(record.key.count))
                    guard let value = event.value else {
                        #expect(record.value == nil || mapping.condition != nil)
                        continue
                    }
                    #expect(record.value != nil)
                    #expect(value.hasPrefix(head(mapping.entity.name, stream.name, record.key)))
                    let members = try JSONValue.parse(value.utf8)
                    for field in mapping.fields {
                        guard let target = target(of: field), let id = members[field.target.name]?.text else {
                            continue
                        }
                        let prefix = "\(simulation.account):\(target):"
                        #expect(id.hasPrefix(prefix))
                        let record = records[target]?[String(id.dropFirst(prefix.count))]
                        // What the account has deleted is referred to all the same.
                        guard record?.value != nil else { continue }
                        #expect(known.contains(id), "\(key) refers to \(id)")
                        followed["\(mapping.entity.name).\(field.target.name)", default: 0] += 1
                    }
                }
            }
        }
        return followed
    }

    private func target(of field: EntityMapping.Field) -> String? {
        switch field.source {
        case .reference(_, let stream), .parent(let stream): stream
        default: nil
        }
    }

    /// The living entities of a name, as documents by id.
    func documents(_ entity: String) throws -> [String: JSONValue] {
        try view("retail.entity.\(entity)").compactMapValues { event in
            try event.value.map { try JSONValue.parse($0.utf8) }
        }
    }
}
