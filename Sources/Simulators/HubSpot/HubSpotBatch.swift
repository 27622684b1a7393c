import JSON

/// Objects by their ids, many at once.
struct HubSpotBatch {
    let view: HubSpotView
    let type: HubSpotType
    let isArchived: Bool

    /// The answer, and whether all were there; a partial one has an error of the moment in place of the first.
    ///
    /// - Throws: if the body asks for nothing, or for too much.
    func answer(_ body: [UInt8], isPartial: Bool) throws(HubSpotError) -> (status: Int, bytes: [UInt8]) {
        guard let document = try? JSONValue.parse(body), let inputs = document["inputs"]?.elements else {
            throw .invalid("Invalid input JSON: inputs are needed")
        }
        let history = (document["propertiesWithHistory"]?.elements ?? []).compactMap(\.text)
        let most = history.isEmpty ? 100 : 50
        guard inputs.count <= most else {
            throw .invalid("The maximum number of inputs is \(most), was \(inputs.count)")
        }
        var ids: [String] = []
        for input in inputs {
            guard let id = input["id"].flatMap({ $0.text ?? $0.int.map(String.init) }) else {
                throw .invalid("Invalid input JSON: each of the inputs needs an id")
            }
            ids.append(id)
        }
        let lookup = try HubSpotLookup(view, type, property: document["idProperty"]?.text)
        var objects: [HubSpotObject] = []
        var missing: [String] = []
        let failed = isPartial ? ids.first : nil
        for id in ids where id != failed {
            let object = lookup.find(id)
            guard let object, (view.state(object).archived != nil) == isArchived else {
                missing.append(id)
                continue
            }
            if !objects.contains(object) { objects.append(object) }
        }
        // The order of the answer is nobody's promise.
        objects.sort { view.world.number(type, $0.index, 901) < view.world.number(type, $1.index, 901) }
        let names = (document["properties"]?.elements ?? []).compactMap(\.text)
        let selection = HubSpotSelection(type, names, history: history)
        var writer = ObjectWriter(capacity: objects.count * 1024)
        writer.object { writer in
            writer.status(view.now)
            writer.array("results") { writer in
                for object in objects { view.write(object, view.state(object), selection, to: &writer) }
            }
            let errors = (missing.isEmpty ? 0 : 1) + (failed == nil ? 0 : 1)
            guard errors > 0 else { return }
            writer.number("numErrors", errors)
            writer.array("errors") { writer in
                if let failed {
                    writer.problem(
                        category: "INTERNAL_ERROR",
                        message: "internal error",
                        context: [("ids", [failed])]
                    )
                }
                guard !missing.isEmpty else { return }
                writer.problem(
                    category: "OBJECT_NOT_FOUND",
                    message:
                        "Could not get some \(type.singular.uppercased()) objects, they may be deleted or not exist. "
                        + "Check that ids are valid.",
                    context: [("ids", missing)]
                )
            }
        }
        return (missing.isEmpty && failed == nil ? 200 : 207, writer.bytes)
    }
}

/// Finds objects by their ids, or by another property that is unique.
struct HubSpotLookup {
    private let view: HubSpotView
    private let type: HubSpotType
    private let byEmail: Bool

    /// - Throws: if the property is not unique.
    init(_ view: HubSpotView, _ type: HubSpotType, property: String?) throws(HubSpotError) {
        self.view = view
        self.type = type
        switch property {
        case nil, "", "hs_object_id": byEmail = false
        case "email" where type == .contacts: byEmail = true
        case let name?: throw .invalid("Property \(name) is not a unique property of \(type.rawValue)")
        }
    }

    func find(_ id: String) -> HubSpotObject? {
        guard byEmail else { return view.find(type, id: id) }
        for index in 0..<view.count(type) {
            let object = HubSpotObject(type: type, index: index)
            let state = view.state(object)
            if state.isLiving, view.value(object, "email", state) == id { return object }
        }
        return nil
    }
}

extension ObjectWriter {
    /// The members with which the answer to a batch begins.
    mutating func status(_ now: Int) {
        text("status", "COMPLETE")
        text("startedAt", HubSpotTime.text(now))
        text("completedAt", HubSpotTime.text(now))
    }

    /// One of the errors of a batch, as an element.
    mutating func problem(
        category: String,
        subCategory: String? = nil,
        message: String,
        context: [(name: String, values: [String])]
    ) {
        object { writer in
            writer.text("status", "error")
            writer.text("category", category)
            if let subCategory { writer.text("subCategory", subCategory) }
            writer.text("message", message)
            writer.object("context") { writer in
                for (name, values) in context { writer.texts(name, values) }
            }
            writer.array("errors") { _ in }
            writer.object("links") { _ in }
        }
    }
}
