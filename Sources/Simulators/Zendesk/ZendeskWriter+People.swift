/// Users, organizations, groups, and who belongs to which.
extension ZendeskWriter {
    func name(ofUser place: Int) -> String {
        if let person = world.person(place) { return name("\(person.first) \(person.last)", .users, place) }
        let first = ["Ada", "Björn", "Chloé", "Дарья", "Émile", "恵子", "Ines", "João"]
        let last = ["Meier", "O'Neill", "Nakamura", "Sánchez", "Ivanova", "Smith-Jones"]
        let text =
            first[number(.users, place, 50, below: first.count)] + " "
            + last[number(.users, place, 51, below: last.count)]
        return name(text, .users, place)
    }

    private func email(ofUser place: Int) -> String {
        world.person(place)?.email ?? "user\(place)@example.com"
    }

    private func phone(ofUser place: Int) -> String? {
        number(.users, place, 52, below: 2) == 0 ? nil : "+1555\(1_000_000 + place)"
    }

    func writeUser(_ place: Int, to writer: inout ObjectWriter) {
        let object = object(.users, place)
        let isAgent = world.isAgent(place)
        let isErased = object.state == .erased
        writer.number("id", account.id(.users, place))
        writeURL(.users, place, to: &writer)
        writer.text("name", isErased ? "Permanently Deleted User" : name(ofUser: place))
        writer.text("email", isErased ? nil : email(ofUser: place))
        writeTimes(.users, place, to: &writer)
        writer.text("time_zone", "Berlin")
        writer.text("iana_time_zone", "Europe/Berlin")
        writer.text("phone", isErased ? nil : phone(ofUser: place))
        writer.nulls("shared_phone_number", "photo")
        writer.number("locale_id", 1)
        writer.text("locale", "en-US")
        writer.number("organization_id", id(.organizations, object.owner))
        writer.text("role", place == 0 && isAgent ? "admin" : isAgent ? "agent" : "end-user")
        writer.bool("verified", number(.users, place, 53, below: 3) > 0)
        let hasID = number(.users, place, 54, below: 3) == 0
        writer.text("external_id", hasID && !isErased ? "customer-\(place)" : nil)
        writer.words("tags", tags(UInt32(1) << UInt32(number(.users, place, 55, below: 40) % 32)))
        writer.nulls("alias")
        writer.bool("active", object.isLiving)
        writer.bool("shared", false)
        writer.bool("shared_agent", false)
        writer.time("last_login_at", number(.users, place, 56, below: 2) == 0 ? nil : object.created + 3600)
        writer.nulls("two_factor_auth_enabled", "signature")
        writer.text("details", number(.users, place, 57, below: 4) == 0 ? "met at the fair" : nil)
        writer.nulls("notes")
        writer.number("role_type", isAgent ? (place == 0 ? 4 : 0) : nil)
        writer.number("custom_role_id", isAgent ? account.id(.customRoles, place % 4) : nil)
        writer.bool("moderator", isAgent)
        writer.text("ticket_restriction", isAgent ? nil : "requested")
        writer.bool("only_private_comments", false)
        writer.bool("restricted_agent", !isAgent)
        writer.bool("suspended", number(.users, place, 58, below: 30) == 0)
        writer.number("default_group_id", isAgent ? account.id(.groups, place % 7) : nil)
        writer.bool("report_csv", place == 0)
        writeValues("user_fields", ZendeskField.user, .users, place, to: &writer)
    }

    /// The values of fields by their keys.
    func writeValues(
        _ name: String,
        _ fields: [ZendeskField],
        _ collection: ZendeskCollection,
        _ place: Int,
        to writer: inout ObjectWriter
    ) {
        let revision = UInt64(object(collection, place).revision)
        writer.object(name) { writer in
            for (number, field) in fields.enumerated() {
                let value = world.number(collection, place, 60 + UInt64(number) + revision << 8)
                writer.raw(field.key ?? field.type, field.value(value))
            }
        }
    }

    /// The row of a user in the list of deleted ones.
    func writeDeletedUser(_ place: Int, to writer: inout ObjectWriter) {
        let object = object(.users, place)
        let isErased = object.state == .erased
        writer.object { writer in
            writer.number("id", account.id(.users, place))
            writer.text("url", "\(Self.origin)/api/v2/deleted_users/\(account.id(.users, place)).json")
            writer.text("name", isErased ? "Permanently Deleted User" : name(ofUser: place))
            writer.text("email", isErased ? nil : email(ofUser: place))
            writeTimes(.users, place, to: &writer)
            writer.text("time_zone", "Berlin")
            writer.text("phone", isErased ? nil : phone(ofUser: place))
            writer.nulls("shared_phone_number", "photo")
            writer.number("locale_id", 1)
            writer.text("locale", "en-US")
            writer.number("organization_id", id(.organizations, object.owner))
            writer.text("role", "end-user")
            writer.bool("active", false)
        }
    }

    func writeOrganization(_ place: Int, to writer: inout ObjectWriter) {
        let object = object(.organizations, place)
        writeURL(.organizations, place, to: &writer)
        writer.number("id", account.id(.organizations, place))
        writer.text("name", name("Company \(place) \u{1F680}", .organizations, place))
        writer.bool("shared_tickets", number(.organizations, place, 50, below: 5) == 0)
        writer.bool("shared_comments", false)
        writer.text(
            "external_id",
            number(.organizations, place, 51, below: 3) == 0 ? "company-\(place)" : nil
        )
        writeTimes(.organizations, place, to: &writer)
        writer.words(
            "domain_names",
            number(.organizations, place, 52, below: 2) == 0 ? [] : ["company\(place).example"]
        )
        writer.text("details", number(.organizations, place, 53, below: 3) == 0 ? "line one\nline two" : nil)
        writer.nulls("notes", "group_id")
        writer.words("tags", tags(UInt32(1) << UInt32(number(.organizations, place, 54, below: 32))))
        writeValues("organization_fields", ZendeskField.organization, .organizations, place, to: &writer)
        writer.time("deleted_at", object.isLiving ? nil : object.deleted)
    }

    func writeGroup(_ place: Int, to writer: inout ObjectWriter) {
        writeURL(.groups, place, to: &writer)
        writer.number("id", account.id(.groups, place))
        writer.bool("is_public", place % 3 > 0)
        writer.text("name", name("Group \(place)", .groups, place))
        writer.text("description", place % 2 == 0 ? "" : "Second level")
        writer.bool("default", place == 0)
        writer.bool("deleted", !object(.groups, place).isLiving)
        writeTimes(.groups, place, to: &writer)
    }

    func writeMembership(_ collection: ZendeskCollection, _ place: Int, to writer: inout ObjectWriter) {
        let object = object(collection, place)
        let isGroup = collection == .groupMemberships
        writeURL(collection, place, to: &writer)
        writer.number("id", account.id(collection, place))
        writer.number("user_id", account.id(.users, object.owner))
        writer.number(
            isGroup ? "group_id" : "organization_id",
            account.id(isGroup ? .groups : .organizations, object.other)
        )
        writer.bool("default", object.revision % 2 == 0)
        writer.time("created_at", object.created)
        // Old ones of groups never got one.
        let hasNone = isGroup && object.revision == 0 && place % 5 == 0
        writer.time("updated_at", hasNone ? nil : object.updated)
        guard !isGroup else { return }
        writer.text("organization_name", "Company \(object.other) \u{1F680}")
        writer.bool("view_tickets", false)
    }
}
