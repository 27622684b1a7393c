import Core
import Synchronization

/// Everything that a simulated HubSpot account began with, as functions of the seed and of an object's index.
///
/// Nothing of it is stored. Index 0 is the oldest of its type; ids grow with the index. Times are in milliseconds, as
/// HubSpot's are.
struct HubSpotWorld: Sendable {
    /// The first millisecond of the account, 2024-01-01.
    static let begin = 1_704_067_200_000
    /// The time over which its objects were created: two years.
    static let span = 730 * day
    /// When its clock starts, 2026-01-01: all that it began with is older.
    static let end = begin + 731 * day
    static let day = 86_400_000
    /// The number of the account.
    static let portal = 4_242_424
    /// How long archived objects can be listed.
    static let bin = 90 * day
    /// East of Greenwich; a zone without summer time, so that its midnights follow from the clock alone.
    static let zone = (name: "America/Bogota", text: "-05:00", milliseconds: -5 * 3_600_000)

    let seed: UInt64
    /// The number of objects of each type at the beginning, archived ones included.
    let records: Int
    /// Who its contacts are, where they are not its own.
    let people: SimulatedPeople?
    /// When those that came later were created, by type.
    private var births = [[Int]](repeating: [], count: HubSpotType.allCases.count)
    private let hashes: [SeededHash]
    private let order: HubSpotOrder

    init(seed: UInt64, records: Int, people: SimulatedPeople? = nil) {
        self.seed = seed
        self.people = people
        self.records = records
        hashes = HubSpotType.allCases.indices.map {
            SeededHash(seed: SeededHash.mix(seed &+ UInt64($0) &* 7919))
        }
        order = HubSpotOrder()
    }

    /// The number of objects that there ever were.
    func count(_ type: HubSpotType) -> Int { records + births[type.ordinal].count }

    /// Adds an object; its index.
    mutating func add(_ type: HubSpotType, created: Int) -> Int {
        births[type.ordinal].append(created)
        return count(type) - 1
    }

    /// A number that belongs to an object; each `salt` gives another one.
    func number(_ type: HubSpotType, _ index: Int, _ salt: Int) -> Int {
        Int(truncatingIfNeeded: hashes[type.ordinal](UInt64(index), UInt64(salt)) >> 8)
    }

    /// A number below `bound` that belongs to an object.
    func number(_ type: HubSpotType, _ index: Int, _ salt: Int, below bound: Int) -> Int {
        number(type, index, salt) % max(bound, 1)
    }

    // MARK: Identity

    private static let step = 37

    private func base(_ type: HubSpotType) -> Int {
        type == .contacts ? 501 : type.ordinal * 1_000_000_000 + 7001
    }

    /// The id of an object: greater than those of all older ones of its type.
    func id(_ type: HubSpotType, _ index: Int) -> Int {
        base(type) + index * Self.step + number(type, index, 1, below: Self.step)
    }

    /// The index of the object with that id; nil if there never was one.
    func index(_ type: HubSpotType, id: Int) -> Int? {
        guard id >= base(type) else { return nil }
        let index = (id - base(type)) / Self.step
        guard index < count(type), self.id(type, index) == id else { return nil }
        return index
    }

    /// The same of its text.
    func index(_ type: HubSpotType, id text: String) -> Int? {
        guard let id = Int(text), String(id) == text else { return nil }
        return index(type, id: id)
    }

    /// How many objects have a lower id.
    func count(_ type: HubSpotType, below id: Int) -> Int {
        let count = count(type)
        let place = min(max((id - base(type)) / Self.step, 0), count)
        return place < count && self.id(type, place) < id ? place + 1 : place
    }

    // MARK: Time

    /// When an object was created; never before one of a lower index.
    ///
    /// A quarter of the runs of eight share one millisecond, as imports have it.
    func created(_ type: HubSpotType, _ index: Int) -> Int {
        guard index < records else { return births[type.ordinal][index - records] }
        let run = index & ~7
        let slot = number(type, run, 2, below: 4) == 0 ? run : index
        let width = max(1, Self.span / records)
        return Self.begin + Self.span / records * slot + number(type, slot, 3, below: width)
    }

    /// When the monthly job ran over a quarter of the objects of a type: in one millisecond.
    private func job(_ type: HubSpotType) -> Int { Self.end - 30 * Self.day + type.ordinal * 60_000 + 417 }

    /// When an object was last changed before the clock started.
    func modified(_ type: HubSpotType, _ index: Int) -> Int {
        let created = created(type, index)
        guard index < records else { return created }
        switch number(type, index, 4, below: 4) {
        case 0: return created + number(type, index, 5, below: 3000)
        case 1: return max(created, job(type))
        default: return created + number(type, index, 6, below: Self.end - Self.day - created)
        }
    }

    /// When an object was archived before the clock started; nil for most.
    func archived(_ type: HubSpotType, _ index: Int) -> Int? {
        guard index < records, number(type, index, 7, below: 19) == 0 else { return nil }
        let least = max(modified(type, index), Self.end - 80 * Self.day)
        return least + number(type, index, 8, below: Self.end - least)
    }

    /// The objects of the beginning, as the last change orders them.
    func byModified(_ type: HubSpotType) -> [Int] { order.of(type, in: self) }
}

/// The objects of the beginning in the order of their last change, put in order when first asked for.
final class HubSpotOrder: Sendable {
    private let orders = Locked<[HubSpotType: [Int]]>([:])

    func of(_ type: HubSpotType, in world: HubSpotWorld) -> [Int] {
        if let order = orders.withLock({ $0[type] }) { return order }
        let times = (0..<world.records).map { world.modified(type, $0) }
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        orders.withLock { $0[type] = order }
        return order
    }
}
