/// People whom accounts of several services know: one seed gives the same ones in each of them.
struct SimulatedPeople: Sendable {
    /// One of them.
    struct Person: Sendable {
        var first: String
        var last: String
        var email: String
    }

    private let hash: SeededHash

    init(seed: UInt64) { hash = SeededHash(seed: SeededHash.mix(seed ^ 0x9E0)) }

    private static let first = [
        ("Ada", "ada"), ("Björn", "bjoern"), ("Chloé", "chloe"), ("Дарья", "darya"), ("Émile", "emile"),
        ("Fatima", "fatima"), ("Håkon", "haakon"), ("Inés", "ines"), ("李娜", "lina"), ("Zoë", "zoe"),
    ]
    private static let last = [
        ("Lindqvist", "lindqvist"), ("Meier", "meier"), ("Nakamura", "nakamura"), ("Novák", "novak"),
        ("O'Neill", "oneill"), ("Okafor", "okafor"), ("Sánchez", "sanchez"), ("Silva", "silva"),
        ("Smith-Jones", "smith-jones"),
    ]

    /// The person of a number, of which there are as many as are asked for.
    subscript(index: Int) -> Person {
        let first = Self.first[Int(hash(UInt64(index), 1) % UInt64(Self.first.count))]
        let last = Self.last[Int(hash(UInt64(index), 2) % UInt64(Self.last.count))]
        return Person(first: first.0, last: last.0, email: "\(first.1).\(last.1)\(index)@example.com")
    }
}
