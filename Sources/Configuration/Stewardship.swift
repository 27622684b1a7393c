import YAML

/// What an account's file says of whose its data is, for the catalogue.
///
///     owner: payments@shop.example
///     classification: confidential
package struct Stewardship: Hashable, Sendable {
    /// Who answers for it: an address, a team, a channel.
    package var owner: String?
    /// How it is to be treated, in the words that the house has for it.
    package var classification: String?

    /// The keys that say it.
    static let names = ["owner", "classification"]
    private static let longest = 200

    /// Nothing said.
    package init() {}

    init(_ root: YAMLNode, _ faults: inout FileFaults) {
        owner = Self.word(root, "owner", &faults)
        classification = Self.word(root, "classification", &faults)
    }

    /// The same, and where nothing is said what another one says.
    func orElse(_ other: Stewardship) -> Stewardship {
        var said = self
        said.owner = owner ?? other.owner
        said.classification = classification ?? other.classification
        return said
    }

    private static func word(_ root: YAMLNode, _ name: String, _ faults: inout FileFaults) -> String? {
        guard let node = root[name], let text = faults.text(node)?.text else { return nil }
        guard !text.isEmpty, text.utf8.count <= longest, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
        else {
            faults.note([
                node.fail(
                    "\(name) needs 1 to \(longest) bytes of text on one line, as it stands in the catalogue"
                )
            ])
            return nil
        }
        return text
    }
}
