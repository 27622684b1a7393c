/// A collection of the simulated Zendesk account whose objects have ids.
enum ZendeskCollection: String, CaseIterable, Sendable {
    case tickets, users, organizations, groups
    case groupMemberships = "group_memberships"
    case organizationMemberships = "organization_memberships"
    case brands
    case ticketFields = "ticket_fields"
    case userFields = "user_fields"
    case organizationFields = "organization_fields"
    case ticketForms = "ticket_forms"
    case customStatuses = "custom_statuses"
    case slaPolicies = "sla_policies"
    case macros, tags, automations, triggers, schedules
    case customRoles = "custom_roles"
    case satisfactionRatings = "satisfaction_ratings"
    case satisfactionReasons = "satisfaction_reasons"
    case customObjects = "custom_objects"
    case customObjectRecords = "custom_object_records"

    /// Its place among the collections.
    var ordinal: Int { Self.ordinals[self] ?? 0 }

    private static let ordinals = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })

    /// The member under which a list has its objects.
    var listName: String { self == .satisfactionReasons ? "reasons" : rawValue }

    /// The member under which one object stands.
    var objectName: String {
        switch self {
        case .customStatuses: "custom_status"
        case .slaPolicies: "sla_policy"
        case .satisfactionReasons: "reason"
        default: String(rawValue.dropLast())
        }
    }

    /// The path of its list below `/api/v2/`.
    var path: String {
        switch self {
        case .slaPolicies: "slas/policies"
        case .schedules: "business_hours/schedules"
        case .customObjectRecords: "custom_objects/\(ZendeskWorld.objectKey)/records"
        default: rawValue
        }
    }

    /// The id of its first object; the others follow.
    var firstID: Int { self == .tickets ? 1 : 26_300_000_000_000 + ordinal * 10_000_000_000 }

    /// How many objects it begins with, where that is not the number of records.
    var fixedCount: Int? {
        switch self {
        case .tickets, .users, .organizations, .customObjectRecords: nil
        case .groupMemberships, .organizationMemberships, .satisfactionRatings: nil
        case .groups: 12
        case .brands: 3
        case .ticketFields: ZendeskField.ticket.count
        case .userFields: ZendeskField.user.count
        case .organizationFields: ZendeskField.organization.count
        case .ticketForms: 3
        case .customStatuses: 8
        case .slaPolicies: 4
        case .macros: 25
        case .tags: ZendeskWorld.tags.count
        case .automations: 5
        case .triggers: 14
        case .schedules: 2
        case .customRoles: 4
        case .satisfactionReasons: 5
        case .customObjects: 1
        }
    }

    /// What happens to it by itself, and how often compared with the others; nothing to those with 0.
    var weight: Int {
        switch self {
        case .tickets: 8
        case .users: 4
        case .organizations, .customObjectRecords: 2
        case .groups, .groupMemberships, .satisfactionRatings, .macros, .triggers, .ticketForms, .slaPolicies:
            1
        default: 0
        }
    }

    /// Whether objects can be created, changed and deleted.
    var changes: Bool { weight > 0 }

    /// Whether two objects can become one.
    var hasMerges: Bool { self == .tickets || self == .users }

    /// Whether a deleted object is still listed, or exported, as such.
    var keepsDeleted: Bool {
        switch self {
        case .tickets, .users, .organizations, .groups, .brands, .customObjectRecords: true
        default: false
        }
    }
}
