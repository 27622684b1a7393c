/// Which properties of an object are to be shown, in the order of their names.
struct HubSpotSelection {
    let properties: [HubSpotProperty]
    let history: [HubSpotProperty]

    /// Those that were asked for, and what always comes; unknown names are passed over, as the service does.
    init(_ type: HubSpotType, _ names: [String], history: [String] = []) {
        let always = ["hs_object_id", type.createdProperty, type.modifiedProperty]
        let wanted = Set(names)
        properties = type.properties
            .filter { property in
                if always.contains(property.name) { return true }
                return wanted.isEmpty ? property.isDefault : wanted.contains(property.name)
            }
            .sorted { $0.name < $1.name }
        let told = Set(history)
        self.history = type.properties.filter { told.contains($0.name) }
    }

    /// All properties of a type.
    init(all type: HubSpotType) { self.init(type, type.properties.map(\.name)) }
}

extension HubSpotView {
    /// Appends an object as the API shows it; `associations` are those that a list shows with it.
    func write(
        _ object: HubSpotObject,
        _ state: HubSpotState,
        _ selection: HubSpotSelection,
        associations: [HubSpotType] = [],
        origin: String = "",
        to writer: inout ObjectWriter
    ) {
        let id = String(world.id(object.type, object.index))
        writer.object { writer in
            writer.text("id", id)
            writer.object("properties") { writer in
                writer.replacing(state.stillWritten) { writer in
                    for property in selection.properties {
                        writer.text(property.name, value(object, property, state))
                    }
                }
            }
            if !selection.history.isEmpty { writeHistory(object, selection, to: &writer) }
            writer.text("createdAt", HubSpotTime.text(state.created))
            writer.text("updatedAt", HubSpotTime.text(state.modified))
            writer.bool("archived", state.archived != nil)
            if let archived = state.archived { writer.text("archivedAt", HubSpotTime.text(archived)) }
            writeAssociations(object, associations, id: id, origin: origin, to: &writer)
            writer.text(
                "url",
                "https://app.hubspot.com/contacts/\(HubSpotWorld.portal)/record/\(object.type.number)/\(id)"
            )
        }
    }

    /// The JSON of an object with all its properties.
    func bytes(_ object: HubSpotObject, _ selection: HubSpotSelection) -> [UInt8] {
        var writer = ObjectWriter(capacity: 2048)
        write(object, state(object), selection, to: &writer)
        return writer.bytes
    }

    private func writeHistory(
        _ object: HubSpotObject,
        _ selection: HubSpotSelection,
        to writer: inout ObjectWriter
    ) {
        let states = history(object)
        writer.object("propertiesWithHistory") { writer in
            for property in selection.history {
                writer.array(property.name) { writer in
                    for (place, state) in states.enumerated() {
                        let value = value(object, property, state)
                        let before =
                            place + 1 < states.count ? self.value(object, property, states[place + 1]) : nil
                        guard let value, value != before else { continue }
                        writer.object { writer in
                            writer.text("value", value)
                            writer.text("timestamp", HubSpotTime.text(state.modified))
                            writer.text("sourceType", property.isComputed ? "CALCULATED" : "CRM_UI")
                            writer.text("sourceId", "userId:9000000")
                        }
                    }
                }
            }
        }
    }

    /// How many associations an object in a list shows; the others are on further pages.
    static let inlineLimit = 100

    private func writeAssociations(
        _ object: HubSpotObject,
        _ types: [HubSpotType],
        id: String,
        origin: String,
        to writer: inout ObjectWriter
    ) {
        let related = types.map { ($0, self.related(object, to: $0)) }.filter { !$0.1.isEmpty }
        guard !related.isEmpty else { return }
        writer.object("associations") { writer in
            for (type, associations) in related {
                writer.object(type.associationKey) { writer in
                    writer.array("results") { writer in
                        for association in associations.prefix(Self.inlineLimit) {
                            for name in association.names {
                                writer.object { writer in
                                    writer.text("id", String(world.id(type, association.index)))
                                    writer.text("type", name.text)
                                }
                            }
                        }
                    }
                    guard associations.count > Self.inlineLimit else { return }
                    let after = HubSpotCursor.text(world.id(type, associations[Self.inlineLimit].index))
                    let path =
                        "\(origin)/crm/v4/objects/\(object.type.singular)/\(id)/associations/\(type.rawValue)"
                    writer.next(after: after, link: "\(path)?after=\(after)")
                }
            }
        }
    }
}

extension ObjectWriter {
    /// Where the next page begins; a last page has no such member at all.
    mutating func next(after: String, link: String? = nil) {
        object("paging") { writer in
            writer.object("next") { writer in
                writer.text("after", after)
                if let link { writer.text("link", link) }
            }
        }
    }
}
