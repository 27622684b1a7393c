import JSON
import Web

/// The associations of objects of one type with those of another, page by page.
struct HubSpotAssociationPages {
    /// How many an object shows at once.
    static let size = 500
    private static let inputLimit = 1000

    let view: HubSpotView
    let type: HubSpotType
    let other: HubSpotType

    /// Those of many objects; the status tells whether all of them had some.
    ///
    /// - Throws: if the body asks for nothing, or for too much.
    func batch(_ body: [UInt8]) throws(HubSpotError) -> (status: Int, bytes: [UInt8]) {
        guard let document = try? JSONValue.parse(body), let inputs = document["inputs"]?.elements else {
            throw .invalid("Invalid input JSON: inputs are needed")
        }
        guard inputs.count <= Self.inputLimit else {
            throw .invalid("The maximum number of inputs is \(Self.inputLimit), was \(inputs.count)")
        }
        var pages: [(id: String, page: Page)] = []
        var strangers: [String] = []
        var lonely: [String] = []
        for input in inputs {
            guard let id = input["id"].flatMap({ $0.text ?? $0.int.map(String.init) }) else {
                throw .invalid("Invalid input JSON: each of the inputs needs an id")
            }
            guard Int(id) != nil else {
                strangers.append(id)
                continue
            }
            let page = try view.find(type, id: id).map { object throws(HubSpotError) in
                try self.page(object, after: input["after"]?.text, limit: Self.size)
            }
            if let page, !page.associations.isEmpty { pages.append((id, page)) } else { lonely.append(id) }
        }
        var writer = ObjectWriter(capacity: pages.count * 256)
        writer.object { writer in
            writer.status(view.now)
            writer.array("results") { writer in
                for (id, page) in pages { write(id, page, to: &writer) }
            }
            guard !lonely.isEmpty || !strangers.isEmpty else { return }
            writer.array("errors") { writer in
                for id in lonely { writeLonely(id, to: &writer) }
                for id in strangers {
                    writer.problem(
                        category: "VALIDATION_ERROR",
                        subCategory: "crm.associations.INVALID_IDENTIFIER",
                        message: "\(id) is not a valid ID",
                        context: [("id", [id])]
                    )
                }
            }
            writer.number("numErrors", lonely.count + strangers.count)
        }
        return (lonely.isEmpty && strangers.isEmpty ? 200 : 207, writer.bytes)
    }

    /// Those of one object.
    ///
    /// - Throws: if there is none, or the cursor is none.
    func list(_ id: String, _ query: HubSpotQuery, _ request: WebRequest) throws(HubSpotError) -> [UInt8] {
        guard let object = view.find(type, id: id) else { throw .missing }
        let limit = try query.limit(usual: Self.size, most: Self.size)
        let page = try page(object, after: query.after, limit: limit)
        var writer = ObjectWriter(capacity: 256 + page.associations.count * 128)
        writer.object { writer in
            writer.array("results") { writer in write(page.associations, to: &writer) }
            guard let next = page.next else { return }
            let links = PageLinks(request)
            writer.next(after: next, link: links.link(without: ["after"], (name: "after", value: next)))
        }
        return writer.bytes
    }

    /// Each pair of a living object.
    func all() -> [(from: String, to: String, record: [UInt8])] {
        (0..<view.count(type)).flatMap { index in
            let object = HubSpotObject(type: type, index: index)
            guard view.state(object).isLiving else { return [(from: String, to: String, record: [UInt8])]() }
            return view.related(object, to: other).map { association in
                var writer = ObjectWriter(capacity: 128)
                write(association, to: &writer)
                return (
                    from: String(view.world.id(type, index)),
                    to: String(view.world.id(other, association.index)),
                    record: writer.bytes
                )
            }
        }
    }

    /// The names that associations can have.
    func labels() -> [UInt8] {
        var writer = ObjectWriter(capacity: 256)
        writer.object { writer in
            writer.array("results") { writer in
                guard let (place, isUp) = HubSpotRelation.between(type, other) else { return }
                for name in HubSpotRelation.all[place].names(ofChild: 0, isUp: isUp) {
                    Self.write(name, to: &writer)
                }
            }
        }
        return writer.bytes
    }

    private struct Page {
        var associations: [HubSpotAssociation]
        var next: String?
    }

    private func page(_ object: HubSpotObject, after: String?, limit: Int) throws(HubSpotError) -> Page {
        var related = view.related(object, to: other)
        if let after, !after.isEmpty {
            guard let id = HubSpotCursor.id(after) else { throw .invalid("Invalid after: \(after)") }
            related.removeAll { view.world.id(other, $0.index) < id }
        }
        let next =
            related.count > limit ? HubSpotCursor.text(view.world.id(other, related[limit].index)) : nil
        return Page(associations: Array(related.prefix(limit)), next: next)
    }

    private func write(_ id: String, _ page: Page, to writer: inout ObjectWriter) {
        writer.object { writer in
            writer.object("from") { writer in writer.text("id", id) }
            writer.array("to") { writer in write(page.associations, to: &writer) }
            if let next = page.next { writer.next(after: next) }
        }
    }

    private func write(_ associations: [HubSpotAssociation], to writer: inout ObjectWriter) {
        for association in associations { write(association, to: &writer) }
    }

    private func write(_ association: HubSpotAssociation, to writer: inout ObjectWriter) {
        writer.object { writer in
            // A number on the wire, though descriptions say text.
            writer.number("toObjectId", view.world.id(other, association.index))
            writer.array("associationTypes") { writer in
                for name in association.names { Self.write(name, to: &writer) }
            }
        }
    }

    private static func write(_ name: HubSpotRelation.Name, to writer: inout ObjectWriter) {
        writer.object { writer in
            writer.text("category", name.isCustom ? "USER_DEFINED" : "HUBSPOT_DEFINED")
            writer.number("typeId", name.number)
            writer.text("label", name.label)
        }
    }

    private func writeLonely(_ id: String, to writer: inout ObjectWriter) {
        writer.problem(
            category: "OBJECT_NOT_FOUND",
            subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
            message: "No \(other.singular) is associated with \(type.singular) \(id).",
            context: [
                ("fromObjectId", [id]), ("fromObjectType", [type.singular]),
                ("toObjectType", [other.singular]),
            ]
        )
    }
}
