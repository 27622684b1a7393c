/// How a simulated account begins, as functions of the seed: its objects, and the texts of all there will ever be.
struct ZendeskWorld: Sendable {
    /// The first second of the account, 2024-01-01.
    static let begin = 1_704_067_200
    /// The seconds over which its objects were created: two years.
    static let span = 730 * 86_400
    /// When its clock starts, 2026-01-01: all objects are older.
    static let end = begin + 731 * 86_400

    /// The key of the custom object.
    static let objectKey = "asset"
    static let tags = [
        "vip", "refund", "billing", "shipping", "returns", "warranty", "spam_check", "escalated", "wholesale",
        "beta", "sms", "holiday", "b2b", "outage", "feedback", "fraud", "loyalty", "gift", "invoice",
        "damage",
        "lost", "late", "press", "partner",
    ]

    let seed: UInt64
    /// The number of objects in each large collection at the beginning.
    let records: Int
    /// The share of the objects that share one second.
    let ties: Double
    /// The share of the tickets that no human handled.
    let automated: Double
    /// Who its end users are, where they are not its own.
    let people: SimulatedPeople?
    private let hash: SeededHash

    init(seed: UInt64, records: Int, ties: Double, automated: Double, people: SimulatedPeople? = nil) {
        self.seed = seed
        self.records = records
        self.ties = ties
        self.automated = automated
        self.people = people
        hash = SeededHash(seed: seed ^ 0x2E17)
    }

    /// A number that belongs to an object; each `salt` gives another one.
    func number(_ collection: ZendeskCollection, _ place: Int, _ salt: UInt64) -> UInt64 {
        hash(UInt64(collection.ordinal) << 48 | UInt64(place), salt)
    }

    /// Whether a fault strikes an object, for as long as its rate stands.
    func isStruck(by fault: FaultPlan.Fault, _ collection: ZendeskCollection, _ place: Int, _ salt: UInt64)
        -> Bool
    {
        hash.strikes(fault, UInt64(collection.ordinal) << 48 | UInt64(place), salt)
    }

    /// A number below `bound` that belongs to an object.
    func number(_ collection: ZendeskCollection, _ place: Int, _ salt: UInt64, below bound: Int) -> Int {
        Int(number(collection, place, salt) % UInt64(bound))
    }

    // MARK: Time

    /// The second of the block in which many objects share it.
    private static let tie = begin + span / 4 * 3

    /// Whether an object of the beginning is one of those that share a second.
    func isTied(_ collection: ZendeskCollection, _ place: Int) -> Bool {
        guard collection.fixedCount == nil else { return false }
        let first = records / 4
        return place >= first && place < first + Int(Double(records) * ties)
    }

    /// The second in which an object of the beginning was created.
    ///
    /// A quarter of the runs of eight share one second: bursts as a busy account has them.
    func created(_ collection: ZendeskCollection, _ place: Int) -> Int {
        guard collection.fixedCount == nil else {
            return Self.begin + number(collection, place, 1, below: 86_400)
        }
        let run = place & ~7
        let slot = hash(UInt64(run), 1) % 4 == 0 ? run : place
        let width = max(1, Self.span / max(1, records))
        let offset = Self.span.multipliedFullWidth(by: min(slot, max(0, records - 1)))
        let share = max(1, records).dividingFullWidth(offset).quotient
        let created = Self.begin + share + Int(hash(UInt64(slot), 2) % UInt64(width)) + 60
        return isTied(collection, place) ? min(created, Self.tie) : created
    }

    /// The second in which an object of the beginning was changed last.
    func updated(_ collection: ZendeskCollection, _ place: Int) -> Int {
        if isTied(collection, place) { return Self.tie }
        let days = collection.fixedCount == nil ? 20 : 300
        let later = created(collection, place) + number(collection, place, 3, below: days * 86_400)
        return min(later, Self.end - 3600 - number(collection, place, 4, below: 3600))
    }

    /// Where an object of the beginning stands in exports: a fifth of the tickets was touched by the system later.
    func stamp(_ collection: ZendeskCollection, _ place: Int) -> Int {
        let updated = updated(collection, place)
        guard collection == .tickets, !isTied(collection, place) else { return updated }
        let isReemitted = number(.tickets, place, 5, below: 5) == 0
        let later = number(.tickets, place, 6, below: isReemitted ? 40 * 86_400 : 4)
        return min(updated + later, Self.end - 1800)
    }

