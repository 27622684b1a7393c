import JSON
import Simulators

/// What a reader of a HubSpot account must have: without the properties that lists of properties leave out.
struct HubSpotRecords {
    private let simulator: HubSpotSimulator
    private let streams: [String]
    private let pairs: [String]
    /// The properties of each stream that are hidden.
    private var hidden: [String: Set<String>] = [:]
    /// What never changes.
    private var descriptions: ServiceSimulation.Truth = [:]

    init(_ simulator: HubSpotSimulator, streams: [String], isSensitive: Bool) {
        self.simulator = simulator
        let others = Self.described + Self.ends.keys
        self.streams = streams.filter { !others.contains($0) }
        pairs = streams.filter { Self.ends[$0] != nil }
        let usual = Array("\"non_sensitive\"".utf8)
        for entry in simulator.truth("properties") where !isSensitive && !entry.record.contains(usual) {
            let parts = entry.key.split(separator: "/").map(String.init)
            hidden[parts[0], default: []].insert(parts[1])
        }
        for stream in streams where Self.described.contains(stream) {
            descriptions[stream] = Dictionary(uniqueKeysWithValues: Self.description(stream, simulator))
        }
    }

    private static func description(
        _ stream: String,
        _ simulator: HubSpotSimulator
    ) -> [(String, [UInt8])] {
        switch stream {
        case "owners", "archived_owners":
            let mark = Array("\"archived\":\(stream == "archived_owners")".utf8)
            return simulator.truth("owners").filter { $0.record.contains(mark) }.map {
                ($0.key, $0.record)
            }
        case "deal_pipelines":
            let deals = simulator.truth("pipelines").filter { $0.key.hasPrefix("deals/") }
            return deals.map { (String($0.key.dropFirst("deals/".count)), $0.record) }
        default:
            return simulator.truth(stream).map { entry in
                let id = (try? JSONValue.parse(entry.record))?["id"]?.text
                return (id ?? entry.key, entry.record)
            }
        }
    }

    /// The streams of what describes the account.
    private static let described = ["owners", "archived_owners", "deal_pipelines", "schemas"]

    /// The two ends of the streams of pairs.
    private static let ends: [String: (from: String, to: String)] = {
        let one = [
            "contacts", "companies", "deals", "line_items", "tickets", "orders", "carts", "invoices",
            "commerce_payments", "subscriptions", "calls", "emails", "meetings", "notes", "tasks",
        ]
        let all = one.flatMap { from in one.map { (from, $0) } }
        return Dictionary(
            uniqueKeysWithValues: all.map { from, to in
                let singular = from == "companies" ? "company" : String(from.dropLast())
                return ("\(singular)_\(to)", (from, to))
            }
        )
    }()

    /// Each pair as it is published.
    private func pairs(_ stream: String) -> [String: [UInt8]] {
        guard let (from, to) = Self.ends[stream] else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: simulator.associations(from, to: to).map { pair in
                let start =
                    #"{"fromObjectType":"\#(from)","fromObjectId":"\#(pair.from)","toObjectType":"\#(to)","#
                return (#"["\#(pair.from)",\#(pair.to)]"#, Array(start.utf8) + pair.record.dropFirst())
            }
        )
    }

    func now() -> ServiceSimulation.Truth {
        var truth = descriptions
        for stream in pairs { truth[stream] = pairs(stream) }
        let all = streams.filter { $0 != "custom_objects" }.map { ($0, $0) }
        let custom = streams.contains("custom_objects") ? HubSpotAccount.custom.map { ($0, $1) } : []
        for (stream, type) in all + custom {
            let hidden = hidden[type] ?? []
            truth[stream] = Dictionary(
                uniqueKeysWithValues: simulator.truth(type).map {
                    ($0.key, Self.without(hidden, $0.record))
                }
            )
        }
        return truth
    }

    private static func without(_ hidden: Set<String>, _ record: [UInt8]) -> [UInt8] {
        guard !hidden.isEmpty, var members = (try? JSONValue.parse(record))?.members else {
            return record
        }
        for place in members.indices where members[place].name == "properties" {
            let properties = members[place].value.members ?? []
            members[place].value = .object(properties.filter { !hidden.contains($0.name) })
        }
        return JSONValue.object(members).bytes()
    }
}
