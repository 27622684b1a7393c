extension ZendeskAccount {
    /// Does something to an object of one of the collections, chosen by seed, in that second.
    ///
    /// - Returns: what was done, to others too where one change takes another; nothing if there is no object to do
    ///   it to.
    mutating func change(
        _ action: SimulatedChange.Action,
        in collections: [ZendeskCollection],
        now: Int,
        _ traps: ZendeskTraps
    ) -> [SimulatedChange] {
        var dice = begin(now)
        var candidates = collections.flatMap { [ZendeskCollection](repeating: $0, count: max(1, $0.weight)) }
        if action == .merged { candidates.removeAll { !$0.hasMerges } }
        while !candidates.isEmpty {
            let collection = candidates[dice(candidates.count)]
            candidates.removeAll { $0 == collection }
            let done =
                switch action {
                case .created: create(collection, &dice, traps)
                case .updated: update(collection, &dice, traps)
                case .deleted: delete(collection, &dice, traps)
                case .merged: merge(collection, &dice, traps)
                }
            guard !done.isEmpty else { continue }
            if dice.strikes(traps.reemitted), let other = find(.tickets, &dice) {
                reemit(.tickets, other, traps)
            }
            return done
        }
        return []
    }

    // MARK: Creating

    private mutating func create(
        _ collection: ZendeskCollection,
        _ dice: inout SeededDice,
        _ traps: ZendeskTraps
    ) -> [SimulatedChange] {
        var done: [SimulatedChange] = []
        guard let place = make(collection, &dice, traps, &done) else { return done }
        done.append(describe(.created, collection, place))
        if dice.strikes(traps.shortLived) { done += remove(collection, place, &dice, traps) }
        return done
    }

    mutating func make(
        _ collection: ZendeskCollection,
        _ dice: inout SeededDice,
        _ traps: ZendeskTraps,
        _ done: inout [SimulatedChange]
    ) -> Int? {
        switch collection {
        case .tickets:
            guard let requester = find(.users, &dice) ?? makeFirst(.users, &dice, traps, &done) else {
                return nil
            }
            var ticket = ZendeskTicket(requester: requester)
            ticket.priority = dice(ZendeskTicket.priorities.count)
            ticket.group = find(.groups, &dice) ?? -1
            ticket.organization = self[.users][requester].owner
            ticket.tags = UInt32(1) << UInt32(dice(ZendeskWorld.tags.count))
            ticket.isAI = Double(dice(1_000_000)) / 1_000_000 < world.automated
            return add(ticket, traps)
        case .users:
            let company = dice(3) == 0 ? nil : find(.organizations, &dice)
            return add(.users, owner: company ?? -1, traps)
        case .groupMemberships:
            guard world.agents > 0, let group = find(.groups, &dice) else { return nil }
            return add(.groupMemberships, owner: dice(world.agents), other: group, traps)
        case .organizationMemberships:
            guard let user = find(.users, &dice), let company = find(.organizations, &dice) else {
                return nil
            }
            return add(.organizationMemberships, owner: user, other: company, traps)
        case .satisfactionRatings:
            let ticket = find(.tickets, &dice) {
                $0.tickets[$1].score < 2 && $0.tickets[$1].status != .closed
            }
            guard let ticket else { return nil }
            let score = 2 + dice(2)
            change(
                ticket,
                by: tickets[ticket].requester,
                .change(field: "satisfaction_score", from: "offered", to: ZendeskTicket.scores[score]),
                traps
            ) { $0.score = score }
            done.append(describe(.updated, .tickets, ticket))
            return add(.satisfactionRatings, owner: ticket, other: tickets[ticket].assignee, traps)
        default: return add(collection, traps)
        }
    }

    private mutating func makeFirst(
        _ collection: ZendeskCollection,
        _ dice: inout SeededDice,
        _ traps: ZendeskTraps,
        _ done: inout [SimulatedChange]
    ) -> Int? {
        guard let place = make(collection, &dice, traps, &done) else { return nil }
        done.append(describe(.created, collection, place))
        return place
    }

    // MARK: Updating

    private mutating func update(
        _ collection: ZendeskCollection,
        _ dice: inout SeededDice,
        _ traps: ZendeskTraps
    ) -> [SimulatedChange] {
        if collection == .tickets {
            let open = find(.tickets, &dice) { $0.tickets[$1].status != .closed }
            guard let ticket = open else { return [] }
            work(ticket, &dice, traps)
            return [describe(.updated, .tickets, ticket)]
        }
        guard let place = find(collection, &dice) else { return [] }
        change(collection, place, traps)
        var done = [describe(.updated, collection, place)]
        if collection == .satisfactionRatings {
            let ticket = self[.satisfactionRatings][place].owner
            let (before, after) = (tickets[ticket].score, 5 - tickets[ticket].score)
            change(
                ticket,
                by: tickets[ticket].requester,
                .change(
                    field: "satisfaction_score",
                    from: ZendeskTicket.scores[before],
                    to: ZendeskTicket.scores[after]
                ),
                traps
            ) { $0.score = after }
            done.append(describe(.updated, .tickets, ticket))
        }
        return done
    }

    /// Somebody works on a ticket.
    private mutating func work(_ ticket: Int, _ dice: inout SeededDice, _ traps: ZendeskTraps) {
        let agent = dice(max(1, world.agents))
        let before = tickets[ticket]
        switch dice(8) {
        case 0, 1: change(ticket, by: agent, .comment(isPublic: true), traps)
        case 2: change(ticket, by: before.requester, .comment(isPublic: true), traps)
        case 3: change(ticket, by: agent, .comment(isPublic: false), traps)
        case 4:
            let priority = (before.priority + 1 + dice(3)) % ZendeskTicket.priorities.count
            let names = ZendeskTicket.priorities.map { $0 ?? "" }
            change(
                ticket,
                by: agent,
                .change(field: "priority", from: names[before.priority], to: names[priority]),
                traps
            ) { $0.priority = priority }
        case 5:
            let tag = dice(ZendeskWorld.tags.count)
            change(ticket, by: agent, .change(field: "tags", from: "", to: ZendeskWorld.tags[tag]), traps) {
                $0.tags ^= 1 << UInt32(tag)
            }
        case 6:
            change(
                ticket,
                by: agent,
                .change(field: "assignee_id", from: "", to: String(id(.users, agent))),
                traps
            ) {
                $0.assignee = agent
            }
        default:
            let order: [ZendeskTicket.Status] = [.open, .pending, .hold, .solved]
            var after = order[dice(order.count)]
            if after == before.status { after = after == .open ? .pending : .open }
            let (from, to) = (before.status.name, after.name)
            change(ticket, by: agent, .change(field: "status", from: from, to: to), traps) {
                $0.status = after
                if $0.assignee < 0 { $0.assignee = agent }
                if after == .solved, $0.score == 0 { $0.score = 1 }
            }
        }
    }

    // MARK: Deleting

    private mutating func delete(
        _ collection: ZendeskCollection,
        _ dice: inout SeededDice,
        _ traps: ZendeskTraps
    ) -> [SimulatedChange] {
        let place = find(collection, &dice) { account, place in
            // Agents stay, and so does the default group; what is closed can be deleted all the same.
            collection == .users ? !account.world.isAgent(place) : collection != .groups || place > 0
        }
        guard let place else { return [] }
        return remove(collection, place, &dice, traps)
    }

    /// Deletes that object, and what goes with it.
    mutating func remove(
        _ collection: ZendeskCollection,
        _ place: Int,
        _ dice: inout SeededDice,
        _ traps: ZendeskTraps
    ) -> [SimulatedChange] {
        let isErased = collection == .users && dice(3) == 0
        let time = time
        change(collection, place, traps) {
            $0.state = isErased ? .erased : .deleted
            $0.deleted = time
            if isErased { $0.members = [:] }
        }
        var done = [describe(.deleted, collection, place)]
        switch collection {
        case .users:
            done += leave(.groupMemberships, traps) { $0.owner == place }
            done += leave(.organizationMemberships, traps) { $0.owner == place }
        case .groups: done += leave(.groupMemberships, traps) { $0.other == place }
        case .organizations:
            done += leave(.organizationMemberships, traps) { $0.other == place }
            for (user, object) in self[.users].enumerated() where object.owner == place && object.isLiving {
                change(.users, user, traps) { $0.owner = -1 }
                done.append(describe(.updated, .users, user))
            }
        default: break
        }
        return done
    }

    private mutating func leave(
        _ memberships: ZendeskCollection,
        _ traps: ZendeskTraps,
        _ isLeft: (ZendeskObject) -> Bool
    ) -> [SimulatedChange] {
        let left = self[memberships].enumerated().filter { $1.isLiving && isLeft($1) }.map(\.offset)
        return left.map { place in
            change(memberships, place, traps) { $0.state = .deleted }
            return describe(.deleted, memberships, place)
        }
    }

    // MARK: Merging

    private mutating func merge(
        _ collection: ZendeskCollection,
        _ dice: inout SeededDice,
        _ traps: ZendeskTraps
    ) -> [SimulatedChange] {
        let canMerge: (ZendeskAccount, Int) -> Bool = { account, place in
            collection == .users
                ? !account.world.isAgent(place) : account.tickets[place].status != .closed
        }
        guard let winner = find(collection, &dice, where: canMerge),
            let loser = find(collection, &dice, where: { $1 != winner && canMerge($0, $1) })
        else { return [] }
        guard collection == .users else { return mergeTickets(loser, into: winner, &dice, traps) }
        let time = time
        change(.users, loser, traps) {
            $0.state = .merged
            $0.deleted = time
        }
        change(.users, winner, traps)
        var done = [describe(.merged, .users, loser), describe(.updated, .users, winner)]
        done += leave(.organizationMemberships, traps) { $0.owner == loser }
        let (from, to) = (String(id(.users, loser)), String(id(.users, winner)))
        for ticket in tickets.indices
        where tickets[ticket].requester == loser && self[.tickets][ticket].isLiving {
            change(ticket, by: -1, .change(field: "requester_id", from: from, to: to), traps) {
                $0.requester = winner
            }
            done.append(describe(.updated, .tickets, ticket))
            for rating in self[.satisfactionRatings].indices
            where self[.satisfactionRatings][rating].owner == ticket
                && self[.satisfactionRatings][rating].isLiving
            {
                change(.satisfactionRatings, rating, traps)
                done.append(describe(.updated, .satisfactionRatings, rating))
            }
        }
        return done
    }

    /// The loser is closed, and each of the two has a comment that leads to the other.
    private mutating func mergeTickets(
        _ loser: Int,
        into winner: Int,
        _ dice: inout SeededDice,
        _ traps: ZendeskTraps
    ) -> [SimulatedChange] {
        let agent = dice(max(1, world.agents))
        change(loser, by: agent, .merge(into: winner), traps) {
            $0.status = .closed
            $0.successor = winner
        }
        change(winner, by: agent, .mergeFrom(loser), traps)
        return [describe(.merged, .tickets, loser), describe(.updated, .tickets, winner)]
    }

    // MARK: Choosing

    /// A living object of a collection: some at random, then all.
    func find(
        _ collection: ZendeskCollection,
        _ dice: inout SeededDice,
        where isGood: (ZendeskAccount, Int) -> Bool = { _, _ in true }
    ) -> Int? {
        let count = self[collection].count
        guard count > 0 else { return nil }
        func isFound(_ place: Int) -> Bool { self[collection][place].isLiving && isGood(self, place) }
        // A busy account works on the same objects again: half of the time one of the youngest.
        for attempt in 0..<64 {
            let place = attempt % 2 == 0 ? dice(count) : count - 1 - dice(min(count, 64))
            if isFound(place) { return place }
        }
        let start = dice(count)
        for step in 0..<count where isFound((start + step) % count) { return (start + step) % count }
        return nil
    }

    func describe(_ action: SimulatedChange.Action, _ collection: ZendeskCollection, _ place: Int)
        -> SimulatedChange
    {
        SimulatedChange(
            action: action,
            stream: collection.rawValue,
            id: ZendeskWriter.key(collection, place)
        )
    }
}
