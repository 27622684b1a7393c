import Core

/// Somebody to whom objects are assigned; a fifth of them has left and is archived.
struct HubSpotOwner: Sendable {
    /// How many there are: more than fit on a page of the usual size.
    static let count = 130

    /// Its place among them.
    let index: Int

    var id: String { String(70_000_017 + index * 53) }
    var isArchived: Bool { index % 5 == 3 }
    var isQueue: Bool { index % 41 == 40 }
    var email: String { "owner\(index)@example.com" }
    private var created: Int { HubSpotWorld.begin - 200 * HubSpotWorld.day + index * 3_600_001 }
    private var updated: Int { created + (isArchived ? 500 : 20) * HubSpotWorld.day }

    /// Those that are archived, or those that are not.
    static func all(archived: Bool) -> [HubSpotOwner] {
        (0..<count).map { HubSpotOwner(index: $0) }.filter { $0.isArchived == archived }
    }

    /// The one with that id.
    init?(id: String) {
        guard let owner = (0..<Self.count).map({ HubSpotOwner(index: $0) }).first(where: { $0.id == id })
        else { return nil }
        self = owner
    }

    init(index: Int) { self.index = index }

    /// Appends it as the API shows it.
    func write(to writer: inout ObjectWriter) {
        writer.object { writer in
            writer.text("id", id)
            writer.text("email", email)
            writer.text("type", isQueue ? "QUEUE" : "PERSON")
            writer.text("firstName", isQueue ? "" : ["Mia", "Noël", "Ömer"][index % 3])
            writer.text("lastName", isQueue ? "" : "Owner \(index)")
            // Who has left has no user any more, but had one.
            if !isArchived { writer.number("userId", 9_000_000 + index) }
            writer.number("userIdIncludingInactive", 9_000_000 + index)
            writer.text("createdAt", HubSpotTime.text(created))
            writer.text("updatedAt", HubSpotTime.text(updated))
            writer.bool("archived", isArchived)
            if index % 4 == 0 {
                writer.array("teams") { writer in
                    for team in 0..<1 + index % 2 {
                        writer.object { writer in
                            writer.text("id", String(368_389 + team))
                            writer.text("name", ["Sales", "Support"][team])
                            writer.bool("primary", team == 0)
                        }
                    }
                }
            }
        }
    }

    /// Its JSON.
    var bytes: [UInt8] {
        var writer = ObjectWriter(capacity: 512)
        write(to: &writer)
        return writer.bytes
    }
}
