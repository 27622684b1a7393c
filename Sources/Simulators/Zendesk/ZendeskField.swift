/// A field of tickets, users or organizations: the vendor's own, or one that the account added.
struct ZendeskField: Sendable {
    var type: String
    var title: String
    /// The name in `user_fields` and `organization_fields`; nil for the vendor's own.
    var key: String?
    /// The values of a list, for those that are one.
    var options: [String] = []

    var isCustom: Bool { key != nil }

    static let ticket = [
        ZendeskField(type: "subject", title: "Subject"),
        ZendeskField(type: "description", title: "Description"),
        ZendeskField(type: "status", title: "Status"),
        ZendeskField(type: "tickettype", title: "Type"),
        ZendeskField(type: "priority", title: "Priority"),
        ZendeskField(type: "group", title: "Group"),
        ZendeskField(type: "assignee", title: "Assignee"),
        ZendeskField(
            type: "tagger",
            title: "Product",
            key: "product",
            options: ["phone", "laptop", "watch"]
        ),
        ZendeskField(type: "text", title: "Order number", key: "order_number"),
        ZendeskField(type: "integer", title: "Items", key: "items"),
        ZendeskField(type: "decimal", title: "Refund amount", key: "refund_amount"),
        ZendeskField(type: "checkbox", title: "Escalated", key: "escalated"),
        ZendeskField(type: "date", title: "Bought on", key: "bought_on"),
        ZendeskField(
            type: "multiselect",
            title: "Channels",
            key: "channels",
            options: ["by_phone", "by_mail", "by_chat"]
        ),
    ]

    static let user = [
        ZendeskField(type: "dropdown", title: "Tier", key: "tier", options: ["gold", "silver", "bronze"]),
        ZendeskField(type: "integer", title: "Lifetime orders", key: "lifetime_orders"),
        ZendeskField(type: "decimal", title: "Balance", key: "balance"),
        ZendeskField(type: "date", title: "Customer since", key: "customer_since"),
        ZendeskField(type: "checkbox", title: "Newsletter", key: "newsletter"),
    ]

    static let organization = [
        ZendeskField(type: "text", title: "Account manager", key: "account_manager"),
        ZendeskField(type: "dropdown", title: "Region", key: "region", options: ["emea", "apac", "amer"]),
        ZendeskField(type: "integer", title: "Seats", key: "seats"),
    ]

    /// Those of the custom object.
    static let asset = [
        ZendeskField(type: "text", title: "Serial", key: "serial"),
        ZendeskField(type: "integer", title: "Warranty months", key: "warranty_months"),
        ZendeskField(type: "dropdown", title: "Model", key: "model", options: ["m1", "m2", "m3"]),
    ]

    /// A value as JSON that follows from a number; of what changes it, only this.
    func value(_ number: UInt64) -> String {
        guard number % 5 > 0 else { return type == "checkbox" ? "false" : "null" }
        let number = Int(number >> 8 & 0xFF_FFFF)
        switch type {
        case "tagger", "dropdown": return "\"\(options[number % options.count])\""
        case "multiselect":
            return "["
                + options.enumerated().filter { number >> $0.offset & 1 == 1 }.map { "\"\($0.element)\"" }
                .joined(separator: ",") + "]"
        case "integer": return String(number % 500)
        // The vendor has both forms.
        case "decimal": return number % 2 == 0 ? "\"\(number % 900).50\"" : "\(number % 900).25"
        case "checkbox": return number % 2 == 0 ? "true" : "false"
        case "date": return "\"2025-\(10 + number % 3)-\(10 + number % 18)\""
        default: return "\"N-\(number % 100_000) “é” ☃\""
        }
    }
}
