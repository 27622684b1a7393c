/// What a field of an entity is made of, by the places in a record that it reads.
package enum EntitySource<Place: Hashable & Sendable>: Hashable, Sendable {
    /// The first of these that is there and neither null nor an empty text.
    case first([Place])
    /// Texts with a space between them, without those that are empty.
    case joined([Place])
    case constant(String)
    /// A whole number of the currency's smallest unit.
    case minor(Place, Currency)
    /// An amount in the currency itself.
    case major(Place, Currency)
    /// A word of the service's, and what each means.
    case status(Place, means: [String: String])
    /// The key of a record of another stream.
    case reference(Place, stream: String)
    /// Of a child stream, the parent, which is in this stream.
    case parent(stream: String)
    case address([AddressPart: [Place]])
    /// Whether the value is one of these.
    case isOne(Place, of: [String])

    /// Where a currency stands, or which one it always is.
    package enum Currency: Hashable, Sendable {
        case field(Place)
        case constant(String)
    }

    /// The places that it reads.
    package var places: [Place] {
        switch self {
        case .first(let places), .joined(let places): places
        case .constant, .parent: []
        case .minor(let place, let currency), .major(let place, let currency):
            if case .field(let field) = currency { [place, field] } else { [place] }
        case .status(let place, _), .reference(let place, _), .isOne(let place, _): [place]
        // In one order, as what is told of them must not differ from run to run.
        case .address(let parts): AddressPart.allCases.flatMap { parts[$0] ?? [] }
        }
    }

    /// The same with other places.
    package func placed<Other>(_ place: (Place) -> Other) -> EntitySource<Other> {
        switch self {
        case .first(let places): .first(places.map(place))
        case .joined(let places): .joined(places.map(place))
        case .constant(let text): .constant(text)
        case .minor(let amount, let currency): .minor(place(amount), currency.placed(place))
        case .major(let amount, let currency): .major(place(amount), currency.placed(place))
        case .status(let word, let means): .status(place(word), means: means)
        case .reference(let key, let stream): .reference(place(key), stream: stream)
        case .parent(let stream): .parent(stream: stream)
        case .address(let parts): .address(parts.mapValues { $0.map(place) })
        case .isOne(let word, let values): .isOne(place(word), of: values)
        }
    }
}

extension EntitySource.Currency {
    fileprivate func placed<Other>(_ place: (Place) -> Other) -> EntitySource<Other>.Currency {
        switch self {
        case .field(let field): .field(place(field))
        case .constant(let code): .constant(code)
        }
    }
}

/// The parts of an address; only lines may be several.
package enum AddressPart: String, CaseIterable, Hashable, Sendable {
    case lines, city, region, postalCode, country
}
