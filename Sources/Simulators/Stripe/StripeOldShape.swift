import JSON

/// An object as version 2023-08-16 of the API has it.
enum StripeOldShape {
    static func of(_ object: JSONValue, _ collection: StripeCollection) -> JSONValue {
        object
    }
}
