import JSON
import Web

/// The list of events, and one of them.
struct StripeEventList {
    let world: StripeWorld
    let log: StripeEventLog
    let now: Int

    /// What the list shows, newest first.
    ///
    /// - Throws: if a parameter is unknown or has no meaning.
    func elements(_ query: WebQuery) throws(StripeError) -> StripeElements {
        try check(query)
        let range = try StripeCreatedRange(query)
        let types = try types(query)
        // None has a webhook to wait for.
        let isNone = query.last("delivery_success") == "false"
        let kept = log.kept(now: now)
        let first = range.first == .min ? kept.startIndex : max(kept.startIndex, place(range.first))
        let end = range.last == .max ? kept.endIndex : place(range.last + 1)
        let newest = kept.endIndex - 1
        let now = now
        let log = log
        let world = world
        return StripeElements(
            ranks: isNone || first >= end ? 0..<0 : newest - (end - 1)..<newest - first + 1,
            matches: { rank in
                let event = kept[newest - rank]
                return event.visible <= now && types.allSatisfy { $0(event.type) }
            },
            rank: { id in
                world.sequence(ofEvent: id).flatMap { log.place(of: $0, now: now) }.map { newest - $0 }
            },
            write: { rank, writer in world.write(kept[newest - rank], to: &writer) },
            object: "event",
            url: "/v1/events"
        )
    }

    /// Whether the event with that id can be read.
    func has(_ id: String) -> Bool {
        world.sequence(ofEvent: id).flatMap { log.place(of: $0, now: now) } != nil
    }

    /// The event with that id.
    ///
    /// - Throws: if there is none, or it is too old.
    func event(_ id: String) throws(StripeError) -> [UInt8] {
        guard let place = world.sequence(ofEvent: id).flatMap({ log.place(of: $0, now: now) }) else {
            throw .missing("event", id, parameter: "id")
        }
        var writer = ObjectWriter(capacity: 4096)
        world.write(log.kept(now: now)[place], to: &writer)
        return writer.bytes
    }

    private func place(_ second: Int) -> Int { log.first(createdAtLeast: second) }

    private func check(_ query: WebQuery) throws(StripeError) {
        for item in query.items {
            let root = String(item.root)
            guard StripePaging.parameters.contains(root) || Self.filters.contains(root) else {
                throw .unknownParameter(item.name)
            }
            guard item.name == root || ["created", "expand", "types"].contains(root) else {
                throw .unknownParameter(item.name)
            }
        }
        for name in ["starting_after", "ending_before"] {
            guard let id = query.last(name), let sequence = world.sequence(ofEvent: id),
                log.isGone(sequence, now: now)
            else { continue }
            throw StripeError(
                status: 400,
                message:
                    "The event \(id) is no longer available because it's aged out of our retention policy.",
                parameter: name
            )
        }
        if let text = query.last("delivery_success"), text != "true", text != "false" {
            throw StripeError(
                status: 400,
                message: "Invalid boolean: \(text)",
                parameter: "delivery_success"
            )
        }
    }

    private static let filters = ["created", "delivery_success", "type", "types"]

    private func types(_ query: WebQuery) throws(StripeError) -> [(String) -> Bool] {
        let names = query.list("types")
        guard names.count <= 20 else {
            throw StripeError(
                status: 400,
                message: "You may only specify up to 20 event types.",
                parameter: "types"
            )
        }
        guard let type = query.last("type") else { return names.isEmpty ? [] : [{ names.contains($0) }] }
        guard names.isEmpty else {
            throw StripeError(
                status: 400,
                message: "You may only specify one of these parameters: type, types."
            )
        }
        guard type.hasSuffix("*") else { return [{ $0 == type }] }
        let prefix = type.dropLast()
        return [{ $0.hasPrefix(prefix) }]
    }
}

extension StripeWorld {
    /// The version of the API in which an older account's events show their objects.
    static let oldVersion = "2023-08-16"

    /// Appends an event's JSON.
    func write(_ event: StripeEvent, to writer: inout ObjectWriter) {
        writer.object { writer in
            writer.text("id", id(ofEvent: event.sequence))
            writer.text("object", "event")
            writer.text("api_version", event.isOld ? Self.oldVersion : Self.version)
            writer.number("created", event.created)
            writer.object("data") { writer in
                guard event.isOld || event.before != nil && Self.hasPrevious(event.type) else {
                    return writer.raw("object", String(decoding: bytes(event, event.after), as: UTF8.self))
                }
                let after = snapshot(event, event.after)
                writer.raw("object", after.compactText)
                guard let before = event.before, Self.hasPrevious(event.type) else { return }
                let previous = snapshot(event, before).members ?? []
                let changed = previous.filter { after[$0.name] != $0.value }
                writer.raw("previous_attributes", JSONValue.object(changed).compactText)
            }
            writer.bool("livemode", isLive)
            writer.number("pending_webhooks", 0)
            writer.object("request") { writer in
                writer.text("id", "req_" + String(SeededHash.mix(seed ^ event.change << 20), radix: 36))
                writer.nulls("idempotency_key")
            }
            writer.text("type", event.type)
        }
    }

    private static func hasPrevious(_ type: String) -> Bool {
        type.hasSuffix(".updated") || type == "charge.refunded"
    }

    private func bytes(_ event: StripeEvent, _ edit: StripeEdit) -> [UInt8] {
        object(event.object.collection, event.object.index, edit)
    }

    private func snapshot(_ event: StripeEvent, _ edit: StripeEdit) -> JSONValue {
        guard let value = try? JSONValue.parse(bytes(event, edit)) else {
            preconditionFailure("an object that the simulator wrote is no JSON")
        }
        return event.isOld ? StripeOldShape.of(value, event.object.collection) : value
    }
}
