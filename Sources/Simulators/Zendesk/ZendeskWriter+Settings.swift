/// What an account is set up with: brands, fields, forms, rules and roles.
extension ZendeskWriter {
    private func writeHead(
        _ collection: ZendeskCollection,
        _ place: Int,
        to writer: inout ObjectWriter
    ) {
        writeURL(collection, place, to: &writer)
        writer.number("id", account.id(collection, place))
    }

    func writeBrand(_ place: Int, to writer: inout ObjectWriter) {
        writeHead(.brands, place, to: &writer)
        writer.text("name", "Brand \(place)")
        writer.text("brand_url", "https://brand\(place).zendesk.com")
        writer.text("subdomain", "brand\(place)")
        writer.nulls("host_mapping")
        writer.bool("has_help_center", place == 0)
        writer.text("help_center_state", place == 0 ? "enabled" : "disabled")
        writer.bool("active", object(.brands, place).isLiving)
        writer.bool("default", place == 0)
        writer.bool("is_deleted", !object(.brands, place).isLiving)
        writer.nulls("logo")
        writer.numbers("ticket_form_ids", [account.id(.ticketForms, place)])
        writer.text("signature_template", "{{agent.signature}}")
        writeTimes(.brands, place, to: &writer)
    }

    private func writeOptions(_ field: ZendeskField, _ firstID: Int, to writer: inout ObjectWriter) {
        writer.array("custom_field_options") { writer in
            for (number, option) in field.options.enumerated() {
                writer.object { writer in
                    writer.number("id", firstID + number)
                    writer.text("name", option.uppercased())
                    writer.text("raw_name", option.uppercased())
                    writer.text("value", option)
                }
            }
        }
    }

    func writeTicketField(_ place: Int, to writer: inout ObjectWriter) {
        let field = ZendeskField.ticket[place]
        writeHead(.ticketFields, place, to: &writer)
        writer.text("type", field.type)
        writer.text("title", field.title)
        writer.text("raw_title", field.title)
        writer.text("description", "")
        writer.text("raw_description", "")
        writer.number("position", place + 1)
        writer.bool("active", true)
        writer.bool("required", place < 2)
        writer.bool("collapsed_for_agents", false)
        writer.nulls("regexp_for_validation")
        writer.text("title_in_portal", field.title)
        writer.text("raw_title_in_portal", field.title)
        writer.bool("visible_in_portal", place < 3)
        writer.bool("editable_in_portal", place < 3)
        writer.bool("required_in_portal", place < 2)
        writer.nulls("tag")
        writeTimes(.ticketFields, place, to: &writer)
        writer.bool("removable", field.isCustom)
        writer.text("key", field.key)
        writer.nulls("agent_description")
        if !field.options.isEmpty { writeOptions(field, 28_000_000_000_000 + place * 100, to: &writer) }
    }

    func writeField(
        _ collection: ZendeskCollection,
        _ field: ZendeskField,
        _ place: Int,
        to writer: inout ObjectWriter
    ) {
        writeHead(collection, place, to: &writer)
        writer.text("type", field.type)
        writer.text("key", field.key)
        writer.text("title", field.title)
        writer.text("raw_title", field.title)
        writer.text("description", "")
        writer.text("raw_description", "")
        writer.number("position", place)
        writer.bool("active", true)
        writer.bool("system", false)
        writer.nulls("regexp_for_validation")
        writeTimes(collection, place, to: &writer)
        if !field.options.isEmpty {
            writeOptions(field, 28_100_000_000_000 + collection.ordinal * 10_000 + place * 100, to: &writer)
        }
    }

    func writeForm(_ place: Int, to writer: inout ObjectWriter) {
        let title = name("Form \(place)", .ticketForms, place)
        writeHead(.ticketForms, place, to: &writer)
        writer.text("name", title)
        writer.text("raw_name", title)
        writer.text("display_name", title)
        writer.text("raw_display_name", title)
        writer.bool("end_user_visible", true)
        writer.number("position", place + 1)
        writer.numbers("ticket_field_ids", ZendeskField.ticket.indices.map { account.id(.ticketFields, $0) })
        writer.bool("active", true)
        writer.bool("default", place == 0)
        writeTimes(.ticketForms, place, to: &writer)
        writer.bool("in_all_brands", true)
        writer.empties("restricted_brand_ids", "end_user_conditions", "agent_conditions")
    }

