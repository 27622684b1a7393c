/// A pipeline through whose stages objects go.
struct HubSpotPipeline: Sendable {
    /// A stage of a pipeline.
    struct Stage: Sendable {
        var id: String
        var label: String
        var isClosed: Bool
        /// Of a deal.
        var probability: String?
        var isWon: Bool { isClosed && probability == "1.0" }
    }

    var id: String
    var label: String
    var stages: [Stage]

    /// The pipelines of a type.
    static func of(_ type: HubSpotType) -> [HubSpotPipeline] {
        switch type {
        case .contacts: [lifecycle]
        case .deals: [sales, renewals]
        case .tickets: [support]
        case .orders: [orders]
        default: []
        }
    }

    private static let lifecycle = HubSpotPipeline(
        id: "contacts-lifecycle-pipeline",
        label: "Lifecycle Stage Pipeline",
        stages: [
            Stage(id: "subscriber", label: "Subscriber", isClosed: false),
            Stage(id: "lead", label: "Lead", isClosed: false),
            Stage(id: "marketingqualifiedlead", label: "Marketing Qualified Lead", isClosed: false),
            Stage(id: "salesqualifiedlead", label: "Sales Qualified Lead", isClosed: false),
            Stage(id: "opportunity", label: "Opportunity", isClosed: false),
            Stage(id: "customer", label: "Customer", isClosed: false),
            Stage(id: "other", label: "Other", isClosed: true),
        ]
    )
    private static let sales = HubSpotPipeline(
        id: "default",
        label: "Sales Pipeline",
        stages: [
            Stage(
                id: "appointmentscheduled",
                label: "Appointment Scheduled",
                isClosed: false,
                probability: "0.2"
            ),
            Stage(id: "qualifiedtobuy", label: "Qualified To Buy", isClosed: false, probability: "0.4"),
            Stage(id: "contractsent", label: "Contract Sent", isClosed: false, probability: "0.9"),
            Stage(id: "closedwon", label: "Closed Won", isClosed: true, probability: "1.0"),
            Stage(id: "closedlost", label: "Closed Lost", isClosed: true, probability: "0.0"),
        ]
    )
    private static let renewals = HubSpotPipeline(
        id: "75e28846-ad0d-4be2-a027-5e1da6590b98",
        label: "Renewals",
        stages: [
            Stage(id: "139921", label: "Due", isClosed: false, probability: "0.5"),
            Stage(id: "139922", label: "Renewed", isClosed: true, probability: "1.0"),
            Stage(id: "139923", label: "Lost", isClosed: true, probability: "0.0"),
        ]
    )
    private static let support = HubSpotPipeline(
        id: "0",
        label: "Support Pipeline",
        stages: [
            Stage(id: "1", label: "New", isClosed: false),
            Stage(id: "2", label: "Waiting on contact", isClosed: false),
            Stage(id: "3", label: "Waiting on us", isClosed: false),
            Stage(id: "4", label: "Closed", isClosed: true),
        ]
    )
    private static let orders = HubSpotPipeline(
        id: "14a2e10e-5471-408a-906e-c51f3b04369e",
        label: "Order Pipeline",
        stages: [
            Stage(id: "4b27b500-f031-4927-9811-68a0b525cbae", label: "Open", isClosed: false),
            Stage(id: "937ea84d-0a4f-4dcf-9028-3f9c2aafbf03", label: "Processed", isClosed: false),
            Stage(id: "aa99e8d0-c1d5-4071-b915-d240bbb1aed9", label: "Shipped", isClosed: false),
            Stage(id: "3c85a297-e9ce-400b-b42e-9f16853d69d6", label: "Delivered", isClosed: true),
        ]
    )

    /// Appends it as the API shows it.
    func write(to writer: inout ObjectWriter) {
        writer.object { writer in
            writer.text("label", label)
            writer.number("displayOrder", 0)
            writer.text("id", id)
            writer.array("stages") { writer in writeStages(to: &writer) }
            Self.writeTimes(to: &writer)
            writer.bool("archived", false)
        }
    }

    /// Appends its stages as elements.
    func writeStages(to writer: inout ObjectWriter) {
        for (place, stage) in stages.enumerated() {
            writer.object { writer in
                writer.text("label", stage.label)
                writer.number("displayOrder", place)
                Self.writeMetadata(stage, to: &writer)
                writer.text("id", stage.id)
                Self.writeTimes(to: &writer)
                writer.text("writePermissions", "CRM_PERMISSIONS_ENFORCEMENT")
                writer.bool("archived", false)
            }
        }
    }

    /// Appends it as the API had it before the third version.
    func writeOld(_ type: HubSpotType, to writer: inout ObjectWriter) {
        writer.object { writer in
            writer.text("pipelineId", id)
            writer.text("objectType", type.singular.uppercased())
            writer.text("objectTypeId", type.number)
            writer.text("label", label)
            writer.number("displayOrder", 0)
            writer.bool("active", true)
            writer.bool("default", id == Self.of(type).first?.id)
            writer.number("createdAt", 0)
            writer.number("updatedAt", 0)
            writer.array("stages") { writer in
                for (place, stage) in stages.enumerated() {
                    writer.object { writer in
                        writer.text("stageId", stage.id)
                        writer.text("label", stage.label)
                        writer.number("displayOrder", place)
                        Self.writeMetadata(stage, to: &writer)
                        writer.bool("active", true)
                        writer.number("createdAt", 0)
                        writer.number("updatedAt", 0)
                    }
                }
            }
        }
    }

    /// Strings even where they are truth values and numbers.
    private static func writeMetadata(_ stage: Stage, to writer: inout ObjectWriter) {
        writer.object("metadata") { writer in
            if stage.probability == nil { writer.text("ticketState", stage.isClosed ? "CLOSED" : "OPEN") }
            writer.text("isClosed", stage.isClosed ? "true" : "false")
            if let probability = stage.probability { writer.text("probability", probability) }
        }
    }

    private static func writeTimes(to writer: inout ObjectWriter) {
        writer.text("createdAt", "1970-01-01T00:00:00Z")
        writer.text("updatedAt", "1970-01-01T00:00:00Z")
    }
}
