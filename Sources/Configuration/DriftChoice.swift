package import Core
import YAML

/// What a file says of records that are not as their schema says: one word for all streams, or one for some of them.
///
///     on_drift: stop
///     on_drift: {charges: stop, customers: evolve}
package struct DriftChoice: Hashable, Sendable {
    /// For every stream that is not named.
    package var all: DriftResponse?
    /// In the file's order; none stands twice.
    package var streams: [(name: PlacedText, response: DriftResponse)] {
        zip(names, responses).map { ($0, $1) }
    }

    private var names: [PlacedText] = []
    private var responses: [DriftResponse] = []

    init?(_ node: YAMLNode?, _ faults: inout FileFaults) {
        guard let node else { return nil }
        guard case .mapping(let members) = node.content else {
            all = Self.response(node, &faults)
            return
        }
        if members.isEmpty {
            faults.note([node.fail("on_drift names no stream; write \(DriftResponse.words)")])
        }
        for member in members {
            guard let response = Self.response(member.value, &faults) else { continue }
            names.append(PlacedText(member.key, at: SettingOrigin(of: member.value)))
            responses.append(response)
        }
    }

    private static func response(_ node: YAMLNode, _ faults: inout FileFaults) -> DriftResponse? {
        guard let text = faults.text(node)?.text else { return nil }
        guard let response = DriftResponse(rawValue: text) else {
            faults.note([node.fail("on_drift: \"\(text)\" is not \(DriftResponse.words)")])
            return nil
        }
        return response
    }
}
