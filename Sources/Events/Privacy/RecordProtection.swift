package import Core
import JSON

/// What becomes of the personal fields of a stream's records before anything of them leaves.
///
/// The one place that does it: what is published, remembered, mapped to entities, refused or told of a record is made of
/// what comes out here. Bytes that no rule touches stay as they came (I4).
package struct RecordProtection: Sendable {
    /// What becomes of a field and of all that is in it, but for what a longer path says.
    package struct Rule: Hashable, Sendable {
        package var path: [String]
        package var treatment: Treatment

        /// A rule.
        package init(path: [String], treatment: Treatment) {
            self.path = path
            self.treatment = treatment
        }
    }

    /// A name on the way of some rules.
    struct Node: Sendable {
        /// Nil for that of what it stands in.
        var treatment: Treatment?
        var members = SchemaMembers()

        /// Whether a longer path leads through it.
        var leadsOn: Bool { !members.nodes.isEmpty }
    }

    /// The first is the record's.
    let nodes: [Node]
    let values: PersonalValue
    /// The rules, of which none stands twice.
    package let rules: [Rule]

    /// A protection by rules of which the last for a path holds; nil where none of them does anything.
    ///
    /// Without a key nothing can be protected where a rule hashes, but a schema widened.
    package init?(_ rules: [Rule], key: PrivacyKey?) {
        guard rules.contains(where: { $0.treatment.action != .pass }) else { return nil }
        var byPath: [[String]: Treatment] = [:]
        for rule in rules where !rule.path.isEmpty { byPath[rule.path] = rule.treatment }
        var nodes: [Node] = []
        Self.add([], byPath.map { ($0.key[...], $0.value) }, to: &nodes)
        self.nodes = nodes
        values = PersonalValue(key: key)
        self.rules = byPath.map { Rule(path: $0.key, treatment: $0.value) }
            .sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    /// Adds the node of a name, with what is said from there on, and those behind it; gives its place.
    @discardableResult
    private static func add(
        _ name: [UInt8],
        _ rules: [(path: ArraySlice<String>, treatment: Treatment)],
        to nodes: inout [Node]
    ) -> Int {
        let place = nodes.count
        nodes.append(Node(treatment: rules.first { $0.path.isEmpty }?.treatment))
        var byName: [[UInt8]: [(path: ArraySlice<String>, treatment: Treatment)]] = [:]
        for rule in rules {
            guard let first = rule.path.first else { continue }
            byName[Array(first.utf8), default: []].append((rule.path.dropFirst(), rule.treatment))
        }
        var members: [(name: [UInt8], node: Int)] = []
        for (name, rules) in byName.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            members.append((name, add(name, rules, to: &nodes)))
        }
        if !members.isEmpty { nodes[place].members = SchemaMembers(members, required: []) }
        return place
    }

    /// What becomes of what a path leads to: the rule of the longest path that leads there, or to what it stands in.
    package func treatment(of path: [String]) -> Treatment {
        rules.filter { path.starts(with: $0.path) }.max { $0.path.count < $1.path.count }?.treatment ?? .pass
    }

    /// Whether anything becomes of what a path leads to, or of a part of it.
    package func touches(_ path: [String]) -> Bool {
        treatment(of: path).action != .pass
            || rules.contains { $0.path.starts(with: path) && $0.treatment.action != .pass }
    }

    /// The records of a page as they may leave, in buffers of their own: of the page's bytes nothing goes along.
    func protected(_ page: borrowing ScannedPage) -> (values: [UInt8], records: [ByteSlice]) {
        var rewriter = RecordRewriter(self, of: page.bytes)
        let records = page.records.map { rewriter.rewrite($0.range) }
        return (rewriter.values, records)
    }

    /// One record, as compact JSON, as it may leave.
    package func protected(_ record: [UInt8]) -> [UInt8] {
        var rewriter = RecordRewriter(self, of: record)
        _ = rewriter.rewrite(record.indices)
        return rewriter.values
    }
}
