import Core
import Web

/// The paths under `/api/v2`: what the account answers when nothing goes wrong.
struct ZendeskAPI {
    let writer: ZendeskWriter
    let traps: ZendeskTraps
    let request: WebRequest
    /// Gives the cursor that was asked with once more.
    var isRepeated = false

    private var account: ZendeskAccount { writer.account }
    private var now: Int { writer.now }
    private var query: WebQuery { request.query }

    /// The parts of a request's path below `/api/v2`, without `.json`; nil where it lies elsewhere.
    static func parts(_ request: WebRequest) -> [String]? {
        var parts = request.segments
        guard parts.count > 2, parts[0] == "api", parts[1] == "v2" else { return nil }
        parts.removeFirst(2)
        let last = parts.removeLast()
        parts.append(last.hasSuffix(".json") ? String(last.dropLast(5)) : last)
        return parts
    }

    /// The body of the answer.
    ///
    /// - Throws: if the request is refused.
    func answer(_ parts: [String]) throws(ZendeskError) -> [UInt8] {
        guard request.method == "GET" else { throw .noEndpoint }
        switch parts.first {
        case "incremental": return try export(Array(parts.dropFirst()))
        case "tickets" where parts.count > 1: return try ticket(Array(parts.dropFirst()))
        case "custom_objects" where parts.count > 1: return try customObject(Array(parts.dropFirst()))
        case "search": return try search(parts)
        case "channels": return try voice(parts)
        default: break
        }
        if let list = list(parts.joined(separator: "/")) {
            return try list.page(request, isRepeated: isRepeated)
        }
        guard let collection = Self.collection(parts.dropLast().joined(separator: "/")), let last = parts.last
        else {
            throw .noEndpoint
        }
        if last == "count" { return try count(collection) }
        return try one(collection, last)
    }

    /// The collection with that path, if it has objects of its own to ask for.
    static func collection(_ path: String) -> ZendeskCollection? {
        ZendeskCollection.allCases.first { $0.path == path && $0 != .tags }
    }

    // MARK: Exports

    private func export(_ parts: [String]) throws(ZendeskError) -> [UInt8] {
        let export = ZendeskExport(writer: writer, traps: traps, request: request)
        switch parts {
        case ["tickets", "cursor"]: return try export.cursorPage(of: .tickets, isRepeated: isRepeated)
        case ["users", "cursor"]: return try export.cursorPage(of: .users, isRepeated: isRepeated)
        case ["custom_objects", ZendeskWorld.objectKey, "cursor"]:
            return try export.cursorPage(of: .customObjectRecords, isRepeated: isRepeated)
        case let parts where parts.first == "custom_objects":
            throw .list(404, "NotFound", "No such custom object", hasStatus: true)
        default: break
        }
        let content: ZendeskExport.Content
        switch parts.first {
        case "tickets": content = .objects(.tickets)
        case "users": content = .objects(.users)
        case "organizations": content = .objects(.organizations)
        case "ticket_events": content = .ticketEvents
        case "ticket_metric_events": content = .metricEvents
        default: throw .noEndpoint
        }
        switch parts.count {
        case 1: return try export.timePage(of: content)
        case 2 where parts[1] == "sample": return try export.samplePage(of: content)
        default: throw .noEndpoint
        }
    }

    // MARK: Tickets and what belongs to them

    /// What the choice of restricted tickets is drawn with.
    private static let restriction: UInt64 = 0x403

    private func ticket(_ parts: [String]) throws(ZendeskError) -> [UInt8] {
        if parts == ["count"] { return try count(.tickets) }
        let ids = (query.last("ids") ?? "").split(separator: ",")
        if parts == ["show_many"] {
            let places = ids.compactMap { account.place(.tickets, id: $0) }.filter {
                account[.tickets][$0].isLiving
            }
            return try tickets(places.count, { _ in true }, { places[$0] }).page(request)
        }
        // What the plan lacks is said before any ticket is looked for.
        if traps.hasNoSideConversations, parts.dropFirst().first == "side_conversations" { throw .noEndpoint }
        guard let place = account.place(.tickets, id: parts[0]), account[.tickets][place].isLiving else {
            throw .notFound
        }
        if parts.count > 1, account.world.isStruck(by: traps.restricted, .tickets, place, Self.restriction) {
            throw .forbidden
        }
        let writer = writer
        switch parts.dropFirst().first {
        case nil:
            var body = ObjectWriter(capacity: 4096)
            body.object { body in
                body.value("ticket") { ZendeskSideLoads(query).write(place, by: writer, to: &$0) }
                ZendeskSideLoads(query).writeOthers(of: [place], by: writer, to: &body)
            }
            return body.bytes
        case "comments":
            let steps = account.steps(place)
            return try ZendeskList(
                places: steps.count,
                isThere: { steps[$0].hasComment },
                write: { writer.writeComment(place, $0, to: &$1) },
                name: "comments",
                orders: ["created_at": { steps[$0].time }]
            ).page(request, isRepeated: isRepeated)
        case "audits":
            let steps = account.steps(place)
            return try ZendeskList(
                places: steps.count,
                write: { writer.writeAudit(place, $0, to: &$1) },
                name: "audits",
                orders: ["created_at": { steps[$0].time }]
            ).page(request, isRepeated: isRepeated)
        case "metrics":
            var body = ObjectWriter(capacity: 2048)
            body.object { $0.object("ticket_metric") { writer.writeMetrics(place, to: &$0) } }
            return body.bytes
        case "side_conversations":
            return try ZendeskList(
                places: writer.conversations(place),
                write: { writer.writeConversation(place, to: &$1) },
                name: "side_conversations"
            ).page(request)
        default: throw .noEndpoint
        }
    }

