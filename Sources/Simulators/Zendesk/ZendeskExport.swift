import Web

/// The incremental exports: what changed since a time, or behind a cursor.
struct ZendeskExport {
    /// What an export shows.
    enum Content {
        case objects(ZendeskCollection)
        case ticketEvents, metricEvents
    }

    /// The last minute is withheld.
    static let withheld = 60

    let writer: ZendeskWriter
    let traps: ZendeskTraps
    let request: WebRequest

    private var account: ZendeskAccount { writer.account }
    private var now: Int { writer.now }
    private var query: WebQuery { request.query }

    // MARK: By cursor

    /// A page of an export by cursor; `isRepeated` gives the cursor that was asked with once more.
    ///
    /// - Throws: if the cursor or the start time has no meaning.
    func cursorPage(of collection: ZendeskCollection, isRepeated: Bool) throws(ZendeskError) -> [UInt8] {
        let isNewer = collection == .customObjectRecords
        let asked = query.last("cursor")
        let line = account.lines[collection.ordinal]
        var next: Int
        if let asked {
            guard let (stamp, key) = ZendeskCursor.export(asked), let place = place(collection, key) else {
                throw .invalidCursor(isNewer: isNewer)
            }
            next = line.index(of: .init(stamp: stamp, place: place + 1))
        } else {
            next = line.index(of: .init(stamp: try startTime(isNewer: isNewer, isRequired: true), place: 0))
        }
        let limit = try size("per_page", most: 1000)
        let isShown = shown(.objects(collection))
        var found: [ZendeskTimeline.Entry] = []
        var hasMore = false
        while next < line.entries.count, line.entries[next].stamp <= now - Self.withheld {
            let entry = line.entries[next]
            next += 1
            guard isShown(entry) else { continue }
            guard found.count < limit else {
                hasMore = true
                break
            }
            found.append(entry)
        }
        let last = found.last.map { ZendeskCursor.export($0.stamp, ZendeskWriter.key(collection, $0.place)) }
        return cursorPage(
            collection,
            found,
            after: isRepeated ? asked : last ?? asked,
            before: asked,
            hasMore: hasMore || isRepeated
        )
    }

    private func cursorPage(
        _ collection: ZendeskCollection,
        _ found: [ZendeskTimeline.Entry],
        after: String?,
        before: String?,
        hasMore: Bool
    ) -> [UInt8] {
        let links = PageLinks(request)
        func link(_ cursor: String?) -> String? {
            cursor.map { links.link(without: ["start_time", "cursor"], ("cursor", $0)) }
        }
        var body = ObjectWriter(capacity: 512 + found.count * 2048)
        body.object { body in
            body.array(collection.listName) { body in
                for entry in found { write(.objects(collection), entry, to: &body) }
            }
            writeSideLoads(collection, found, to: &body)
            body.text("after_url", link(after))
            body.text("before_url", link(before))
            body.text("after_cursor", after)
            body.text("before_cursor", before)
            if collection == .customObjectRecords {
                body.object("meta") { $0.bool("has_more", hasMore) }
            } else {
                body.bool("end_of_stream", !hasMore)
            }
        }
        return body.bytes
    }

    // MARK: By time

    /// A page of an export by time.
    ///
    /// It ends with a second, so that it may be longer than asked for; or, under `stuck_ties`, wherever it is full.
    ///
    /// - Throws: if the start time has no meaning.
    func timePage(of content: Content) throws(ZendeskError) -> [UInt8] {
        let start: Int
        if case .metricEvents = content {
            start = try startTime(isNewer: false, isRequired: false, isLenient: true)
        } else {
            start = try startTime(isNewer: false, isRequired: true)
        }
        let (found, isEnd) = entries(content, from: start, limit: try size("per_page", most: 1000))
        return timePage(content, found, isEnd: isEnd)
    }

    /// A few rows of an export.
    ///
    /// - Throws: if the start time has no meaning.
    func samplePage(of content: Content) throws(ZendeskError) -> [UInt8] {
        let start = try startTime(isNewer: false, isRequired: true)
        let (found, isEnd) = entries(content, from: start, limit: 50)
        return timePage(content, Array(found.prefix(50)), isEnd: isEnd)
    }

    private func entries(_ content: Content, from start: Int, limit: Int) -> (
        [ZendeskTimeline.Entry], isEnd: Bool
    ) {
        let line = line(content)
        let isShown = shown(content)
        var next = line.index(of: .init(stamp: start, place: 0))
        var found: [ZendeskTimeline.Entry] = []
        while next < line.entries.count, line.entries[next].stamp <= now - Self.withheld {
            let entry = line.entries[next]
            next += 1
            guard isShown(entry) else { continue }
            // A page of one second alone would be asked for again for ever: it goes on through the next one.
            let canEnd =
                traps.stuckTies || found.last.map { $0.stamp > start && entry.stamp > $0.stamp } ?? false
            if found.count >= limit, canEnd { return (found, false) }
            found.append(entry)
        }
        return (found, true)
    }

    private func timePage(_ content: Content, _ found: [ZendeskTimeline.Entry], isEnd: Bool) -> [UInt8] {
        let name: String
        var hasEnd = true
        switch content {
        case .objects(let collection): name = collection.listName
        case .ticketEvents: name = "ticket_events"
        case .metricEvents: (name, hasEnd) = ("ticket_metric_events", false)
        }
        let end = found.last?.stamp
        var body = ObjectWriter(capacity: 512 + found.count * 2048)
        body.object { body in
            body.array(name) { body in
                for entry in found { write(content, entry, to: &body) }
            }
            if case .objects(let collection) = content { writeSideLoads(collection, found, to: &body) }
            body.text(
                "next_page",
                end.map { PageLinks(request).link(without: ["start_time"], ("start_time", String($0))) }
            )
            body.number("count", found.count)
            if hasEnd { body.bool("end_of_stream", isEnd) }
            body.number("end_time", end)
        }
        return body.bytes
    }

