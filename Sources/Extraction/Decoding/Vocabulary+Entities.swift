import Core

/// The keys of what a stream's records become: entities that all services share.
extension Vocabulary {
    static let entity = FieldGroup(
        "entity",
        [
            .init(
                "fields",
                .map(.either([.path, .list(.path), .group("entity.value")])),
                isRequired: true,
                "The entity's fields and what each is made of: a field of the record, or a list of which the first that has a value."
            ),
            .init(
                "when",
                .map(.list(.text)),
                "A field of the record and its values: a record with another one is not of this entity."
            ),
            .init(
                "join_keys",
                .map(.path),
                "By their names, values by which others find the same; what ends in email or phone in its form."
            ),
        ]
    )

    static let entityValue = FieldGroup(
        "entity.value",
        [
            .init("minor", .path, "An amount of money in the currency's smallest unit."),
            .init("major", .path, "An amount of money in the currency itself."),
            .init("currency", .path, "The field with the amount's currency."),
            .init("currency_code", .text, "The currency, where it is always the same."),
            .init("status", .path, "The service's own word for a status."),
            .init("means", .map(.text), "What each of its words means, of the values that the entity knows."),
            .init("reference", .path, "The key of another record."),
            .init("stream", .text, "The stream that the other record is in."),
            .init("parent", .text, "Of a child stream: the parent, which is in this stream."),
            .init("joined", .list(.path), "Texts, with a space between them."),
            .init(
                "address",
                .map(.either([.path, .list(.path)])),
                "The parts of an address: lines, city, region, postalCode, country."
            ),
            .init("constant", .text, "This text."),
            .init("is_one", .path, "A field that is compared."),
            .init("of", .list(.text), "What it is compared with: one of them is true."),
        ]
    )

    static let entityGroups = [entity, entityValue]
}