    private func tickets(
        _ count: Int,
        _ isThere: @escaping (Int) -> Bool,
        _ place: @escaping (Int) -> Int = { $0 }
    ) -> ZendeskList {
        let (writer, account, sideLoads) = (writer, account, ZendeskSideLoads(query))
        return ZendeskList(
            places: count,
            isThere: isThere,
            write: { sideLoads.write(place($0), by: writer, to: &$1) },
            name: "tickets",
            orders: [
                "updated_at": { account[.tickets][place($0)].updated },
                "created_at": { account[.tickets][place($0)].created },
                "status": { Int(account.tickets[place($0)].status.rawValue) },
            ],
            others: { sideLoads.writeOthers(of: $0.map(place), by: writer, to: &$1) }
        )
    }

    // MARK: Lists

    /// The list at a path; nil if there is none.
    private func list(_ path: String) -> ZendeskList? {
        let (writer, account, now, scope) = (writer, account, now, ZendeskScope(query))
        switch path {
        case "tickets":
            return tickets(account.tickets.count) { place in
                account[.tickets][place].isLiving && !account.isArchived(place, now: now)
                    && scope.covers(account.tickets[place])
            }
        case "ticket_metrics":
            return ZendeskList(
                places: account.tickets.count,
                isThere: { account[.tickets][$0].isLiving && !account.isArchived($0, now: now) },
                write: { place, body in body.object { writer.writeMetrics(place, to: &$0) } },
                name: "ticket_metrics"
            )
        case "ticket_audits": return audits()
        case "deleted_tickets":
            return ZendeskList(
                places: account.tickets.count,
                isThere: { writer.isListedAsDeleted($0) && scope.covers(account.tickets[$0]) },
                write: { writer.writeDeletedTicket($0, to: &$1) },
                name: "deleted_tickets"
            )
        case "deleted_users":
            return ZendeskList(
                places: account[.users].count,
                isThere: { !account[.users][$0].isLiving },
                write: { writer.writeDeletedUser($0, to: &$1) },
                name: "deleted_users",
                orders: ["updated_at": { account[.users][$0].updated }]
            )
        default:
            return ZendeskCollection.allCases.first { $0.path == path }.map { collection($0) }
        }
    }

    private func collection(_ collection: ZendeskCollection) -> ZendeskList {
        let (writer, objects) = (writer, account[collection])
        let matches = filter(collection)
        return ZendeskList(
            places: objects.count,
            isThere: matches,
            write: { writer.write(collection, $0, to: &$1) },
            name: collection.listName,
            orders: ["updated_at": { objects[$0].updated }, "created_at": { objects[$0].created }],
            isWhole: [.customStatuses, .customRoles, .customObjects, .satisfactionReasons, .schedules]
                .contains(
                    collection
                )
        )
    }

    /// What a list shows of its collection to this request.
    private func filter(_ collection: ZendeskCollection) -> (Int) -> Bool {
        let (account, objects, query) = (account, account[collection], query)
        switch collection {
        case .groups where query.last("exclude_deleted") == "false",
            .brands where query.last("include_deleted") == "true":
            return { _ in true }
        case .users:
            let roles = Set(query.list("role"))
            return { place in
                let role = account.world.isAgent(place) ? (place == 0 ? "admin" : "agent") : "end-user"
                return objects[place].isLiving && (roles.isEmpty || roles.contains(role))
            }
        case .satisfactionRatings:
            let first = query.last("start_time").flatMap { Int($0) } ?? .min
            let last = query.last("end_time").flatMap { Int($0) } ?? .max
            let score = query.last("score")
            return { place in
                guard objects[place].isLiving, (first...max(first, last)).contains(objects[place].updated)
                else {
                    return false
                }
                return score == nil
                    || ZendeskTicket.scores[account.tickets[objects[place].owner].score] == score
            }
        default: return { objects[$0].isLiving }
        }
    }

    /// The audits of all tickets that are not archived, in the order of happening.
    private func audits() -> ZendeskList {
        let (writer, account, now) = (writer, account, now)
        let entries = account.activity.entries.filter { entry in
            account[.tickets][entry.place >> 16].isLiving && !account.isArchived(entry.place >> 16, now: now)
                && (account.lateActivity[entry.place] ?? 0) <= now
        }
        return ZendeskList(
            places: entries.count,
            write: { place, body in
                writer.writeAudit(entries[place].place >> 16, entries[place].place & 0xFFFF, to: &body)
            },
            name: "audits"
        )
    }

    // MARK: One object

