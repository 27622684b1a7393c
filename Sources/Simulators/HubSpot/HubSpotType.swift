/// A type of object that the simulated HubSpot account holds.
enum HubSpotType: String, CaseIterable, Sendable {
    case contacts, companies, deals, tickets, products
    case lineItems = "line_items"
    case orders, carts, invoices
    case payments = "commerce_payments"
    case subscriptions, calls, emails, meetings, notes, tasks, quotes, leads, communications
    case postalMail = "postal_mail"
    case feedback = "feedback_submissions"
    case goals = "goal_targets"
    case splits = "deal_splits"
    case discounts, fees, taxes
    /// The custom object of the account.
    case vehicles

    /// The type that a path names: by its plural, its singular or its number; nil if there is none.
    init?(path: String) {
        guard let type = Self.byName[path.lowercased()] else { return nil }
        self = type
    }

    private static let byName: [String: HubSpotType] = {
        var types: [String: HubSpotType] = [:]
        for type in allCases {
            for name in [type.rawValue, type.singular, type.number] { types[name] = type }
        }
        for name in ["p_vehicle", "vehicle"] { types[name] = .vehicles }
        return types
    }()

    /// Its place among the types.
    var ordinal: Int { Self.ordinals[self] ?? 0 }

    private static let ordinals = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) }
    )

    /// The vendor's number of the type.
    var number: String {
        switch self {
        case .contacts: "0-1"
        case .companies: "0-2"
        case .deals: "0-3"
        case .tickets: "0-5"
        case .products: "0-7"
        case .lineItems: "0-8"
        case .orders: "0-123"
        case .carts: "0-142"
        case .invoices: "0-53"
        case .payments: "0-101"
        case .subscriptions: "0-69"
        case .calls: "0-48"
        case .emails: "0-49"
        case .meetings: "0-47"
        case .notes: "0-46"
        case .tasks: "0-27"
        case .quotes: "0-14"
        case .leads: "0-136"
        case .communications: "0-18"
        case .postalMail: "0-116"
        case .feedback: "0-19"
        case .goals: "0-74"
        case .splits: "0-72"
        case .discounts: "0-84"
        case .fees: "0-85"
        case .taxes: "0-86"
        case .vehicles: "2-4242001"
        }
    }

    /// The name of one: as in errors and in the types of associations.
    var singular: String {
        switch self {
        case .companies: "company"
        case .postalMail: rawValue
        case .taxes: "tax"
        case .vehicles: "p\(HubSpotWorld.portal)_vehicle"
        default: String(rawValue.dropLast())
        }
    }

    /// The name under which an object's inline associations with this type stand.
    var associationKey: String {
        switch self {
        case .lineItems: "line items"
        case .vehicles: singular
        default: rawValue
        }
    }

    /// The property that tells when an object was last changed: another one for contacts than for all the rest.
    var modifiedProperty: String { self == .contacts ? "lastmodifieddate" : "hs_lastmodifieddate" }

    /// The property that tells when an object was created.
    var createdProperty: String {
        switch self {
        case .contacts, .companies, .deals, .tickets, .products, .lineItems: "createdate"
        default: "hs_createdate"
        }
    }

    /// What an application must be allowed, to read it.
    var scope: String {
        switch self {
        case .tickets: "tickets"
        case .products, .lineItems, .discounts, .fees, .taxes: "e-commerce"
        case .vehicles: "crm.objects.custom.read"
        default: "crm.objects.\(rawValue).read"
        }
    }

    /// Whether two of them can be merged.
    var canMerge: Bool {
        switch self {
        case .contacts, .companies, .deals, .tickets: true
        default: false
        }
    }

    /// Whether two that are merged become a third with an id of its own; contacts go into one of the two.
    var mergesIntoNew: Bool { canMerge && self != .contacts }
}
