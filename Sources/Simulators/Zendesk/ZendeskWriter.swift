/// Writes the objects of an account as the API shows them at one second.
struct ZendeskWriter: Sendable {
    /// The origin in the addresses of objects, by whatever name the account is asked.
    static let origin = "https://simulated.zendesk.com"

    let account: ZendeskAccount
    let now: Int

    var world: ZendeskWorld { account.world }

    /// What identifies an object to others.
    static func key(_ collection: ZendeskCollection, _ place: Int) -> String {
        switch collection {
        case .customObjectRecords: recordID(place)
        case .customObjects: ZendeskWorld.objectKey
        case .tags: ZendeskWorld.tags[place]
        default: String(collection.firstID + place)
        }
    }

    /// The id of a custom object record, which is text.
    static func recordID(_ place: Int) -> String {
        let digits = String(place)
        return "01JSIM" + String(repeating: "0", count: 20 - digits.count) + digits
    }

    /// The place of the custom object record with that id; nil if it has not that form.
    static func record(id: String) -> Int? {
        guard id.hasPrefix("01JSIM"), id.utf8.count == 26 else { return nil }
        return Int(id.dropFirst(6))
    }

    /// An object on its own.
    func bytes(_ collection: ZendeskCollection, _ place: Int) -> [UInt8] {
        var writer = ObjectWriter(capacity: 2048)
        write(collection, place, to: &writer)
        return writer.bytes
    }

    /// Appends an object, with more members behind its own.
    func write(
        _ collection: ZendeskCollection,
        _ place: Int,
        to writer: inout ObjectWriter,
        more: (inout ObjectWriter) -> Void = { _ in }
    ) {
        writer.object { writer in
            writer.replacing(object(collection, place).members) { writer in
                switch collection {
                case .tickets: writeTicket(place, to: &writer)
                case .users: writeUser(place, to: &writer)
                case .organizations: writeOrganization(place, to: &writer)
                case .groups: writeGroup(place, to: &writer)
                case .groupMemberships, .organizationMemberships:
                    writeMembership(collection, place, to: &writer)
                case .brands: writeBrand(place, to: &writer)
                case .ticketFields: writeTicketField(place, to: &writer)
                case .userFields: writeField(collection, ZendeskField.user[place], place, to: &writer)
                case .organizationFields:
                    writeField(collection, ZendeskField.organization[place], place, to: &writer)
                case .ticketForms: writeForm(place, to: &writer)
                case .customStatuses: writeStatus(place, to: &writer)
                case .slaPolicies: writePolicy(place, to: &writer)
                case .macros: writeMacro(place, to: &writer)
                case .tags: writeTag(place, to: &writer)
                case .automations, .triggers: writeRule(collection, place, to: &writer)
                case .schedules: writeSchedule(place, to: &writer)
                case .customRoles: writeRole(place, to: &writer)
                case .satisfactionRatings: writeRating(place, to: &writer)
                case .satisfactionReasons: writeReason(place, to: &writer)
                case .customObjects: writeCustomObject(to: &writer)
                case .customObjectRecords: writeRecord(place, to: &writer)
                }
            }
            more(&writer)
        }
    }

    // MARK: Parts of many

    func object(_ collection: ZendeskCollection, _ place: Int) -> ZendeskObject { account[collection][place] }

    /// The id of an object; nil for none.
    func id(_ collection: ZendeskCollection, _ place: Int) -> Int? {
        place < 0 ? nil : account.id(collection, place)
    }

    func number(_ collection: ZendeskCollection, _ place: Int, _ salt: UInt64, below bound: Int) -> Int {
        world.number(collection, place, salt, below: bound)
    }

    func writeURL(_ collection: ZendeskCollection, _ place: Int, to writer: inout ObjectWriter) {
        writer.text("url", "\(Self.origin)/api/v2/\(collection.path)/\(Self.key(collection, place)).json")
    }

    func writeTimes(_ collection: ZendeskCollection, _ place: Int, to writer: inout ObjectWriter) {
        let object = object(collection, place)
        writer.time("created_at", object.created)
        writer.time("updated_at", object.updated)
    }

    /// A text that changes with its object.
    func name(_ text: String, _ collection: ZendeskCollection, _ place: Int) -> String {
        let revision = object(collection, place).revision
        return revision == 0 ? text : "\(text) (\(revision))"
    }

    /// The names of the tags that the bits stand for.
    func tags(_ bits: UInt32) -> [String] {
        ZendeskWorld.tags.enumerated().filter { bits >> UInt32($0.offset) & 1 == 1 }.map(\.element)
    }
}
