import JSON

extension HubSpotAccount {
    /// Gives an object, or a new one, other values of its properties in that millisecond.
    mutating func put(
        _ wanted: PutObject,
        into type: HubSpotType,
        now: Int,
        lag: FaultPlan.Fault
    ) throws(SimulatorError) -> SimulatedChange {
        var dice = begin(now)
        let object: HubSpotObject
        if let id = wanted.id {
            guard let index = world.index(type, id: id) else { throw wanted.missing }
            object = HubSpotObject(type: type, index: index)
            guard state(object).isLiving else { throw wanted.missing }
        } else {
            object = create(type, &dice, lag)
        }
        var state = state(object)
        for (name, json) in wanted.members {
            guard type.property(name)?.isComputed == false else {
                let names = type.properties.filter { !$0.isComputed }.map(\.name)
                throw SimulatorError(
                    "\(wanted.stream) has no property '\(name)' to put; there are "
                        + names.joined(separator: ", ")
                )
            }
            state.values[name] = .some(try Self.text(json, of: name))
            state.written[name] = nil
            if let text = state.values[name] ?? nil, json.contains("\\u") {
                state.written[name] = (text, json)
            }
        }
        state.modified = time
        set(object, state, lag: lag)
        return wanted.done(String(world.id(type, object.index)))
    }

    /// Every value is a text, or null.
    private static func text(_ json: String, of name: String) throws(SimulatorError) -> String? {
        switch try? JSONValue.parse(json.utf8) {
        case .null?: return nil
        case .string(let text)?: return text
        default: throw SimulatorError("\(name) is \(json): every value of a property is a text, or null")
        }
    }
}
