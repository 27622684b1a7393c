/// An account that changes: its objects as they are, and the order in which exports show them.
struct ZendeskAccount: Sendable {
    let world: ZendeskWorld
    private(set) var tickets: [ZendeskTicket]
    /// The objects of each collection, by its ordinal; those of `tickets` stand beside `tickets`.
    private(set) var objects: [[ZendeskObject]]
    /// The lines of the collections that are exported, by ordinal.
    private(set) var lines: [ZendeskTimeline]
    /// The line of all audits.
    private(set) var activity: ZendeskTimeline
    /// From when on an audit that came late is shown.
    private(set) var lateActivity: [Int: Int] = [:]
    /// What was done to tickets since the beginning.
    private var later: [Int: [ZendeskStep]] = [:]
    /// The number of changes so far.
    private(set) var changes: UInt64 = 0
    /// The second of the last change.
    private(set) var time = ZendeskWorld.end
    private let hash: SeededHash

    init(world: ZendeskWorld) {
        self.world = world
        hash = SeededHash(seed: world.seed ^ 0x2E4D)
        tickets = (0..<world.records).map { world.ticket($0) }
        objects = ZendeskCollection.allCases.map { collection in
            switch collection {
            case .groupMemberships, .organizationMemberships, .satisfactionRatings: []
            default: world.objects(collection)
            }
        }
        lines = []
        activity = ZendeskTimeline()
        joinPeople()
        rate()
        lines = ZendeskCollection.allCases.map { collection in
            guard Self.isExported(collection) else { return ZendeskTimeline() }
            return ZendeskTimeline(
                objects[collection.ordinal].enumerated().map { .init(stamp: $1.stamp, place: $0) }
            )
        }
        activity = ZendeskTimeline(
            tickets.indices.flatMap { place in
                (0..<tickets[place].steps).map {
                    .init(stamp: world.step(place, $0).time, place: Self.activity(place, $0))
                }
            }
        )
    }

    /// Agents belong to groups, and users to the organization that they show.
    private mutating func joinPeople() {
        for user in 0..<world.agents {
            for number in 0...(user % 2) {
                var membership = ZendeskObject(
                    created: world.created(.users, user) + 5,
                    updated: world.created(.users, user) + 5,
                    stamp: 0
                )
                (membership.owner, membership.other) = (user, (user + number * 5) % 7)
                objects[ZendeskCollection.groupMemberships.ordinal].append(membership)
            }
        }
        for (user, object) in self[.users].enumerated() where object.owner >= 0 && object.isLiving {
            var membership = ZendeskObject(created: object.created + 9, updated: object.created + 9, stamp: 0)
            (membership.owner, membership.other) = (user, object.owner)
            objects[ZendeskCollection.organizationMemberships.ordinal].append(membership)
        }
    }

    private mutating func rate() {
        for (place, ticket) in tickets.enumerated() where ticket.score >= 2 {
            var rating = ZendeskObject(
                created: world.updated(.tickets, place),
                updated: world.updated(.tickets, place),
                stamp: 0
            )
            (rating.owner, rating.other) = (place, ticket.assignee)
            objects[ZendeskCollection.satisfactionRatings.ordinal].append(rating)
        }
    }

    // MARK: Reading

    /// Whether a collection has an incremental export.
    static func isExported(_ collection: ZendeskCollection) -> Bool {
        switch collection {
        case .tickets, .users, .organizations, .customObjectRecords: true
        default: false
        }
    }

    /// The place of an audit among all of them.
    static func activity(_ ticket: Int, _ step: Int) -> Int { ticket << 16 | step }

    subscript(collection: ZendeskCollection) -> [ZendeskObject] {
        _read { yield objects[collection.ordinal] }
    }

    func id(_ collection: ZendeskCollection, _ place: Int) -> Int { collection.firstID + place }

    /// The place of the object with that id; nil if there never was one.
    func place(_ collection: ZendeskCollection, id text: some StringProtocol) -> Int? {
        guard let id = Int(text) else { return nil }
        let place = id - collection.firstID
        return self[collection].indices.contains(place) ? place : nil
    }

    /// An audit of a ticket.
    func step(_ ticket: Int, _ number: Int) -> ZendeskStep {
        let first = world.steps(ticket)
        guard number >= first || ticket >= world.records else { return world.step(ticket, number) }
        if ticket >= world.records, number == 0 {
            return ZendeskStep(
                time: self[.tickets][ticket].created,
                author: tickets[ticket].author,
                action: .create
            )
        }
        return later[ticket]?[number - first] ?? ZendeskStep(time: time, author: -1, action: .create)
    }

