import Core
import Foundation
import JSON
import ProcessSupport
import Synchronization

@testable import Simulators

/// An API in memory whose rows have modification times, with the traps of real ones, on a virtual clock.
///
/// Rows of one second are ties; what was changed is visible a while later, at times below what was read already;
/// replicas lag; requests fail. What can be asked: windows of time, a token, the whole list, what was deleted, one
/// row's children.
final class TimedAPI: HTTPTransport {
    /// The traps; by default none.
    struct Traps: Sendable {
        /// How long a change may take to be visible, in seconds.
        var lateness = 0
        /// The share of changes that take so long.
        var lateRate = 0.5
        /// How far a replica may lag, in seconds.
        var lag = 0
        /// The share of requests that fail.
        var failures = 0.0
        /// The chance of a change in the middle of a reading, for each request.
        var changes = 0.0
    }

    /// How rows go.
    enum Deletes: Sendable {
        /// They stay, and say that they are deleted.
        case shown
        /// They vanish, and are on the list of deletes.
        case listed
        /// They vanish.
        case silent
    }

    /// What a row became, and since when that is seen.
    struct Change: Sendable {
        var version: Int64
        var visible: Instant
        /// Nil where it was deleted.
        var value: Int?
        /// The rows that it swallowed.
        var merged: [String] = []
    }

    private struct State {
        var rows: [String: [Change]] = [:]
        var random: SeededGenerator
        var value = 0
        var traps = Traps()
        var requests: [String] = []
        var oldestToken: Int64 = 0
        var hidden: Set<String> = []
        /// Rows that another one swallowed: they never come back.
        var swallowed: Set<String> = []
        /// What answers 403, by the end of its path.
        var refused: String?
        var ignoresWindows = false
        var fields: [String] = []
        /// The requests that are answered before the API is away.
        var remaining = Int.max
    }

    static let start = Instant(seconds: 1_735_689_600)
    let clock: VirtualClock
    private let deletes: Deletes
    private let state: Locked<State>

    init(seed: UInt64, deletes: Deletes = .shown, traps: Traps = Traps()) {
        clock = VirtualClock(start: Self.start, speed: 0, wall: { Instant(seconds: 4_000_000_000) })
        self.deletes = deletes
        state = Locked(State(random: SeededGenerator(seed: seed), traps: traps))
    }

    var requests: [String] { state.withLock { $0.requests } }

    func set(_ traps: Traps) { state.withLock { $0.traps = traps } }

    /// The tokens given before now are not known any more.
    func forgetTokens() { state.withLock { $0.oldestToken = clock.now.seconds } }

    /// Rows that these credentials do not see for a while.
    func hide(_ ids: Set<String>) { state.withLock { $0.hidden = ids } }

    /// Refuses what ends so; nil refuses nothing.
    func refuse(_ end: String?) { state.withLock { $0.refused = end } }

    /// What `/fields` says that records have.
    func set(fields: [String]) { state.withLock { $0.fields = fields } }

    /// Answers windows as though none had been asked for.
    func ignoreWindows() { state.withLock { $0.ignoresWindows = true } }

    /// Is away after so many more requests.
    func fail(after requests: Int) { state.withLock { $0.remaining = requests } }

    // MARK: Change

    /// Changes a row, or makes one; of one row at most one change a second.
    func put(_ id: String, lateness: Int? = nil) { state.withLock { put(id, &$0, lateness) } }

    func delete(_ id: String, lateness: Int? = nil) { state.withLock { change(id, nil, &$0, lateness) } }

    /// One row swallows another.
    func merge(_ swallowed: String, into id: String) {
        state.withLock { state in
            let now = clock.now.seconds
            guard let last = state.rows[id]?.last, last.value != nil, last.version < now,
                let other = state.rows[swallowed]?.last, other.value != nil, other.version < now
            else { return }
            change(swallowed, nil, &state, 0)
            state.swallowed.insert(swallowed)
            state.value += 1
            change(id, state.value, &state, 0)
            guard let count = state.rows[id]?.count else { return }
            state.rows[id]?[count - 1].merged = last.merged + [swallowed]
        }
    }

    /// Some change of some row.
    func changeAtRandom(deleting: Bool = true) { state.withLock { changeAtRandom(&$0, deleting: deleting) } }

    private func changeAtRandom(_ state: inout State, deleting: Bool) {
        let live = state.rows.filter { $0.value.last?.value != nil }.keys.sorted()
        switch Int.random(in: 0..<10, using: &state.random) {
        case 0..<3: put("r\(state.rows.count)", &state, nil)
        case 3,
            4 where deleting:
            if let id = live.randomElement(using: &state.random) { change(id, nil, &state, nil) }
        case 5:
            // What was deleted comes back.
            let swallowed = state.swallowed
            let gone = state.rows.filter { $0.value.last?.value == nil && !swallowed.contains($0.key) }.keys
                .sorted()
            if let id = gone.randomElement(using: &state.random) { put(id, &state, nil) }
        default: if let id = live.randomElement(using: &state.random) { put(id, &state, nil) }
        }
    }

