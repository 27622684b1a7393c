import Web

/// The paths of the API: what the account answers when nothing goes wrong.
struct HubSpotAPI {
    /// An answer that is none of an error.
    struct Answer {
        var status = 200
        var bytes: [UInt8]
    }

    /// What a fault does to an answer that is otherwise fine.
    enum Twist {
        case none, repeated, shuffled, partial
    }

    let view: HubSpotView
    let strays: HubSpotStrays
    let limits: HubSpotLimits

    /// The answer to a request that was let in; `twist` is how it goes wrong.
    ///
    /// - Throws: if the request is refused.
    func answer(_ request: WebRequest, _ route: HubSpotRoute, twist: Twist) throws(HubSpotError) -> Answer {
        let query = HubSpotQuery(request.query)
        switch route {
        case .list(let name):
            let list = HubSpotList(view: view, type: try type(name), query: query, request: request)
            return Answer(bytes: try list.page(isRepeated: twist == .repeated))
        case .object(let name, let id):
            return Answer(bytes: try object(try type(name), id, query, request.origin))
        case .search(let name):
            let search = try HubSpotSearch(view, try type(name), body: request.body, strays: strays)
            return Answer(
                bytes: search.page(isShuffled: twist == .shuffled, isRepeated: twist == .repeated)
            )
        case .batch(let name):
            let batch = HubSpotBatch(view: view, type: try type(name), isArchived: try query.flag("archived"))
            let (status, bytes) = try batch.answer(request.body, isPartial: twist == .partial)
            return Answer(status: status, bytes: bytes)
        case .associations(let name, let id, let other):
            return Answer(bytes: try associations(name, other).list(id, query, request))
        case .associationBatch(let name, let other):
            let (status, bytes) = try associations(name, other).batch(request.body)
            return Answer(status: status, bytes: bytes)
        case .associationLabels(let name, let other):
            return Answer(bytes: try associations(name, other).labels())
        case .owners: return Answer(bytes: try owners(request, query, isRepeated: twist == .repeated))
        case .owner(let id): return Answer(bytes: try owner(id, query))
        default: return Answer(bytes: try description(route, query))
        }
    }