    /// All audits of a ticket, oldest first.
    func steps(_ ticket: Int) -> [ZendeskStep] { (0..<tickets[ticket].steps).map { step(ticket, $0) } }

    /// Whether lists leave a ticket out: it was closed long ago.
    func isArchived(_ ticket: Int, now: Int) -> Bool {
        tickets[ticket].status == .closed && self[.tickets][ticket].updated + 120 * 86_400 < now
    }

    /// Whether nothing of a deleted ticket is left.
    func isScrubbed(_ ticket: Int, now: Int) -> Bool {
        let object = self[.tickets][ticket]
        return object.state == .deleted && object.deleted + 30 * 86_400 < now
    }

    // MARK: Changing

    /// Begins a change in that second, or in the last one's where that was later: numbers for its choices.
    mutating func begin(_ now: Int) -> SeededDice {
        time = max(time, now)
        changes += 1
        return SeededDice(hash: hash, change: changes)
    }

    /// Adds an object; its place.
    mutating func add(
        _ collection: ZendeskCollection,
        owner: Int = -1,
        other: Int = -1,
        _ traps: ZendeskTraps
    ) -> Int {
        var object = ZendeskObject(created: time, updated: time, stamp: time)
        (object.owner, object.other) = (owner, other)
        objects[collection.ordinal].append(object)
        let place = objects[collection.ordinal].count - 1
        show(collection, place, traps)
        return place
    }

    /// Adds a ticket; its place.
    mutating func add(_ ticket: ZendeskTicket, _ traps: ZendeskTraps) -> Int {
        tickets.append(ticket)
        let place = add(.tickets, traps)
        tell(place, 0, traps)
        return place
    }

    /// Changes an object now.
    mutating func change(
        _ collection: ZendeskCollection,
        _ place: Int,
        _ traps: ZendeskTraps,
        _ body: (inout ZendeskObject) -> Void = { _ in }
    ) {
        body(&objects[collection.ordinal][place])
        objects[collection.ordinal][place].updated = time
        objects[collection.ordinal][place].revision += 1
        show(collection, place, traps)
    }

    /// Changes a ticket now, by what an audit tells.
    mutating func change(
        _ ticket: Int,
        by author: Int,
        _ action: ZendeskStep.Action,
        _ traps: ZendeskTraps,
        _ body: (inout ZendeskTicket) -> Void = { _ in }
    ) {
        body(&tickets[ticket])
        later[ticket, default: []].append(ZendeskStep(time: time, author: author, action: action))
        tickets[ticket].steps += 1
        tell(ticket, tickets[ticket].steps - 1, traps)
        change(.tickets, ticket, traps)
    }

    /// Shows an object in its export once more without a change that it shows.
    mutating func reemit(_ collection: ZendeskCollection, _ place: Int, _ traps: ZendeskTraps) {
        show(collection, place, traps)
    }

    private mutating func show(_ collection: ZendeskCollection, _ place: Int, _ traps: ZendeskTraps) {
        objects[collection.ordinal][place].stamp = time
        guard Self.isExported(collection) else { return }
        objects[collection.ordinal][place].visible =
            visible(traps, UInt64(collection.ordinal) << 48 | UInt64(place))
        lines[collection.ordinal].add(.init(stamp: time, place: place))
        let objects = objects[collection.ordinal]
        guard lines[collection.ordinal].entries.count > 2 * objects.count + 64 else { return }
        lines[collection.ordinal].compact { objects[$0.place].stamp == $0.stamp }
    }

    private mutating func tell(_ ticket: Int, _ step: Int, _ traps: ZendeskTraps) {
        let place = Self.activity(ticket, step)
        activity.add(.init(stamp: time, place: place))
        let visible = visible(traps, UInt64(place))
        if visible > 0 { lateActivity[place] = visible }
    }

    /// From when on what happens now is shown; 0 where nothing holds it up.
    private func visible(_ traps: ZendeskTraps, _ place: UInt64) -> Int {
        let salt = changes << 8
        guard hash.strikes(traps.late, place, salt) else { return 0 }
        // What comes within the last minute would be late for nobody.
        return time + 61
            + hash.delay(.init(rate: 1, seconds: traps.late.seconds), place, salt + 1, usual: 120)
    }
}
