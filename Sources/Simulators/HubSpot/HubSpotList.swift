import Web

/// The list of a type: all objects in the order of their ids, or those in the bin.
struct HubSpotList {
    let view: HubSpotView
    let type: HubSpotType
    let query: HubSpotQuery
    let request: WebRequest

    /// A page; `isRepeated` leads to the same page once more.
    ///
    /// - Throws: if a parameter has no meaning.
    func page(isRepeated: Bool) throws(HubSpotError) -> [UInt8] {
        let history = query.names("propertiesWithHistory")
        let limit = try query.limit(usual: 10, most: history.isEmpty ? 100 : 50)
        let isArchived = try query.flag("archived")
        let associations = try query.types("associations")
        var start = 0
        if let after = query.after {
            guard let id = Int(after), id >= 0 else { throw .invalid("Invalid after: \(after)") }
            // Not the place but the least id: what was deleted meanwhile moves nothing.
            start = view.world.count(type, below: id)
        }
        let names = query.names("properties")
        let selection = HubSpotSelection(type, names, history: history)
        var writer = ObjectWriter(capacity: limit * 1024)
        var written = 0
        var next: Int?
        writer.object { writer in
            writer.array("results") { writer in
                for index in start..<max(start, view.count(type)) {
                    let object = HubSpotObject(type: type, index: index)
                    let state = view.state(object)
                    guard isListed(state, isArchived) else { continue }
                    guard written < limit else {
                        next = view.world.id(type, index - 1) + 1
                        return
                    }
                    written += 1
                    view.write(
                        object,
                        state,
                        selection,
                        associations: associations,
                        origin: request.origin,
                        to: &writer
                    )
                }
            }
            guard let next else { return }
            let after = isRepeated ? query.after ?? "0" : String(next)
            writer.next(
                after: after,
                link: PageLinks(request).link(without: ["after"], (name: "after", value: after))
            )
        }
        return writer.bytes
    }

    private func isListed(_ state: HubSpotState, _ isArchived: Bool) -> Bool {
        guard let archived = state.archived else { return state.exists && !isArchived }
        return isArchived && state.exists && archived > view.now - HubSpotWorld.bin
    }
}
