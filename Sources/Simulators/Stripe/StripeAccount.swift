/// An account that changes: the world as it began, what was done to it since, and the events that tell of it.
struct StripeAccount: Sendable {
    /// How far back a view can lie, in seconds.
    static let memory = 600

    private(set) var world: StripeWorld
    private(set) var events = StripeEventLog()
    private var revisions: [StripeObject: [StripeRevision]] = [:]
    /// What was created or changed lately: a busy account works on the same objects again.
    private(set) var touched: [StripeObject] = []
    /// Products that got a price or a plan since the beginning, and so cannot be deleted.
    private(set) var pricedProducts: Set<Int> = []
    /// The number of changes so far.
    private(set) var changes: UInt64 = 0
    /// The first checkout session whose day is not over yet.
    private var firstOpenSession: Int
    /// The second of the last change.
    private(set) var time = StripeWorld.end
    private let hash: SeededHash

    init(world: StripeWorld) {
        self.world = world
        firstOpenSession = world.records
        hash = SeededHash(seed: world.seed ^ 0xC4A6)
    }

    /// The account at a second.
    func view(at second: Int) -> StripeView {
        StripeView(world: world, revisions: revisions, time: second)
    }

    /// What has become of an object.
    func edit(_ object: StripeObject) -> StripeEdit { revisions[object]?.last?.edit ?? StripeEdit() }

    /// Begins a change in that second, or in the last one's where that was later: numbers for its choices.
    mutating func begin(_ now: Int) -> SeededDice {
        time = max(time, now)
        changes += 1
        return SeededDice(hash: hash, change: changes)
    }

    /// The next checkout session whose day is over by that second; nil if none is.
    mutating func nextEndedSession(by second: Int) -> (index: Int, end: Int)? {
        guard firstOpenSession < world.count(.checkoutSessions) else { return nil }
        let end = world.created(.checkoutSessions, firstOpenSession) + StripeWorld.openSession
        guard end <= second else { return nil }
        defer { firstOpenSession += 1 }
        return (firstOpenSession, end)
    }

    /// Adds an object.
    mutating func add(_ birth: StripeBirth, to collection: StripeCollection) -> StripeObject {
        if collection == .prices || collection == .plans, let product = birth.parent {
            pricedProducts.insert(product)
        }
        let object = StripeObject(collection: collection, index: world.add(birth, to: collection))
        touch(object)
        return object
    }

    /// Gives an object another state.
    mutating func set(_ object: StripeObject, _ edit: StripeEdit) {
        var list = revisions[object] ?? []
        // What no view can reach any more is forgotten.
        if let reached = list.lastIndex(where: { $0.time <= time - Self.memory }) {
            list.removeFirst(reached)
        }
        // A view sees no part of a second.
        if list.last?.time == time { list.removeLast() }
        list.append(StripeRevision(time: time, edit: edit))
        revisions[object] = list
        touch(object)
    }

    /// Tells of an object.
    mutating func tell(_ type: String, _ object: StripeObject, before: StripeEdit?, _ traps: StripeTraps) {
        let sequence = events.next
        let place = UInt64(sequence)
        let event = StripeEvent(
            sequence: sequence,
            created: time - hash.delay(traps.unordered, place, 100, usual: 2),
            visible: time + hash.delay(traps.late, place, 102, usual: 10),
            tie: hash.strikes(traps.shuffled, place, 104) ? hash(place, 105) : place,
            type: type,
            object: object,
            before: before,
            after: edit(object),
            isOld: hash.strikes(traps.old, place, 106),
            change: changes
        )
        events.append(event, now: time)
    }

    private mutating func touch(_ object: StripeObject) {
        if touched.count >= 64 { touched.removeFirst() }
        touched.append(object)
    }
}
