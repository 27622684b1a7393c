import Core
import JSON
import YAML

/// The `kafka` of a file: the brokers alone, or `{bootstrap: …, set: {…}}`.
struct KafkaSection: Hashable, Sendable {
    var bootstrap: GivenSetting?
    /// The client's own settings.
    var settings: [GivenSetting] = []

    /// Reads the value of the key; nothing where there is none.
    init(_ node: YAMLNode?, _ faults: inout FileFaults) {
        var brokers = node
        if let node, node.isMapping {
            faults.note(node.unknownKeys(["bootstrap", "set"]))
            settings = GivenSetting.members(of: node["set"], &faults)
            brokers = node["bootstrap"]
        }
        guard let brokers, let text = faults.text(brokers)?.text else { return }
        bootstrap = GivenSetting("bootstrap.servers", .text(Secret(text)), at: brokers)
    }
}

extension GivenSetting {
    /// A setting that stands in a file.
    init(_ name: String, _ value: GivenValue, at node: YAMLNode) {
        self.init(name: name, value: value, origin: SettingOrigin(of: node))
    }

    /// What a mapping of a file sets.
    static func members(of node: YAMLNode?, _ faults: inout FileFaults) -> [GivenSetting] {
        let members = faults.take(else: []) { () throws(YAMLError) in try node?.mapping() ?? [] }
        return members.compactMap { member in
            let value: GivenValue? = faults.take(else: nil) { () throws(YAMLError) in
                try Self.value(member.value, of: member.key)
            }
            return value.map { GivenSetting(member.key, $0, at: member.value) }
        }
    }

    private static func value(_ node: YAMLNode, of name: String) throws(YAMLError) -> GivenValue {
        switch node.content {
        case .mapping: throw node.fail("\(name) needs a text, a number, true or false, or a list of texts")
        case .sequence(let items):
            var texts: [Secret] = []
            for item in items { texts.append(Secret(try item.string())) }
            return .list(texts)
        case .scalar(let written, _):
            switch node.scalar {
            case .bool(let value): return .typed(.bool(value), written: written)
            case .number(let number): return .typed(.number(number), written: written)
            case .text(let text): return .text(Secret(text))
            case .null, nil: throw node.fail("\(name) has no value; give it one or remove the line")
            }
        }
    }
}