    private func put(_ id: String, _ state: inout State, _ lateness: Int?) {
        state.value += 1
        change(id, state.value, &state, lateness)
    }

    private func change(_ id: String, _ value: Int?, _ state: inout State, _ lateness: Int?) {
        let now = clock.now
        let last = state.rows[id]?.last
        guard last.map({ $0.version < now.seconds }) ?? true, value != nil || last?.value != nil else {
            return
        }
        var late = lateness ?? 0
        if lateness == nil, state.traps.lateness > 0 {
            let isLate = Double.random(in: 0..<1, using: &state.random) < state.traps.lateRate
            if isLate { late = Int.random(in: 0...state.traps.lateness, using: &state.random) }
        }
        let visible = max(now.advanced(by: .seconds(late)), last?.visible ?? now)
        state.rows[id, default: []].append(
            Change(version: now.seconds, visible: visible, value: value, merged: last?.merged ?? [])
        )
    }

    // MARK: Truth

    /// What each row is, as its record; nil where it is gone.
    var truth: [String: String] {
        state.withLock { state in
            var truth: [String: String] = [:]
            for (id, changes) in state.rows {
                guard let last = changes.last, last.value != nil else { continue }
                truth[id] = Self.record(id, last)
            }
            return truth
        }
    }

    /// All that each row has been, in order; nil where it was gone.
    var history: [String: [String?]] {
        state.withLock { state in
            Dictionary(
                uniqueKeysWithValues: state.rows.map { id, changes in
                    (id, changes.map { $0.value == nil ? nil : Self.record(id, $0) })
                }
            )
        }
    }

    /// What those rows are whose last change is of [from, to) and was seen by a time; nil where it is gone.
    func truth(from: Instant, to: Instant, seenBy time: Instant) -> [String: String?] {
        state.withLock { state in
            var truth: [String: String?] = [:]
            for (id, changes) in state.rows {
                guard let last = changes.last, last.version >= from.seconds, last.version < to.seconds,
                    last.visible <= time
                else { continue }
                truth.updateValue(last.value == nil ? nil : Self.record(id, last), forKey: id)
            }
            return truth
        }
    }

    /// The children of every row that is there, by their keys.
    var children: [String: String] {
        state.withLock { state in
            var children: [String: String] = [:]
            for (id, changes) in state.rows {
                for child in Self.children(of: id, changes.last?.value) { children[child.key] = child.record }
            }
            return children
        }
    }