    func writeStatus(_ place: Int, to writer: inout ObjectWriter) {
        let category = ["new", "open", "pending", "hold", "solved"][place % 5]
        let label = place < 5 ? category.prefix(1).uppercased() + category.dropFirst() : "Custom \(place)"
        writer.number("id", account.id(.customStatuses, place))
        writer.text("status_category", category)
        for name in ["agent_label", "raw_agent_label", "end_user_label", "raw_end_user_label"] {
            writer.text(name, label)
        }
        for name in ["description", "raw_description", "end_user_description", "raw_end_user_description"] {
            writer.text(name, "A ticket that is \(category)")
        }
        writer.bool("active", true)
        writer.bool("default", place < 5)
        writeTimes(.customStatuses, place, to: &writer)
    }

    func writePolicy(_ place: Int, to writer: inout ObjectWriter) {
        writeHead(.slaPolicies, place, to: &writer)
        writer.text("title", name("Policy \(place)", .slaPolicies, place))
        writer.text("description", "For urgent requests")
        writer.number("position", place + 1)
        writer.raw("filter", #"{"all":[{"field":"type","operator":"is","value":"incident"}],"any":[]}"#)
        writer.raw(
            "policy_metrics",
            #"[{"priority":"urgent","metric":"first_reply_time","target":\#(20 + place),"business_hours":false}]"#
        )
        writeTimes(.slaPolicies, place, to: &writer)
    }

    func writeMacro(_ place: Int, to writer: inout ObjectWriter) {
        let title = name("Macro::\(place)", .macros, place)
        writeHead(.macros, place, to: &writer)
        writer.text("title", title)
        writer.bool("active", place % 6 > 0)
        writeTimes(.macros, place, to: &writer)
        writer.bool("default", false)
        writer.number("position", place)
        writer.text("description", place % 2 == 0 ? nil : "Says thanks")
        writer.raw("actions", #"[{"field":"status","value":"solved"},{"field":"priority","value":"low"}]"#)
        writer.nulls("restriction")
        writer.text("raw_title", title)
    }

    func writeTag(_ place: Int, to writer: inout ObjectWriter) {
        writer.text("name", ZendeskWorld.tags[place])
        writer.number("count", account.tickets.count { $0.tags >> UInt32(place) & 1 == 1 })
    }

    func writeRule(_ collection: ZendeskCollection, _ place: Int, to writer: inout ObjectWriter) {
        let isTrigger = collection == .triggers
        let title = name("\(isTrigger ? "Trigger" : "Automation") \(place)", collection, place)
        if isTrigger { writeURL(collection, place, to: &writer) }
        writer.number("id", account.id(collection, place))
        writer.text("title", title)
        writer.bool("active", place % 4 > 0)
        writeTimes(collection, place, to: &writer)
        writer.bool("default", place == 0)
        writer.raw("actions", #"[{"field":"status","value":"open"}]"#)
        writer.raw(
            "conditions",
            #"{"all":[{"field":"status","operator":"is","value":"\#(isTrigger ? "new" : "solved")"}],"any":[]}"#
        )
        writer.number("position", place + 1)
        writer.text("raw_title", title)
        guard isTrigger else { return }
        writer.text("description", "Sends a message")
        writer.text("category_id", "26363596868115")
    }

    func writeSchedule(_ place: Int, to writer: inout ObjectWriter) {
        writer.number("id", account.id(.schedules, place))
        writer.text("name", "Schedule \(place)")
        writer.text("time_zone", "Berlin")
        writeTimes(.schedules, place, to: &writer)
        writer.raw("intervals", #"[{"start_time":1980,"end_time":2460},{"start_time":3420,"end_time":3900}]"#)
    }

    func writeRole(_ place: Int, to writer: inout ObjectWriter) {
        writer.number("id", account.id(.customRoles, place))
        writer.text("name", ["Administrator", "Staff", "Team lead", "Light agent"][place])
        writer.text("description", "Can work on tickets")
        writer.number("role_type", place == 0 ? 4 : 0)
        writer.number("team_member_count", 1 + place)
        writer.raw(
            "configuration",
            #"{"chat_access":true,"ticket_access":"all","ticket_deletion":\#(place == 0),"view_access":"full"}"#
        )
        writeTimes(.customRoles, place, to: &writer)
    }

    func writeReason(_ place: Int, to writer: inout ObjectWriter) {
        let reasons = [
            "No reason provided", "The issue took too long to resolve", "The issue was not resolved",
            "The agent's knowledge is unsatisfactory", "Some other reason",
        ]
        writer.text(
            "url",
            "\(Self.origin)/api/v2/satisfaction_reasons/\(account.id(.satisfactionReasons, place)).json"
        )
        writer.number("id", account.id(.satisfactionReasons, place))
        writer.number("reason_code", [0, 5, 6, 7, 100][place])
        writer.text("value", reasons[place])
        writer.text("raw_value", reasons[place])
        writeTimes(.satisfactionReasons, place, to: &writer)
        writer.nulls("deleted_at")
    }

    // MARK: Custom objects

    func writeCustomObject(to writer: inout ObjectWriter) {
        writer.text("url", "\(Self.origin)/api/v2/custom_objects/\(ZendeskWorld.objectKey).json")
        writer.text("key", ZendeskWorld.objectKey)
        writeAuthors(to: &writer)
        writeTimes(.customObjects, 0, to: &writer)
        for (name, text) in [
            ("title", "Asset"), ("title_pluralized", "Assets"), ("description", "What was sold"),
        ] {
            writer.text(name, text)
            writer.text("raw_\(name)", text)
        }
        writer.bool("include_in_list_view", true)
        writer.bool("allows_attachments", false)
        writer.bool("allows_photos", false)
    }

    private func writeAuthors(to writer: inout ObjectWriter) {
        writer.text("created_by_user_id", String(account.id(.users, 0)))
        writer.text("updated_by_user_id", String(account.id(.users, 0)))
    }

    func writeCustomObjectField(_ place: Int, to writer: inout ObjectWriter) {
        let field = ZendeskField.asset[place]
        let id = 28_200_000_000_000 + place * 100
        writer.object { writer in
            writer.text(
                "url",
                "\(Self.origin)/api/v2/custom_objects/\(ZendeskWorld.objectKey)/fields/\(id).json"
            )
            writer.number("id", id)
            writer.text("type", field.type)
            writer.text("key", field.key)
            writer.text("title", field.title)
            writer.text("raw_title", field.title)
            writer.text("description", "")
            writer.text("raw_description", "")
            writer.number("position", place)
            writer.bool("active", true)
            writer.bool("system", false)
            writer.nulls("regexp_for_validation")
            writeTimes(.customObjects, 0, to: &writer)
            if !field.options.isEmpty { writeOptions(field, id + 1, to: &writer) }
        }
    }

    func writeRecord(_ place: Int, to writer: inout ObjectWriter) {
        let isGone = !object(.customObjectRecords, place).isLiving
        let gone = "[DELETED]"
        writeURL(.customObjectRecords, place, to: &writer)
        writer.text("id", Self.recordID(place))
        writer.text("name", isGone ? gone : name("Asset \(place)", .customObjectRecords, place))
        writer.text("custom_object_key", ZendeskWorld.objectKey)
        if isGone {
            writer.object("custom_object_fields") { writer in
                for field in ZendeskField.asset { writer.text(field.key ?? "", gone) }
            }
        } else {
            writeValues("custom_object_fields", ZendeskField.asset, .customObjectRecords, place, to: &writer)
        }
        writeAuthors(to: &writer)
        writeTimes(.customObjectRecords, place, to: &writer)
        writer.text("external_id", isGone ? gone : "asset-\(place)")
    }
}
