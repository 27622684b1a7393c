/// The account as a request sees it.
struct HubSpotView: Sendable {
    let world: HubSpotWorld
    let links: HubSpotLinks
    /// The millisecond.
    let now: Int
    private let revisions: [[Int: [HubSpotRevision]]]

    init(world: HubSpotWorld, links: HubSpotLinks, revisions: [[Int: [HubSpotRevision]]], now: Int) {
        self.world = world
        self.links = links
        self.revisions = revisions
        self.now = now
    }

    /// How many objects there ever were.
    func count(_ type: HubSpotType) -> Int { world.count(type) }

    /// The objects that are not as they began.
    func changed(_ type: HubSpotType) -> Dictionary<Int, [HubSpotRevision]>.Keys {
        revisions[type.ordinal].keys
    }

    /// Whether an object is not as it began.
    func isChanged(_ object: HubSpotObject) -> Bool {
        revisions[object.type.ordinal].index(forKey: object.index) != nil
    }

    /// What an object is.
    func state(_ object: HubSpotObject) -> HubSpotState {
        revisions[object.type.ordinal][object.index]?.last?.state ?? beginning(object)
    }

    /// What an object is by a search's index, which lags behind; nil where it is not there yet.
    func indexed(_ object: HubSpotObject) -> HubSpotState? {
        guard let revisions = revisions[object.type.ordinal][object.index] else { return beginning(object) }
        if let seen = revisions.last(where: { $0.indexed <= now }) { return seen.state }
        return object.index < world.records ? beginning(object) : nil
    }

    /// What an object has been, newest first.
    func history(_ object: HubSpotObject) -> [HubSpotState] {
        var states = (revisions[object.type.ordinal][object.index] ?? []).reversed().map(\.state)
        if object.index < world.records { states.append(beginning(object)) }
        return states
    }

    private func beginning(_ object: HubSpotObject) -> HubSpotState {
        HubSpotState(
            created: world.created(object.type, object.index),
            modified: world.modified(object.type, object.index),
            archived: world.archived(object.type, object.index)
        )
    }

    /// The object with that id; one that went into another leads to that one.
    func find(_ type: HubSpotType, id: String) -> HubSpotObject? {
        guard var index = world.index(type, id: id) else { return nil }
        while let next = state(HubSpotObject(type: type, index: index)).successor { index = next }
        let object = HubSpotObject(type: type, index: index)
        return state(object).exists ? object : nil
    }

    /// The living objects of a type that are associated, oldest first, and what the associations are called.
    func related(_ object: HubSpotObject, to type: HubSpotType) -> [HubSpotAssociation] {
        guard let (place, isUp) = HubSpotRelation.between(object.type, type) else { return [] }
        let relation = HubSpotRelation.all[place]
        let others =
            isUp
            ? [links.parent(place, ofChild: object.index)].compactMap(\.self)
            : links.children(place, ofParent: object.index)
        return others.compactMap { other in
            guard state(HubSpotObject(type: type, index: other)).isLiving else { return nil }
            return HubSpotAssociation(
                index: other,
                names: relation.names(ofChild: isUp ? object.index : other, isUp: isUp)
            )
        }
    }
}

/// An object that is associated with another.
struct HubSpotAssociation {
    var index: Int
    var names: [HubSpotRelation.Name]
}

// MARK: Values

extension HubSpotView {
    /// The value of a property: always a text, whatever its type; nil where it never had one.
    func value(_ object: HubSpotObject, _ property: HubSpotProperty, _ state: HubSpotState) -> String? {
        if let value = state.values[property.name] { return value }
        switch property.form {
        case .id: return String(world.id(object.type, object.index))
        case .created: return HubSpotTime.text(state.created)
        case .modified: return HubSpotTime.text(state.modified)
        case .mergedIDs:
            return state.merged.isEmpty ? nil : state.merged.map(String.init).joined(separator: ";")
        case .pipeline: return stage(object).pipeline.id
        case .stage: return stage(object).stage.id
        case .isClosed: return stage(object, state).map { $0.isClosed ? "true" : "false" }
        case .isWon: return stage(object, state).map { $0.isWon ? "true" : "false" }
        case .product: return product(object, state)
        case .same(let name): return value(object, name, state)
        case .number(let type): return String(related(object, to: type).count)
        case .sku where object.type == .products: return "SKU-\(object.index)"
        case .sku:
            return reference(object, .products).map { "SKU-\($0)" }
        case .reference(let type): return reference(object, type).map { String(world.id(type, $0)) }
        case .empty: return nil
        default: return known(object, property.name) ?? invented(object, property)
        }
    }