    private static func record(_ id: String, _ change: Change) -> String {
        var members = #""id":"\#(id)","updated":\#(change.version)"#
        if let value = change.value { members += #","n":\#(value)"# } else { members += #","deleted":true"# }
        if !change.merged.isEmpty { members += #","merged":"\#(change.merged.joined(separator: ";"))""# }
        return "{\(members)}"
    }

    private static func children(of id: String, _ value: Int?) -> [(key: String, record: String)] {
        guard let value else { return [] }
        return (0..<value % 4).map { number in
            let key = "\(id)-\(number)"
            return (key, #"{"id":"\#(key)","n":\#(value)}"#)
        }
    }

    // MARK: Answers

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let address = try HTTPAddress(parsing: request.address)
        var query: [String: String] = [:]
        for part in (address.query ?? "").split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[String(sides[0])] = sides.count > 1 ? String(sides[1]).removingPercentEncoding : ""
        }
        let path = address.path
        let asked = query
        let (status, body) = state.withLock { state in
            var query = asked
            state.requests.append(address.text)
            clock.advance(by: .milliseconds(Int.random(in: 0...400, using: &state.random)))
            if Double.random(in: 0..<1, using: &state.random) < state.traps.changes {
                changeAtRandom(&state, deleting: true)
            }
            if Double.random(in: 0..<1, using: &state.random) < state.traps.failures {
                return (503, #"{"error":{"message":"away"}}"#)
            }
            state.remaining -= 1
            if state.remaining < 0 { return (503, #"{"error":{"message":"away"}}"#) }
            if let end = state.refused, path.hasSuffix(end) {
                return (403, #"{"error":{"message":"not for you"}}"#)
            }
            if state.ignoresWindows {
                query["from"] = nil
                query["to"] = nil
            }
            let lag = state.traps.lag == 0 ? 0 : Int.random(in: 0...state.traps.lag, using: &state.random)
            return answer(path, query, seen: clock.now.advanced(by: .seconds(-lag)), state)
        }
        return HTTPResponse(
            status: status,
            headers: [("Content-Type", "application/json"), ("Date", clock.now.httpDate)],
            body: Array(body.utf8)
        )
    }

    /// What is seen of a row at a time.
    private func seen(_ changes: [Change], _ time: Instant) -> Change? {
        changes.last { $0.visible <= time }
    }

    private func answer(_ path: String, _ query: [String: String], seen time: Instant, _ state: State) -> (
        Int, String
    ) {
        var all: [(id: String, change: Change)] = []
        for (id, changes) in state.rows where !state.hidden.contains(id) {
            if let change = seen(changes, time) { all.append((id, change)) }
        }
        let isShown = if case .shown = deletes { true } else { false }
        let rows = all.filter { $0.change.value != nil || isShown }.sorted {
            ($0.change.version, $0.id) < ($1.change.version, $1.id)
        }
        let parts = path.split(separator: "/").map(String.init)
        switch parts.first {
        case "rows" where parts.count == 3:
            guard let change = all.first(where: { $0.id == parts[1] })?.change, change.value != nil else {
                return (404, #"{"error":{"message":"no such row","code":"gone"}}"#)
            }
            let children = Self.children(of: parts[1], change.value).map(\.record)
            return (200, #"{"data":[\#(children.joined(separator: ","))],"has_more":false}"#)
        case "rows": return window(rows, query)
        case "fields": return list(state.fields.map { #"{"name":"\#($0)"}"# }, hasMore: false)
        case "pages": return pages(rows, query)
        case "export": return export(rows, query, state)
        case "list":
            let live = rows.filter { $0.change.value != nil }.sorted { $0.id < $1.id }
            let rest = live.drop { $0.id <= query["after"] ?? "" }
            return list(rest.prefix(5).map { Self.record($0.id, $0.change) }, hasMore: rest.count > 5)
        case "deleted":
            let gone = all.filter { $0.change.value == nil }.sorted { $0.id < $1.id }
            let rest = gone.drop { $0.id <= query["after"] ?? "" }
            return list(
                rest.prefix(5).map { #"{"id":"\#($0.id)","at":\#($0.change.version)}"# },
                hasMore: rest.count > 5
            )
        default: return (404, #"{"error":{"message":"no such list"}}"#)
        }
    }

    private func list(_ records: [String], hasMore: Bool) -> (Int, String) {
        (200, #"{"data":[\#(records.joined(separator: ","))],"has_more":\#(hasMore)}"#)
    }

    private typealias Rows = [(id: String, change: Change)]

    /// In the order of time, five at most; of one second behind a key.
    private func window(_ rows: Rows, _ query: [String: String]) -> (Int, String) {
        if let at = query["at"].flatMap({ Int64($0) }) {
            let after = query["after"] ?? ""
            let rest = rows.filter { $0.change.version == at && $0.id > after }
            return list(rest.prefix(5).map { Self.record($0.id, $0.change) }, hasMore: rest.count > 5)
        }
        let from = query["from"].flatMap { Int64($0) } ?? 0
        let to = query["to"].flatMap { Int64($0) } ?? .max
        let rest = rows.filter { $0.change.version >= from && $0.change.version < to }
        return list(rest.prefix(5).map { Self.record($0.id, $0.change) }, hasMore: rest.count > 5)
    }

    /// By key, five to a page, and never more than twelve.
    private func pages(_ rows: Rows, _ query: [String: String]) -> (Int, String) {
        if query["at"] != nil { return window(rows, query) }
        let from = query["from"].flatMap { Int64($0) } ?? 0
        let to = query["to"].flatMap { Int64($0) } ?? .max
        let inside = rows.filter { $0.change.version >= from && $0.change.version < to }
        let given = inside.sorted { $0.id < $1.id }.prefix(12)
        let rest = given.drop { $0.id <= query["after"] ?? "" }
        return list(rest.prefix(5).map { Self.record($0.id, $0.change) }, hasMore: rest.count > 5)
    }

    /// Behind a token, up to thirty seconds ago.
    private func export(_ rows: Rows, _ query: [String: String], _ state: State) -> (Int, String) {
        let now = clock.now.seconds
        var from: Int64 = 0
        var id = ""
        if let token = query["cursor"] {
            let parts = token.split(separator: "~")
            guard parts.count == 3, let time = Int64(parts[0]), let given = Int64(parts[2]),
                given >= state.oldestToken
            else { return (400, #"{"error":{"message":"bad cursor","code":"lost"}}"#) }
            from = time
            id = parts[1] == "-" ? "" : String(parts[1])
        } else {
            from = query["start_time"].flatMap { Int64($0) } ?? 0
            guard from <= now - 30 else {
                return (422, #"{"error":{"message":"too recent","code":"recent"}}"#)
            }
        }
        let rest = rows.filter { row in
            row.change.version <= now - 30 && (row.change.version, row.id) > (from, id)
                || query["cursor"] == nil && row.change.version == from && row.change.version <= now - 30
        }
        let page = rest.prefix(5)
        let last = page.last.map { ($0.change.version, $0.id) } ?? (from, id)
        let token = "\(last.0)~\(last.1.isEmpty ? "-" : last.1)~\(now)"
        let records = page.map { Self.record($0.id, $0.change) }.joined(separator: ",")
        return (
            200, #"{"data":[\#(records)],"after_cursor":"\#(token)","end_of_stream":\#(rest.count <= 5)}"#
        )
    }
}