    /// What describes the account and its data.
    private func description(_ route: HubSpotRoute, _ query: HubSpotQuery) throws(HubSpotError) -> [UInt8] {
        switch route {
        case .properties(let name):
            let type = try type(name)
            let properties = try properties(type, query)
            return list(properties) { HubSpotDefinitions.write($0, type, to: &$1) }
        case .oldProperties(let name):
            // A bare array, as the API had it before the third version.
            let type = try type(name)
            let wrapped = list(try properties(type, query)) { HubSpotDefinitions.write($0, type, to: &$1) }
            return Array(wrapped.dropFirst(#"{"results":"#.utf8.count).dropLast())
        case .property(let name, let property):
            let type = try type(name)
            let found = try properties(type, query, all: true).first { $0.name == property }
            guard let found else { throw .missing }
            return single { HubSpotDefinitions.write(found, type, to: &$0) }
        case .pipelines(let name):
            return list(HubSpotPipeline.of(try type(name))) { $0.write(to: &$1) }
        case .oldPipelines(let name):
            let type = try type(name)
            return list(HubSpotPipeline.of(type)) { $0.writeOld(type, to: &$1) }
        case .pipeline(let name, let id):
            let pipeline = try pipeline(name, id)
            return single { pipeline.write(to: &$0) }
        case .stages(let name, let id):
            let pipeline = try pipeline(name, id)
            return list([pipeline]) { $0.writeStages(to: &$1) }
        case .schemas:
            let isArchived = try query.flag("archived")
            return list(isArchived ? [] : [HubSpotType.vehicles]) {
                HubSpotDefinitions.writeSchema($0, to: &$1)
            }
        case .schema(let name):
            let type = try type(name)
            return single { HubSpotDefinitions.writeSchema(type, to: &$0) }
        case .accountDetails: return details()
        case .apiUsage: return usage()
        default: throw .missingPath
        }
    }

    private func type(_ name: String) throws(HubSpotError) -> HubSpotType {
        guard let type = HubSpotType(path: name) else { throw .unknownType(name) }
        return type
    }

    private func associations(
        _ name: String,
        _ other: String
    ) throws(HubSpotError) -> HubSpotAssociationPages {
        HubSpotAssociationPages(view: view, type: try type(name), other: try type(other))
    }

    private func pipeline(_ name: String, _ id: String) throws(HubSpotError) -> HubSpotPipeline {
        guard let pipeline = HubSpotPipeline.of(try type(name)).first(where: { $0.id == id }) else {
            throw .missing
        }
        return pipeline
    }

    // MARK: One

    private func object(
        _ type: HubSpotType,
        _ id: String,
        _ query: HubSpotQuery,
        _ origin: String
    ) throws(HubSpotError) -> [UInt8] {
        let lookup = try HubSpotLookup(view, type, property: query["idProperty"])
        guard let object = lookup.find(id) else { throw .missing }
        let state = view.state(object)
        guard (state.archived != nil) == (try query.flag("archived")) else { throw .missing }
        let selection = HubSpotSelection(
            type,
            query.names("properties"),
            history: query.names("propertiesWithHistory")
        )
        let associations = try query.types("associations")
        return single { writer in
            view.write(object, state, selection, associations: associations, origin: origin, to: &writer)
        }
    }

    private func properties(
        _ type: HubSpotType,
        _ query: HubSpotQuery,
        all: Bool = false
    ) throws(HubSpotError) -> [HubSpotProperty] {
        let sensitivity = query["dataSensitivity"]
        guard sensitivity.map({ HubSpotProperty.Sensitivity(rawValue: $0) != nil }) ?? true else {
            throw .invalid("Invalid dataSensitivity: \(sensitivity ?? "")")
        }
        if all, sensitivity == nil { return type.properties }
        return HubSpotDefinitions.properties(type, sensitivity, isArchived: try query.flag("archived"))
    }

    // MARK: Owners

    private func owners(
        _ request: WebRequest,
        _ query: HubSpotQuery,
        isRepeated: Bool
    ) throws(HubSpotError) -> [UInt8] {
        let limit = try query.limit(usual: 100, most: 500)
        let isArchived = try query.flag("archived")
        var owners = HubSpotOwner.all(archived: isArchived)
        if let email = query["email"], !email.isEmpty { owners.removeAll { $0.email != email } }
        if let after = query.after {
            guard let id = HubSpotCursor.id(after) else { throw .invalid("Invalid after: \(after)") }
            owners.removeAll { (Int($0.id) ?? 0) < id }
        }
        let next = owners.count > limit ? HubSpotCursor.text(Int(owners[limit].id) ?? 0) : nil
        return single { writer in
            writer.object { writer in
                writer.array("results") { writer in
                    for owner in owners.prefix(limit) { owner.write(to: &writer) }
                }
                guard var next else { return }
                if isRepeated { next = query.after ?? HubSpotCursor.text(0) }
                let links = PageLinks(request)
                writer.next(after: next, link: links.link(without: ["after"], (name: "after", value: next)))
            }
        }
    }

    private func owner(_ id: String, _ query: HubSpotQuery) throws(HubSpotError) -> [UInt8] {
        let isArchived = try query.flag("archived")
        guard let owner = HubSpotOwner(id: id), owner.isArchived == isArchived else { throw .missing }
        return owner.bytes
    }

    // MARK: The account

    private func details() -> [UInt8] {
        single { writer in
            writer.object { writer in
                writer.number("portalId", HubSpotWorld.portal)
                writer.text("accountType", "STANDARD")
                writer.text("timeZone", HubSpotWorld.zone.name)
                writer.text("companyCurrency", "USD")
                writer.texts("additionalCurrencies", ["EUR"])
                writer.text("utcOffset", HubSpotWorld.zone.text)
                writer.number("utcOffsetMilliseconds", HubSpotWorld.zone.milliseconds)
                writer.text("uiDomain", "app.hubspot.com")
                writer.text("dataHostingLocation", "na1")
            }
        }
    }

    private func usage() -> [UInt8] {
        list([view.now]) { now, writer in
            writer.object { writer in
                writer.text("name", "private-apps-api-calls-daily")
                writer.number("usageLimit", HubSpotLimits.daily)
                writer.number("currentUsage", limits.used(now: now))
                writer.text("collectedAt", HubSpotTime.text(now))
                writer.text("fetchStatus", "SUCCESS")
                writer.text("resetsAt", HubSpotTime.text(HubSpotLimits.midnight(after: now)))
            }
        }
    }

    // MARK: Writing

    private func single(_ body: (inout ObjectWriter) -> Void) -> [UInt8] {
        var writer = ObjectWriter(capacity: 1024)
        body(&writer)
        return writer.bytes
    }

    /// An object with the elements as its `results`.
    private func list<Element>(
        _ elements: [Element],
        _ write: (Element, inout ObjectWriter) -> Void
    ) -> [UInt8] {
        single { writer in
            writer.object { writer in
                writer.array("results") { writer in
                    for element in elements { write(element, &writer) }
                }
            }
        }
    }
}
