/// A field of an entity: its name, and what its value is whichever service it comes from.
package struct EntityField: Hashable, Sendable {
    /// What a value is, and how it stands in an event.
    package enum Kind: Hashable, Sendable {
        /// A text; a number stands there by its digits.
        case text
        /// `{"minor": 1234, "currency": "EUR", "exponent": 2}`: the amount is minor × 10^-exponent.
        case money
        /// RFC 3339 in UTC, with the digits of the second that were told; a date alone is one.
        case time
        /// A number with all its digits.
        case number
        case flag
        /// `{"code": "past_due", "value": "overdue"}`: the service's own word, and the one of these that it means; null for none.
        case status([String])
        /// The id of another entity.
        case reference(String)
        /// `{"lines": […], "city": …, "region": …, "postalCode": …, "country": …}`; the country has two capital letters where it came so.
        case address
        /// Without white space around it, in small letters.
        case email
        /// `+` and digits where the country is told, else the digits.
        case phone
        /// What the service has, as it has it.
        case json

        /// The kind's name in the documentation.
        package var name: String {
            switch self {
            case .text: "text"
            case .money: "money"
            case .time: "time"
            case .number: "number"
            case .flag: "flag"
            case .status: "status"
            case .reference: "reference"
            case .address: "address"
            case .email: "email"
            case .phone: "phone"
            case .json: "json"
            }
        }
    }

    package var name: String
    package var kind: Kind

    init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }
}