    // MARK: People

    /// How many of the users are agents: the first ones.
    var agents: Int { min(records, max(3, min(40, records / 25))) }

    func isAgent(_ place: Int) -> Bool { place < agents }

    /// Whom others know a user as: those who ask, in their order; nil where the users are the account's own.
    func person(_ place: Int) -> SimulatedPeople.Person? {
        isAgent(place) ? nil : people?[place - agents]
    }

    // MARK: Objects of the beginning

    /// The objects with which a collection begins; memberships and ratings follow from others.
    func objects(_ collection: ZendeskCollection) -> [ZendeskObject] {
        (0..<(collection.fixedCount ?? records)).map { place in
            var object = ZendeskObject(
                created: created(collection, place),
                updated: updated(collection, place),
                stamp: stamp(collection, place)
            )
            if isGone(collection, place) {
                object.state =
                    collection == .users && number(.users, place, 8, below: 2) == 0 ? .erased : .deleted
                object.deleted = object.updated
            }
            if collection == .users, number(.users, place, 9, below: 3) > 0 {
                let company = number(.users, place, 10, below: records)
                object.owner = isGone(.organizations, company) ? -1 : company
            }
            return object
        }
    }

    /// Whether an object of the beginning had been deleted before.
    private func isGone(_ collection: ZendeskCollection, _ place: Int) -> Bool {
        switch collection {
        case .tickets, .organizations, .customObjectRecords: number(collection, place, 7, below: 40) == 0
        case .users: !isAgent(place) && number(collection, place, 7, below: 40) == 0
        case .groups: place == 7
        case .brands: place == 2
        default: false
        }
    }

    /// A ticket of the beginning.
    func ticket(_ place: Int) -> ZendeskTicket {
        var ticket = ZendeskTicket(requester: number(.tickets, place, 20, below: max(1, records)))
        let age = Self.end - updated(.tickets, place)
        let isClosed = age > 28 * 86_400 && place % 4 != 3
        ticket.status =
            isClosed
            ? .closed : ZendeskTicket.Status(rawValue: UInt8(number(.tickets, place, 21, below: 5))) ?? .open
        ticket.priority = number(.tickets, place, 22, below: ZendeskTicket.priorities.count)
        ticket.assignee = ticket.status == .new ? -1 : number(.tickets, place, 23, below: max(1, agents))
        ticket.group = number(.tickets, place, 24, below: 12)
        let hasCompany = number(.tickets, place, 25, below: 3) > 0 && records > 0
        ticket.organization = hasCompany ? number(.tickets, place, 26, below: records) : -1
        ticket.tags =
            UInt32(truncatingIfNeeded: number(.tickets, place, 27) & number(.tickets, place, 28))
            & UInt32((1 << Self.tags.count) - 1)
        ticket.steps = steps(place)
        ticket.isAI = Double(number(.tickets, place, 29) >> 11) / Double(1 << 53 as UInt64) < automated
        if isClosed || ticket.status == .solved { ticket.score = number(.tickets, place, 30, below: 4) }
        return ticket
    }

    /// How many audits a ticket began with.
    func steps(_ place: Int) -> Int {
        place < records ? 1 + number(.tickets, place, 31, below: 4) : 1
    }

    /// An audit that a ticket of the beginning began with.
    func step(_ place: Int, _ number: Int) -> ZendeskStep {
        let (first, last) = (created(.tickets, place), updated(.tickets, place))
        let count = steps(place)
        let time = count == 1 ? first : first + (last - first) * number / (count - 1)
        let ticket = ticket(place)
        guard number > 0 else { return ZendeskStep(time: time, author: ticket.requester, action: .create) }
        let author = ticket.assignee < 0 ? ticket.requester : ticket.assignee
        switch self.number(.tickets, place, 40 + UInt64(number), below: 4) {
        case 0:
            return ZendeskStep(
                time: time,
                author: author,
                action: .change(field: "status", from: "new", to: "open")
            )
        case 1: return ZendeskStep(time: time, author: author, action: .comment(isPublic: false))
        case 2: return ZendeskStep(time: time, author: ticket.requester, action: .comment(isPublic: true))
        default: return ZendeskStep(time: time, author: author, action: .comment(isPublic: true))
        }
    }
}
