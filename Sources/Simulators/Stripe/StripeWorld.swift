/// Everything that a simulated account holds, as functions of the seed and of an object's index.
///
/// Nothing of them is stored: a million objects cost no memory, and any of them can be made at any time. Index 0 is
/// the oldest of its collection; an object only refers to objects of no greater index, which are no younger. What was
/// created since stands behind them, with its births.
struct StripeWorld: Sendable {
    /// The first second of the account, 2024-01-01.
    static let begin = 1_704_067_200
    /// The seconds over which its objects were created: two years.
    static let span = 730 * 86_400
    /// When its clock starts, 2026-01-01: all objects are older.
    static let end = begin + 731 * 86_400

    let seed: UInt64
    /// The number of objects in each collection at the beginning.
    let records: Int
    /// Whether it is the account's live mode, rather than its test mode.
    let isLive: Bool
    /// The share of the first checkout sessions whose lines the API no longer has.
    let lostLines: Double
    /// Who its customers are, where they are not its own.
    let people: SimulatedPeople?
    /// What was created since, by the ordinal of its collection.
    private var births = [[StripeBirth]](repeating: [], count: StripeCollection.allCases.count)
    private let hash: SeededHash
    private let identities: [SeededHash]
    private let accountPart: [UInt8]

    init(
        seed: UInt64,
        records: Int,
        isLive: Bool = false,
        lostLines: Double = 0,
        people: SimulatedPeople? = nil
    ) {
        self.seed = seed
        self.records = records
        self.isLive = isLive
        self.lostLines = lostLines
        self.people = people
        hash = SeededHash(seed: seed)
        identities = StripeCollection.allCases.indices.map {
            SeededHash(seed: SeededHash.mix(seed &+ UInt64($0)))
        }
        accountPart = Self.digits(SeededHash.mix(seed), count: 10)
    }

    /// The number of objects that there ever were.
    func count(_ collection: StripeCollection) -> Int {
        first(collection) + births[collection.ordinal].count
    }

    /// The number of objects that there were at the beginning.
    func first(_ collection: StripeCollection) -> Int {
        collection == .balanceTransactions ? records * Self.transactionKinds : records
    }

    /// Adds an object; its index.
    mutating func add(_ birth: StripeBirth, to collection: StripeCollection) -> Int {
        births[collection.ordinal].append(birth)
        return count(collection) - 1
    }

    /// With what an object was created; nil for those of the beginning.
    func birth(_ collection: StripeCollection, _ index: Int) -> StripeBirth? {
        let first = first(collection)
        return index < first ? nil : births[collection.ordinal][index - first]
    }

    /// A number that belongs to an object; each `salt` gives another one.
    func number(_ collection: StripeCollection, _ index: Int, _ salt: UInt64) -> UInt64 {
        identity(collection)(UInt64(index), salt + 16)
    }

    /// A number below `bound` that belongs to an object.
    func number(_ collection: StripeCollection, _ index: Int, _ salt: UInt64, below bound: Int) -> Int {
        Int(number(collection, index, salt) % UInt64(bound))
    }

    // MARK: Time

    /// The second in which an object was created; never less than that of an older index.
    ///
    /// A quarter of the runs of eight share one second: bursts as a busy account has them.
    func created(_ collection: StripeCollection, _ index: Int) -> Int {
        if let birth = birth(collection, index) { return birth.created }
        // The movements of one place in time belong together.
        let index = collection == .balanceTransactions ? index / Self.transactionKinds : index
        let run = index & ~7
        let slot = hash(UInt64(run), 1) % 4 == 0 ? run : index
        let width = max(1, Self.span / max(1, records))
        let offset = Self.span.multipliedFullWidth(by: slot)
        let place = max(1, records).dividingFullWidth(offset).quotient
        return Self.begin + place + Int(hash(UInt64(slot), 2) % UInt64(width)) + collection.delay
    }

    /// How many objects were created before that second: the index of the first that was not.
    func count(_ collection: StripeCollection, createdBefore second: Int) -> Int {
        var (low, high) = (0, count(collection))
        while low < high {
            let middle = (low + high) / 2
            if created(collection, middle) < second { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: Identity

    /// The id of an object.
    func id(_ collection: StripeCollection, _ index: Int) -> String {
        id(prefix: prefix(collection), collection, index, isShort: collection.hasShortID)
    }

    /// Of most objects the id does not tell the mode.
    private func prefix(_ collection: StripeCollection) -> String {
        isLive && collection == .checkoutSessions ? "cs_live_" : collection.idPrefix
    }

    /// The id of something that belongs to an object: its payment intent, its items.
    func id(prefix: String, _ collection: StripeCollection, _ index: Int, isShort: Bool = false) -> String {
        let identity = identity(collection)
        var bytes = Array(prefix.utf8)
        bytes.append(UInt8(ascii: isShort ? "Q" : "1"))
        bytes += Self.digits(identity(UInt64(index), 8), count: 5)
        if !isShort { bytes += accountPart }
        bytes += Self.digits(identity.scramble(UInt64(index)), count: 8)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The index of the object with that id; nil if there is none.
    func index(_ collection: StripeCollection, id: String) -> Int? {
        index(prefix: prefix(collection), collection, id: id, isShort: collection.hasShortID)
    }

    /// The index of the object to which an id of another kind belongs; nil if there is none.
    func index(prefix: String, _ collection: StripeCollection, id: String, isShort: Bool = false) -> Int? {
        guard id.hasPrefix(prefix), let number = Self.number(id.utf8.suffix(8)), number < 1 << 46 else {
            return nil
        }
        let index = identity(collection).unscramble(number)
        guard index < UInt64(count(collection)),
            self.id(prefix: prefix, collection, Int(index), isShort: isShort) == id
        else { return nil }
        return Int(index)
    }

    private func identity(_ collection: StripeCollection) -> SeededHash {
        // Each charge of the beginning came of the payment intent of its index, and their ids are alike.
        identities[(collection == .paymentIntents ? .charges : collection).ordinal]
    }

    // MARK: Events

    /// The id of an event.
    func id(ofEvent sequence: Int) -> String {
        let digits =
            accountPart + Self.digits(hash(UInt64(sequence), 3), count: 4)
            + Self.digits(hash.scramble(UInt64(sequence)), count: 8)
        return "evt_1" + String(decoding: digits, as: UTF8.self)
    }

    /// The number of the event with that id, whether there ever was one or not; nil if it has not that form.
    func sequence(ofEvent id: String) -> Int? {
        guard let number = Self.number(id.utf8.suffix(8)), number < 1 << 46 else { return nil }
        let sequence = Int(hash.unscramble(number))
        return self.id(ofEvent: sequence) == id ? sequence : nil
    }

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    private static func digits(_ number: UInt64, count: Int) -> [UInt8] {
        var number = number
        return (0..<count).map { _ in
            defer { number /= 62 }
            return alphabet[Int(number % 62)]
        }
    }

    private static func number(_ digits: some BidirectionalCollection<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits.reversed() {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            number = number * 62 + UInt64(value)
        }
        return number
    }
}
