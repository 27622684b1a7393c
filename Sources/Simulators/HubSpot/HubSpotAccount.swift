/// An account that changes: the world as it began, and what was done to it since.
struct HubSpotAccount: Sendable {
    private(set) var world: HubSpotWorld
    private(set) var links: HubSpotLinks
    private var revisions = [[Int: [HubSpotRevision]]](repeating: [:], count: HubSpotType.allCases.count)
    /// The number of changes so far.
    private(set) var changes: UInt64 = 0
    /// The millisecond of the last change.
    private(set) var time = HubSpotWorld.end
    private let hash: SeededHash

    /// How much of an object's past is kept.
    private static let memory = 16

    init(world: HubSpotWorld) {
        self.world = world
        links = HubSpotLinks(seed: world.seed, records: world.records)
        hash = SeededHash(seed: world.seed ^ 0xC4A7)
    }

    /// The account at a millisecond.
    func view(at now: Int) -> HubSpotView {
        HubSpotView(world: world, links: links, revisions: revisions, now: now)
    }

    /// What an object is.
    func state(_ object: HubSpotObject) -> HubSpotState {
        if let state = revisions[object.type.ordinal][object.index]?.last?.state { return state }
        return view(at: time).state(object)
    }

    /// Begins a change in that millisecond, or in the last one's where that was later: numbers for its choices.
    mutating func begin(_ now: Int) -> SeededDice {
        time = max(time, now)
        changes += 1
        return SeededDice(hash: hash, change: changes)
    }

    /// Adds an object.
    mutating func add(_ type: HubSpotType, _ state: HubSpotState, lag: FaultPlan.Fault) -> HubSpotObject {
        let object = HubSpotObject(type: type, index: world.add(type, created: time))
        set(object, state, lag: lag)
        return object
    }

    /// Gives an object another state; searches see it once their index has caught up.
    mutating func set(_ object: HubSpotObject, _ state: HubSpotState, lag: FaultPlan.Fault) {
        let place = changes &* 64 &+ UInt64(object.index)
        let delay = hash.delay(lag, place, 300, usual: 20)
        var list = revisions[object.type.ordinal][object.index] ?? []
        if list.count >= Self.memory { list.removeFirst() }
        list.append(HubSpotRevision(time: time, indexed: time + delay * 1000, state: state))
        revisions[object.type.ordinal][object.index] = list
    }

    /// Gives a child another parent, or none.
    mutating func link(_ relation: Int, child: Int, to parent: Int?) {
        links.move(relation, child: child, to: parent)
    }

    // MARK: Choosing

    /// An object of a type: some at random, then all.
    func find(
        _ type: HubSpotType,
        _ dice: inout SeededDice,
        where isGood: (HubSpotObject, HubSpotState) -> Bool = { $1.isLiving }
    ) -> HubSpotObject? {
        let count = world.count(type)
        guard count > 0 else { return nil }
        func found(_ index: Int) -> HubSpotObject? {
            let object = HubSpotObject(type: type, index: index)
            return isGood(object, state(object)) ? object : nil
        }
        for _ in 0..<64 {
            if let object = found(dice(count)) { return object }
        }
        let start = dice(count)
        for step in 0..<count {
            if let object = found((start + step) % count) { return object }
        }
        return nil
    }
}
