/// A kind of association: objects of one type that belong to one of another.
struct HubSpotRelation: Sendable {
    /// How an association is called in one direction.
    struct Name: Hashable, Sendable {
        /// The vendor's number.
        var number: Int
        /// As inline associations have it: `contact_to_company`.
        var text: String
        /// As people see it; the plain ones have none.
        var label: String?
        /// Whether the account defined it.
        var isCustom = false
    }

    /// The type that has at most one of the other.
    var child: HubSpotType
    var parent: HubSpotType
    /// The numbers of the two directions.
    fileprivate var numbers: (up: Int, down: Int)
    /// Those of an association that has another one beside it, with a label; some pairs have it, or all.
    fileprivate var second: Second?
    /// Whether a few of the parents have very many children.
    var isCrowded = false

    fileprivate struct Second: Sendable {
        var numbers: (up: Int, down: Int)
        var labels: (up: String, down: String)
        var isCustom: Bool
    }

    fileprivate init(_ child: HubSpotType, _ parent: HubSpotType, _ up: Int, _ down: Int) {
        self.child = child
        self.parent = parent
        numbers = (up, down)
    }

    private init(
        primary child: HubSpotType,
        _ parent: HubSpotType,
        _ up: Int,
        _ down: Int,
        _ first: (Int, Int)
    ) {
        self.init(child, parent, up, down)
        second = Second(numbers: first, labels: ("Primary", "Primary"), isCustom: false)
    }

    private init(
        labelled child: HubSpotType,
        _ parent: HubSpotType,
        _ up: Int,
        _ down: Int,
        _ custom: (Int, Int),
        _ labels: (String, String)
    ) {
        self.init(child, parent, up, down)
        second = Second(numbers: custom, labels: labels, isCustom: true)
    }

    /// All that there are.
    static let all: [HubSpotRelation] = {
        var lines = HubSpotRelation(.lineItems, .deals, 20, 19)
        lines.isCrowded = true
        var all = [
            HubSpotRelation(primary: .contacts, .companies, 279, 280, (1, 2)),
            HubSpotRelation(primary: .deals, .companies, 341, 342, (5, 6)),
            HubSpotRelation(primary: .tickets, .companies, 339, 340, (26, 25)),
            HubSpotRelation(labelled: .deals, .contacts, 3, 4, (37, 38), ("Decision maker", "Decides")),
            HubSpotRelation(labelled: .vehicles, .contacts, 30, 31, (32, 33), ("Driver", "Drives")),
            lines,
        ]
        let plain: [(HubSpotType, HubSpotType, Int, Int)] = [
            (.tickets, .contacts, 16, 15), (.lineItems, .orders, 514, 513), (.lineItems, .invoices, 410, 409),
            (.orders, .contacts, 507, 508), (.orders, .deals, 511, 512), (.carts, .contacts, 586, 587),
            (.invoices, .contacts, 177, 178), (.invoices, .deals, 175, 176), (.payments, .contacts, 387, 388),
            (.payments, .invoices, 541, 542), (.subscriptions, .contacts, 296, 295),
            (.calls, .contacts, 194, 193), (.calls, .deals, 206, 205), (.calls, .tickets, 220, 219),
            (.emails, .contacts, 198, 197), (.emails, .deals, 210, 209), (.emails, .tickets, 224, 223),
            (.meetings, .contacts, 200, 199), (.meetings, .deals, 212, 211), (.meetings, .tickets, 226, 225),
            (.notes, .contacts, 202, 201), (.notes, .deals, 214, 213), (.notes, .tickets, 228, 227),
            (.lineItems, .quotes, 68, 67), (.quotes, .deals, 64, 63), (.quotes, .contacts, 69, 70),
            (.leads, .contacts, 578, 579), (.splits, .deals, 313, 314), (.communications, .contacts, 82, 81),
            (.postalMail, .contacts, 454, 453), (.feedback, .contacts, 98, 97), (.fees, .quotes, 780, 779),
            (.discounts, .quotes, 362, 361), (.taxes, .quotes, 782, 781), (.tasks, .contacts, 204, 203),
            (.tasks, .deals, 216, 215), (.tasks, .tickets, 230, 229),
        ]
        all += plain.map { HubSpotRelation($0.0, $0.1, $0.2, $0.3) }
        return all
    }()

    /// The place of the relation between two types, and whether it leads from the child to its parent.
    static func between(_ from: HubSpotType, _ to: HubSpotType) -> (place: Int, isUp: Bool)? {
        for (place, relation) in all.enumerated() {
            if relation.child == from, relation.parent == to { return (place, true) }
            if relation.parent == from, relation.child == to { return (place, false) }
        }
        return nil
    }

    /// What the association between a child and its parent is called in one direction.
    func names(ofChild index: Int, isUp: Bool) -> [Name] {
        let text =
            isUp ? "\(child.singular)_to_\(parent.singular)" : "\(parent.singular)_to_\(child.singular)"
        var names: [Name] = []
        if let second, !second.isCustom || index % 3 == 0 {
            names.append(
                Name(
                    number: isUp ? second.numbers.up : second.numbers.down,
                    text: second.isCustom
                        ? (isUp ? second.labels.up : second.labels.down).lowercased().replacingSpaces : text,
                    label: isUp ? second.labels.up : second.labels.down,
                    isCustom: second.isCustom
                )
            )
        }
        names.append(
            Name(
                number: isUp ? numbers.up : numbers.down,
                text: second?.isCustom == false ? text + "_unlabeled" : text,
                isCustom: child == .vehicles
            )
        )
        return names
    }
}

extension String {
    fileprivate var replacingSpaces: String { String(map { $0 == " " ? "_" : $0 }) }
}
