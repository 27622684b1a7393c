/// What a stream of the account holds at one moment.
struct HubSpotTruth: StreamTruth, Sendable {
    let stream: String
    let path: String
    let places: Int
    /// The records at a place; without their bytes where only their keys matter.
    private let read: @Sendable (_ place: Int, _ isWhole: Bool) -> [(key: String, record: [UInt8])]

    func records(_ place: Int) -> [(key: String, record: [UInt8])] { read(place, true) }
    func keys(_ place: Int) -> [(key: String, record: [UInt8])] { read(place, false) }

    /// All streams: the living objects of each type, those in the bin, and what describes them.
    static func all(_ view: HubSpotView) -> [HubSpotTruth] {
        HubSpotType.allCases.map { objects($0, isArchived: false, view) }
            + HubSpotType.allCases.map { objects($0, isArchived: true, view) }
            + [owners, associations(view), properties, pipelines, schemas]
    }

    /// The names of the streams of archived objects begin so.
    static let archived = "archived_"

    private static func objects(_ type: HubSpotType, isArchived: Bool, _ view: HubSpotView) -> HubSpotTruth {
        let selection = HubSpotSelection(all: type)
        return HubSpotTruth(
            stream: (isArchived ? archived : "") + type.rawValue,
            path: "/crm/v3/objects/\(type.rawValue)" + (isArchived ? "?archived=true" : ""),
            places: view.count(type)
        ) { place, isWhole in
            let object = HubSpotObject(type: type, index: place)
            let state = view.state(object)
            let isInBin = state.exists && state.archived.map { $0 > view.now - HubSpotWorld.bin } ?? false
            guard isArchived ? isInBin : state.isLiving else { return [] }
            return [
                (
                    key: String(view.world.id(type, place)),
                    record: isWhole ? view.bytes(object, selection) : []
                )
            ]
        }
    }

    private static let owners = HubSpotTruth(
        stream: "owners",
        path: "/crm/v3/owners",
        places: HubSpotOwner.count
    ) { place, isWhole in
        let owner = HubSpotOwner(index: place)
        return [(key: owner.id, record: isWhole ? owner.bytes : [])]
    }

    /// One record for each name of each pair, from the child to its parent.
    private static func associations(_ view: HubSpotView) -> HubSpotTruth {
        var starts = [0]
        for relation in HubSpotRelation.all {
            starts.append(starts[starts.count - 1] + view.count(relation.child))
        }
        let (begins, ends) = (starts, starts.dropFirst())
        return HubSpotTruth(
            stream: "associations",
            path: "/crm/v4/associations/{from}/{to}/batch/read",
            places: starts[starts.count - 1]
        ) { place, _ in
            guard let number = ends.firstIndex(where: { place < $0 }).map({ $0 - 1 }) else { return [] }
            let relation = HubSpotRelation.all[number]
            let child = HubSpotObject(type: relation.child, index: place - begins[number])
            guard view.state(child).isLiving else { return [] }
            let id = view.world.id(child.type, child.index)
            return view.related(child, to: relation.parent).flatMap { association in
                association.names.map { name in
                    let parent = view.world.id(relation.parent, association.index)
                    var writer = ObjectWriter(capacity: 160)
                    writer.object { writer in
                        writer.text("from_type", relation.child.rawValue)
                        writer.text("from_id", String(id))
                        writer.text("to_type", relation.parent.rawValue)
                        writer.text("to_id", String(parent))
                        writer.number("type_id", name.number)
                        writer.text("label", name.label)
                    }
                    let ends = "\(relation.child.rawValue)/\(id)/\(relation.parent.rawValue)/\(parent)"
                    return (key: "\(ends)/\(name.number)", record: writer.bytes)
                }
            }
        }
    }

    private static let properties: HubSpotTruth = {
        let all = HubSpotType.allCases.flatMap { type in type.properties.map { (type, $0) } }
        return HubSpotTruth(
            stream: "properties",
            path: "/crm/v3/properties/{type}",
            places: all.count
        ) { place, _ in
            let (type, property) = all[place]
            var writer = ObjectWriter(capacity: 512)
            HubSpotDefinitions.write(property, type, to: &writer)
            return [(key: "\(type.rawValue)/\(property.name)", record: writer.bytes)]
        }
    }()

    private static let pipelines: HubSpotTruth = {
        let all = HubSpotType.allCases.flatMap { type in HubSpotPipeline.of(type).map { (type, $0) } }
        return HubSpotTruth(
            stream: "pipelines",
            path: "/crm/v3/pipelines/{type}",
            places: all.count
        ) { place, _ in
            let (type, pipeline) = all[place]
            var writer = ObjectWriter(capacity: 2048)
            pipeline.write(to: &writer)
            return [(key: "\(type.rawValue)/\(pipeline.id)", record: writer.bytes)]
        }
    }()

    private static let schemas = HubSpotTruth(
        stream: "schemas",
        path: "/crm/v3/schemas",
        places: 1
    ) { _, _ in
        var writer = ObjectWriter(capacity: 4096)
        HubSpotDefinitions.writeSchema(.vehicles, to: &writer)
        return [(key: HubSpotType.vehicles.number, record: writer.bytes)]
    }
}
