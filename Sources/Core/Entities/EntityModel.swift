/// What a retailer's services all know in words of their own, in one form.
///
/// Each entity has, beside the fields here, `createdAt` and `updatedAt`.
package struct EntityModel: Hashable, Sendable {
    package var name: String
    package var fields: [EntityField]

    private init(_ name: String, _ fields: [EntityField]) {
        self.name = name
        self.fields = fields + [.init("createdAt", .time), .init("updatedAt", .time)]
    }

    /// The field of a name.
    package func field(_ name: String) -> EntityField? { fields.first { $0.name == name } }

    /// The entity of a name.
    package static func named(_ name: String) -> EntityModel? { all.first { $0.name == name } }

    /// All of them.
    package static let all: [EntityModel] = [
        EntityModel(
            "Customer",
            [
                .init("name", .text), .init("email", .email), .init("phone", .phone),
                .init("companyId", .reference("Company")),
                .init("status", .status(["active", "inactive", "blocked"])),
                .init("currency", .text), .init("address", .address),
            ]
        ),
        EntityModel(
            "Person",
            [
                .init("givenName", .text), .init("familyName", .text), .init("fullName", .text),
                .init("email", .email), .init("phone", .phone), .init("companyId", .reference("Company")),
                .init("ownerId", .reference("Agent")), .init("address", .address),
            ]
        ),
        EntityModel(
            "Company",
            [
                .init("name", .text), .init("domain", .text), .init("taxIds", .json),
                .init("address", .address),
                .init("phone", .phone), .init("ownerId", .reference("Agent")),
            ]
        ),
        EntityModel(
            "Product",
            [
                .init("sku", .text), .init("name", .text), .init("active", .flag),
                .init("defaultPrice", .money),
                .init("unit", .text),
            ]
        ),
        EntityModel(
            "Order",
            [
                .init("number", .text), .init("customerId", .reference("Customer")),
                .init("status", .status(["draft", "open", "paid", "fulfilled", "cancelled"])),
                .init("placedAt", .time), .init("total", .money), .init("externalRef", .text),
            ]
        ),
        EntityModel(
            "OrderLine",
            [
                .init("orderId", .reference("Order")), .init("lineNo", .number),
                .init("productId", .reference("Product")), .init("name", .text), .init("quantity", .number),
                .init("unitPrice", .money), .init("net", .money), .init("cancelled", .flag),
            ]
        ),
        EntityModel(
            "Payment",
            [
                .init("orderId", .reference("Order")), .init("customerId", .reference("Customer")),
                .init("amount", .money), .init("captured", .flag),
                .init("status", .status(["pending", "paid", "failed", "refunded", "cancelled"])),
                .init("method", .text), .init("capturedAt", .time),
            ]
        ),
        EntityModel(
            "Refund",
            [
                .init("paymentId", .reference("Payment")), .init("amount", .money), .init("reason", .text),
                .init("status", .status(["pending", "paid", "failed", "cancelled"])),
            ]
        ),
        EntityModel(
            "Dispute",
            [
                .init("paymentId", .reference("Payment")), .init("amount", .money), .init("reason", .text),
                .init("status", .status(["open", "review", "won", "lost", "closed"])), .init("dueBy", .time),
            ]
        ),
        EntityModel(
            "Invoice",
            [
                .init("number", .text), .init("customerId", .reference("Customer")),
                .init("status", .status(["draft", "open", "paid", "overdue", "void", "uncollectible"])),
                .init("total", .money), .init("due", .money), .init("dueDate", .time),
                .init("isCancelled", .flag),
            ]
        ),
        EntityModel(
            "Subscription",
            [
                .init("customerId", .reference("Customer")),
                .init(
                    "status",
                    .status(["pending", "trial", "active", "overdue", "paused", "cancelled", "ended"])
                ),
                .init("startAt", .time), .init("endAt", .time), .init("items", .json),
            ]
        ),
        EntityModel(
            "SupportTicket",
            [
                .init("number", .text), .init("subject", .text),
                .init("status", .status(["new", "open", "pending", "hold", "solved", "closed"])),
                .init("priority", .text), .init("requesterId", .reference("Customer")),
                .init("assigneeId", .reference("Agent")), .init("companyId", .reference("Company")),
                .init("openedAt", .time), .init("resolvedAt", .time), .init("csat", .text),
            ]
        ),
        EntityModel(
            "TicketComment",
            [
                .init("ticketId", .reference("SupportTicket")), .init("authorId", .reference("Person")),
                .init("public", .flag), .init("body", .text), .init("at", .time),
            ]
        ),
        EntityModel(
            "Deal",
            [
                .init("name", .text), .init("amount", .money), .init("stage", .text),
                .init("probability", .number), .init("closeDate", .time), .init("won", .flag),
                .init("ownerId", .reference("Agent")), .init("companyId", .reference("Company")),
            ]
        ),
        EntityModel("Agent", [.init("name", .text), .init("email", .email), .init("active", .flag)]),
    ]
}
