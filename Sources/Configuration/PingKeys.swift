package import Core
import YAML

/// Whom a schedule tells of its runs, so that somebody outside notices when nothing is told any more.
///
///     ping: {start: file:hc-start.url, success: "https://hc-ping.com/…", failure: env:CRM_FAILED_URL}
package struct PingKeys: Hashable, Sendable {
    static let names = ["start", "success", "failure"]

    /// Told when a run begins.
    package var start: GivenSetting?
    /// Told when a run has read everything.
    package var success: GivenSetting?
    /// Told when a run ended otherwise.
    package var failure: GivenSetting?

    /// Reads the mapping of a file; nil where there is none.
    init?(_ node: YAMLNode?, _ faults: inout FileFaults) {
        guard let node else { return nil }
        let members = faults.take(else: nil) { () throws(YAMLError) in try node.mapping() }
        guard let members else { return nil }
        faults.note(node.unknownKeys(Self.names))
        if members.isEmpty {
            faults.note([
                node.fail("ping names no address; add success: \(SecretAddress.forms), or remove it")
            ])
        }
        start = Self.setting("start", node, &faults)
        success = Self.setting("success", node, &faults)
        failure = Self.setting("failure", node, &faults)
    }

    private static func setting(
        _ name: String,
        _ root: YAMLNode,
        _ faults: inout FileFaults
    ) -> GivenSetting? {
        guard let node = root[name], let text = faults.text(node)?.text else { return nil }
        if let problem = SecretAddress.problem(with: text) {
            faults.note([node.fail("ping.\(name) \(problem)")])
            return nil
        }
        return GivenSetting(
            name: "ping.\(name)",
            value: .text(Secret(text)),
            origin: SettingOrigin(of: node)
        )
    }

    /// The addresses, references read; relative paths start at the file's folder.
    package func addresses(
        folder: String,
        reader: SecretReader = SecretReader()
    ) throws(ConfigurationError) -> PingAddresses {
        var faults = SettingFaults()
        func read(_ setting: GivenSetting?) -> Secret? {
            guard let setting else { return nil }
            return faults.take(else: nil) { () throws(ConfigurationError) in
                try SecretAddress.read(setting, folder: folder, reader: reader)
            }
        }
        let addresses = PingAddresses(start: read(start), success: read(success), failure: read(failure))
        try faults.check()
        return addresses
    }
}

/// Where a schedule's pings go: each whole address is a secret.
package struct PingAddresses: Hashable, Sendable {
    package var start: Secret?
    package var success: Secret?
    package var failure: Secret?

    /// Addresses that were checked to be such.
    package init(start: Secret? = nil, success: Secret? = nil, failure: Secret? = nil) {
        self.start = start
        self.success = success
        self.failure = failure
    }

    /// For a `Redaction`.
    package var secrets: [String] { [start, success, failure].compactMap { $0?.revealed } }
}
