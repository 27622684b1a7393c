import JSON

/// An object with members of a caller's own: one that is there, or a new one.
struct PutObject: Sendable {
    let stream: String
    /// Of one that is there; nil for a new one.
    let id: String?
    /// JSON by the names of members, shown as it is: digits and escapes stay.
    let members: [String: String]

    private static let usage =
        "{\"stream\": NAME, \"id\": ID, \"members\": {NAME: VALUE}}, where id may be left out for a new object"

    /// Wanted by a caller.
    ///
    /// - Throws: if a member is no JSON.
    init(stream: String, id: String?, members: [String: String]) throws(SimulatorError) {
        for (name, json) in members {
            do { _ = try JSONValue.parse(json.utf8) } catch {
                throw SimulatorError("\(name) is no JSON: \(error)")
            }
        }
        self.stream = stream
        self.id = id
        self.members = members
    }

    /// Reads `{"stream": NAME, "id": ID, "members": {NAME: VALUE}}`.
    ///
    /// - Throws: if it is anything else.
    init(_ body: [UInt8], _ document: JSONValue) throws(SimulatorError) {
        guard let stream = document["stream"]?.text, let members = document["members"]?.members,
            document["id"].map({ $0.text != nil }) ?? true,
            let other = document.members?.filter({ !["stream", "id", "members"].contains($0.name) }),
            other.isEmpty
        else { throw SimulatorError("the body is not \(Self.usage)") }
        let names = members.map(\.name)
        // The tree would lose the escape of half a surrogate pair.
        let scanner = PageScanner(
            plan: ScanPlan(records: .whole, recordFields: names.map { ["members", $0] })
        )
        do {
            let page = try scanner.scan(body)
            var values: [String: String] = [:]
            for (place, name) in names.enumerated() {
                let token = page.bytes[page.field(place, ofRecord: 0).range]
                values[name] = String(decoding: token, as: UTF8.self)
            }
            self.members = values
        } catch {
            throw SimulatorError("the body is no JSON: \(error)")
        }
        self.stream = stream
        id = document["id"]?.text
    }

    /// The collection that is meant, of those whose objects can be put.
    ///
    /// - Throws: if it is none of them.
    func chosen<Collection: RawRepresentable<String>>(
        from all: [Collection]
    ) throws(SimulatorError) -> Collection {
        if let collection = all.first(where: { $0.rawValue == stream }) { return collection }
        throw SimulatorError(
            "there is no stream '\(stream)' to put an object into; there are "
                + all.map(\.rawValue).joined(separator: ", ")
        )
    }

    /// That there is no living object of that id.
    var missing: SimulatorError {
        SimulatorError("\(stream) has no '\(id ?? "")': leave id out to put a new object")
    }

    /// Refuses a member that the object has not, or that it owes to the account itself.
    func check(against object: [UInt8], except fixed: [String]) throws(SimulatorError) {
        let names = ((try? JSONValue.parse(object))?.members ?? []).map(\.name).filter { !fixed.contains($0) }
        for name in members.keys.sorted() where !names.contains(name) {
            throw SimulatorError(
                "\(stream) has no member '\(name)' to put; there are \(names.joined(separator: ", "))"
            )
        }
    }

    /// What was done, to the object of this id.
    func done(_ id: String) -> SimulatedChange {
        SimulatedChange(action: self.id == nil ? .created : .updated, stream: stream, id: id)
    }
}