    private func one(_ collection: ZendeskCollection, _ id: String) throws(ZendeskError) -> [UInt8] {
        if collection == .users, id == "me" { return user(0, isMe: true) }
        let place =
            collection == .customObjectRecords
            ? ZendeskWriter.record(id: id) : account.place(collection, id: id)
        guard let place, account[collection].indices.contains(place) else { throw .notFound }
        // A deleted user can still be asked for; nothing else can.
        guard account[collection][place].isLiving || collection == .users else { throw .notFound }
        var body = ObjectWriter(capacity: 2048)
        body.object { body in
            body.value(collection.objectName) { writer.write(collection, place, to: &$0) }
        }
        return body.bytes
    }

    private func user(_ place: Int, isMe: Bool) -> [UInt8] {
        guard account[.users].indices.contains(place) else { return Self.anonymous }
        var body = ObjectWriter(capacity: 2048)
        body.object { body in
            body.value("user") { body in
                writer.write(.users, place, to: &body) { if isMe { $0.text("authenticity_token", "sim") } }
            }
        }
        return body.bytes
    }

    /// What `/users/me` says to who shows no credential: nothing is refused.
    static let anonymous = Array(
        #"{"user":{"id":null,"name":"Anonymous user","email":"invalid@example.com","role":"end-user"}}"#.utf8
    )

    private func count(_ collection: ZendeskCollection) throws(ZendeskError) -> [UInt8] {
        guard
            [.tickets, .users, .organizations, .groups, .groupMemberships, .organizationMemberships].contains(
                collection
            )
        else { throw .noEndpoint }
        let list = list(collection.path)
        let count = (0..<(list?.places ?? 0)).count { list?.isThere($0) ?? false }
        let isCapped = traps.cappedCounts && count > 0
        var body = ObjectWriter()
        body.object { body in
            body.object("count") { body in
                body.number("value", isCapped ? min(count, 100_000) : count)
                // A large count is taken once a day.
                body.time("refreshed_at", isCapped ? nil : count > 100_000 ? now / 86_400 * 86_400 : now)
            }
        }
        return body.bytes
    }

    // MARK: Custom objects

    private func customObject(_ parts: [String]) throws(ZendeskError) -> [UInt8] {
        guard parts[0] == ZendeskWorld.objectKey else { throw .notFound }
        let writer = writer
        switch parts.dropFirst().first {
        case nil:
            var body = ObjectWriter(capacity: 1024)
            body.object { $0.value("custom_object") { writer.write(.customObjects, 0, to: &$0) } }
            return body.bytes
        case "fields":
            return try ZendeskList(
                places: ZendeskField.asset.count,
                write: { writer.writeCustomObjectField($0, to: &$1) },
                name: "custom_object_fields",
                isWhole: true
            ).page(request)
        case "records" where parts.count == 2:
            return try collection(.customObjectRecords).page(request, isRepeated: isRepeated)
        case "records" where parts.count == 3: return try one(.customObjectRecords, parts[2])
        default: throw .noEndpoint
        }
    }

    // MARK: Search and voice

    private func search(_ parts: [String]) throws(ZendeskError) -> [UInt8] {
        let isExport = parts.last == "export"
        let wanted = query.last("filter[type]") ?? Self.type(in: query.last("query") ?? "")
        guard let collection = ZendeskCollection.allCases.first(where: { $0.objectName == wanted }) else {
            throw isExport
                ? .plain(400, "invalid", "filter[type] is required")
                : .plain(422, "invalid", "Invalid search")
        }
        let writer = writer
        guard var list = list(collection.path) else { throw .noEndpoint }
        list.write = { place, body in
            writer.write(collection, place, to: &body) { $0.text("result_type", collection.objectName) }
        }
        (list.name, list.most, list.depth) = ("results", isExport ? 1000 : 100, 1000)
        guard isExport else { return try list.page(request) }
        list.others = { $1.nulls("facets") }
        return try list.page(request, isRepeated: isRepeated)
    }

    private static func type(in text: String) -> String? {
        text.split(separator: " ").first { $0.hasPrefix("type:") }.map { String($0.dropFirst(5)) }
    }

    /// Nobody calls here.
    private func voice(_ parts: [String]) throws(ZendeskError) -> [UInt8] {
        guard parts.count > 2, parts[1] == "voice" else { throw .noEndpoint }
        switch Array(parts[2...]) {
        case ["phone_numbers"]:
            return Array(#"{"phone_numbers":[],"next_page":null,"previous_page":null,"count":0}"#.utf8)
        case ["stats", "incremental", "calls"], ["stats", "incremental", "legs"]:
            let start = query.last("start_time").flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
            return Array(#"{"\#(parts[4])":[],"next_page":null,"count":0,"end_time":\#(start)}"#.utf8)
        default: throw .noEndpoint
        }
    }
}

extension ZendeskWriter {
    /// Whether a ticket is in the list of deleted ones: neither archived nor scrubbed.
    func isListedAsDeleted(_ ticket: Int) -> Bool {
        account[.tickets][ticket].state == .deleted && !account.isArchived(ticket, now: now)
            && !account.isScrubbed(ticket, now: now)
    }
}