    /// What others know of the person that an object is, or is about; nil where the people are the account's own.
    private func known(_ object: HubSpotObject, _ name: String) -> String? {
        guard let people = world.people else { return nil }
        switch (object.type, name) {
        case (.contacts, "email"): return people[object.index].email
        case (.contacts, "firstname"): return people[object.index].first
        case (.contacts, "lastname"): return people[object.index].last
        case (.payments, "hs_customer_email"):
            return related(object, to: .contacts).first.map { people[$0.index].email }
        default: return nil
        }
    }

    /// The value of the property of that name.
    func value(_ object: HubSpotObject, _ name: String, _ state: HubSpotState) -> String? {
        object.type.property(name).flatMap { value(object, $0, state) }
    }

    private func reference(_ object: HubSpotObject, _ type: HubSpotType) -> Int? {
        let index = object.index & ~7 + world.number(object.type, object.index, 20, below: 8)
        return index < world.records ? index : nil
    }

    private func stage(_ object: HubSpotObject) -> (pipeline: HubSpotPipeline, stage: HubSpotPipeline.Stage) {
        let pipelines = HubSpotPipeline.of(object.type)
        let pipeline = pipelines[world.number(object.type, object.index, 21, below: pipelines.count)]
        return (
            pipeline,
            pipeline.stages[world.number(object.type, object.index, 22, below: pipeline.stages.count)]
        )
    }

    /// The stage in which an object is now.
    private func stage(_ object: HubSpotObject, _ state: HubSpotState) -> HubSpotPipeline.Stage? {
        let name = object.type.properties.first { $0.form == .stage }?.name ?? ""
        let id = value(object, name, state)
        return HubSpotPipeline.of(object.type).lazy.flatMap(\.stages).first { $0.id == id }
    }

    /// Price times quantity, to the cent.
    private func product(_ object: HubSpotObject, _ state: HubSpotState) -> String? {
        guard let price = value(object, "price", state).flatMap(Self.cents),
            let quantity = value(object, "quantity", state).flatMap({ Int($0) }), abs(quantity) < 1 << 16
        else { return nil }
        return Self.money(price * quantity)
    }

    private static func cents(_ text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        // Nothing is computed of sums that no shop has.
        guard let units = parts.first.flatMap({ Int($0) }), abs(units) < 1 << 40 else { return nil }
        guard parts.count == 2, let cents = Int(parts[1]) else { return parts.count == 1 ? units * 100 : nil }
        return units * 100 + cents
    }

    /// A sum of so many cents; whole ones have no point.
    static func money(_ cents: Int) -> String {
        let rest = cents % 100
        return rest == 0 ? String(cents / 100) : "\(cents / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// A value that follows from the seed alone.
    private func invented(_ object: HubSpotObject, _ property: HubSpotProperty) -> String? {
        let place = object.type.place(ofProperty: property.name) ?? 0
        let number = world.number(object.type, object.index, 40 + place)
        if !property.isAlwaysSet {
            // One that was set and then cleared is empty, not null.
            switch number % 12 {
            case 0: return nil
            case 1: return ""
            default: break
            }
        }
        return Self.value(property.form, number / 12, index: object.index)
    }

    /// A value of a form, of a number that looks random.
    static func value(_ form: HubSpotProperty.Form, _ number: Int, index: Int) -> String? {
        switch form {
        case .text(let name):
            number % 9 == 0 ? "\(name) \(index) – \"naïve\" ☃ \u{1F680}" : "\(name) \(index)"
        case .body: "<p>Note \(index)</p>\n<p>\"So &amp; so\", said she – 3 &lt; \(number % 90)</p>"
        case .word(let words), .choice(let words): words[number % words.count]
        case .choices(let words): choices(words, number)
        case .email: "person\(index)@example\(number % 20).com"
        case .phone: "+1 (555) \(1_000_000 + number % 9_000_000)"
        case .domain: "company\(index).example"
        case .money(let most): money(number % (most * 100))
        case .count(let most): String(1 + number % most)
        case .day: day(number)
        case .time: time(number)
        case .flag: number % 2 == 0 ? "true" : "false"
        case .owner: HubSpotOwner(index: number % HubSpotOwner.count).id
        case .score: String(number % 100)
        default: nil
        }
    }

    private static func choices(_ words: [String], _ number: Int) -> String {
        let chosen = words.indices.filter { number >> $0 & 1 == 1 }
        return (chosen.isEmpty ? [0] : chosen).map { words[$0] }.joined(separator: ";")
    }

    /// Older objects have the milliseconds of midnight.
    private static func day(_ number: Int) -> String {
        let time = HubSpotWorld.begin + number / 5 % 900 * HubSpotWorld.day
        return number % 5 == 0 ? String(time) : HubSpotTime.date(time)
    }

    private static func time(_ number: Int) -> String {
        let time = HubSpotWorld.begin + number / 5 % HubSpotWorld.span
        return number % 5 == 0 ? String(time) : HubSpotTime.text(time)
    }
}