    // MARK: Parts

    private func line(_ content: Content) -> ZendeskTimeline {
        if case .objects(let collection) = content { return account.lines[collection.ordinal] }
        return account.activity
    }

    private func place(_ collection: ZendeskCollection, _ key: String) -> Int? {
        collection == .customObjectRecords
            ? ZendeskWriter.record(id: key) : Int(key).map { $0 - collection.firstID }
    }

    /// Whether an entry is still that of what stands at its place, and seen by who asks.
    private func shown(_ content: Content) -> (ZendeskTimeline.Entry) -> Bool {
        let (account, now, scope) = (account, now, ZendeskScope(query))
        switch content {
        case .objects(let collection):
            let hidesDeleted =
                query.last("exclude_deleted") == "true" || query.last("filter[exclude_deleted]") == "true"
            return { entry in
                let object = account[collection][entry.place]
                guard object.stamp == entry.stamp, object.visible <= now else { return false }
                guard !hidesDeleted || object.isLiving else { return false }
                return collection != .tickets || scope.covers(account.tickets[entry.place])
            }
        case .ticketEvents:
            return { entry in
                (account.lateActivity[entry.place] ?? 0) <= now
                    && scope.covers(account.tickets[entry.place >> 16])
            }
        case .metricEvents:
            let hidesDeleted = query.last("exclude_deleted") == "true"
            let writer = writer
            return { entry in
                (account.lateActivity[entry.place] ?? 0) <= now
                    && !(hidesDeleted && writer.isWithdrawn(entry.place >> 16, entry.place & 0xFFFF))
            }
        }
    }

    private func write(_ content: Content, _ entry: ZendeskTimeline.Entry, to body: inout ObjectWriter) {
        let (ticket, step) = (entry.place >> 16, entry.place & 0xFFFF)
        switch content {
        case .objects(.tickets): ZendeskSideLoads(query).write(entry.place, by: writer, to: &body)
        case .objects(let collection): writer.write(collection, entry.place, to: &body)
        case .ticketEvents:
            let includes = query.last("include")?.split(separator: ",") ?? []
            writer.writeTicketEvent(
                ticket,
                step,
                withComments: includes.contains("comment_events"),
                to: &body
            )
        case .metricEvents: writer.writeMetricEvent(ticket, step, to: &body)
        }
    }

    private func writeSideLoads(
        _ collection: ZendeskCollection,
        _ found: [ZendeskTimeline.Entry],
        to body: inout ObjectWriter
    ) {
        guard collection == .tickets else { return }
        ZendeskSideLoads(query).writeOthers(of: found.map(\.place), by: writer, to: &body)
    }

    private func size(_ name: String, most: Int) throws(ZendeskError) -> Int {
        guard let text = query.last(name) else { return most }
        guard let size = Int(text), size > 0 else { throw .invalidValue(name) }
        return min(size, most)
    }

    /// The start time: leading digits count, as they do in Ruby.
    private func startTime(
        isNewer: Bool,
        isRequired: Bool,
        isLenient: Bool = false
    ) throws(ZendeskError) -> Int {
        guard let text = query.last("start_time") else {
            guard isRequired else { return 0 }
            throw .plain(400, "ParameterMissing", "Parameter start_time is required")
        }
        let seconds = Int(text.prefix { $0.isASCII && $0.isNumber }) ?? 0
        let limit = traps.oldTooRecent ? 300 : Self.withheld
        guard seconds <= now - limit || isLenient else {
            throw .tooRecent(isOld: traps.oldTooRecent, isNewer: isNewer)
        }
        return seconds
    }
}

/// Whose tickets a request asks for: those that agents handle, unless it says otherwise.
struct ZendeskScope {
    private let name: String

    init(_ query: WebQuery) { name = query.last("support_type_scope") ?? "agent" }

    func covers(_ ticket: ZendeskTicket) -> Bool { name == "all" || ticket.isAI == (name == "ai_agent") }
}

/// What a request for tickets asks for beside them, by `include`.
struct ZendeskSideLoads {
    private let names: Set<String>

    init(_ query: WebQuery) {
        names = Set((query.last("include") ?? "").split(separator: ",").map(String.init))
    }

    /// Appends a ticket with what stands inside it.
    func write(_ ticket: Int, by writer: ZendeskWriter, to body: inout ObjectWriter) {
        writer.write(.tickets, ticket, to: &body) { body in
            if names.contains("metric_sets") {
                body.object("metric_set") { writer.writeMetrics(ticket, to: &$0) }
            }
            if names.contains("comment_count") {
                body.number("comment_count", writer.account.steps(ticket).count { $0.hasComment })
            }
        }
    }

    /// Appends what stands beside tickets.
    func writeOthers(of tickets: [Int], by writer: ZendeskWriter, to body: inout ObjectWriter) {
        let held = tickets.map { writer.account.tickets[$0] }
        for (name, collection, places) in [
            ("users", ZendeskCollection.users, held.flatMap { [$0.requester, $0.assignee] }),
            ("organizations", .organizations, held.map(\.organization)),
            ("groups", .groups, held.map(\.group)),
        ] where names.contains(name) {
            body.array(name) { body in
                for place in Set(places).sorted() where place >= 0 {
                    writer.write(collection, place, to: &body)
                }
            }
        }
    }
}
