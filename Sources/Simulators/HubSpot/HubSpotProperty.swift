/// A property that the objects of a type have: how it is defined, and of what form its values are.
struct HubSpotProperty: Sendable {
    /// What a value is made of.
    enum Form: Hashable, Sendable {
        /// The object's id, and when it was created and last changed.
        case id, created, modified
        /// A short text: the given one and the object's number.
        case text(String)
        /// A longer one, with marks of HTML and line ends.
        case body
        case word([String])
        case email, phone, domain
        /// A decimal number up to so many units, with two digits after the point.
        case money(Int)
        case count(Int)
        /// A date, and an hour; both as text or, as older objects have them, in milliseconds.
        case day, time
        case flag
        case choice([String])
        /// Several of them, joined by semicolons.
        case choices([String])
        case owner
        /// The id of an object of another type.
        case reference(HubSpotType)
        /// The stock-keeping unit of a product: the object itself, or the one that it refers to.
        case sku
        /// The pipeline and stage in which the object is.
        case pipeline, stage
        /// Whether the stage is one that ends the pipeline, and ends it well.
        case isClosed, isWon
        /// The ids of the objects that went into this one.
        case mergedIDs
        /// Price times quantity; the same as another property.
        case product, same(String)
        /// How many objects of another type are associated.
        case number(HubSpotType)
        /// What HubSpot computes by itself, whenever it likes.
        case score
        /// Nothing until a bulk job writes it.
        case empty
    }

    /// Who may see it.
    enum Sensitivity: String, Sendable {
        case usual = "non_sensitive"
        case sensitive
        case high = "highly_sensitive"
    }

    var name: String
    var label: String
    var form: Form
    /// Whether it comes without being asked for.
    var isDefault = false
    var sensitivity = Sensitivity.usual
    /// Whether HubSpot, not the account, defined it.
    var isStandard = true
    /// Whether it has a value in each object.
    var isAlwaysSet = false

    init(_ name: String, _ label: String, _ form: Form) {
        self.name = name
        self.label = label
        self.form = form
    }

    /// One that comes without being asked for.
    static func usual(_ name: String, _ label: String, _ form: Form) -> HubSpotProperty {
        var property = HubSpotProperty(name, label, form)
        property.isDefault = true
        return property
    }

    /// One that comes without being asked for and has a value always.
    static func fixed(_ name: String, _ label: String, _ form: Form) -> HubSpotProperty {
        var property = usual(name, label, form)
        property.isAlwaysSet = true
        return property
    }

    /// One that the account defined.
    static func custom(_ name: String, _ label: String, _ form: Form) -> HubSpotProperty {
        var property = HubSpotProperty(name, label, form)
        property.isStandard = false
        return property
    }

    /// One that lists of properties leave out.
    static func secret(
        _ name: String,
        _ label: String,
        _ sensitivity: Sensitivity
    ) -> HubSpotProperty {
        var property = custom(name, label, .text("S"))
        property.sensitivity = sensitivity
        return property
    }

    /// Whether its value follows from others, or is HubSpot's own: nobody can write it.
    var isComputed: Bool {
        switch form {
        case .id, .created, .modified, .isClosed, .isWon, .mergedIDs, .product, .same, .number, .score: true
        default: false
        }
    }

    /// Whether HubSpot calls it calculated.
    var isCalculated: Bool {
        switch form {
        case .isClosed, .isWon, .product, .same, .number, .score: true
        default: false
        }
    }

    /// Whether a change may write it by itself.
    var isEditable: Bool {
        switch form {
        case .stage, .pipeline, .reference, .sku, .empty: false
        default: !isComputed
        }
    }

    /// Whether values compare as numbers; dates do, in milliseconds.
    var isNumeric: Bool {
        switch vendorType {
        case "number", "date", "datetime": true
        default: form == .id
        }
    }

    /// The vendor's type of its values.
    var vendorType: String {
        switch form {
        case .created, .modified, .time: "datetime"
        case .day: "date"
        case .money, .count, .product, .same, .number, .score, .id: "number"
        case .flag, .isClosed, .isWon: "bool"
        case .choice, .choices, .owner, .pipeline, .stage: "enumeration"
        case .phone: "phone_number"
        default: "string"
        }
    }

    /// The vendor's form field.
    var fieldType: String {
        switch form {
        case .created, .modified, .time, .day: "date"
        case .money, .count, .id: "number"
        case .same, .product, .number, .isClosed, .isWon: "calculation_equation"
        case .score: "calculation_score"
        case .flag: "booleancheckbox"
        case .choice, .owner, .pipeline: "select"
        case .stage: "radio"
        case .choices: "checkbox"
        case .phone: "phonenumber"
        case .body: "textarea"
        default: "text"
        }
    }

    /// The values that it can have, where they are few.
    var options: [String] {
        switch form {
        case .choice(let values), .choices(let values): values
        case .flag, .isClosed, .isWon: ["true", "false"]
        default: []
        }
    }
}
