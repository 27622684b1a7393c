import Configuration
import Core
import Daemon
import Foundation
import JSON
import Telemetry
import Testing
import YAML

/// What is deployed beside the binary fits to it.
struct DeployTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "deploy")

    private func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: Self.folder.appending(path: name)))
    }

    /// The metrics that an expression names, `up` aside, which every scrape has.
    private func metrics(in expressions: [String]) -> Set<String> {
        var names: Set<String> = []
        for expression in expressions {
            // Within quotes stand the values of labels.
            let code = expression.replacing(/"[^"]*"/, with: "")
            names.formUnion(code.matches(of: /\b(?:sluice|process)_[a-z0-9_]+\b/).map { String($0.output) })
        }
        return names
    }

    private func check(_ expressions: [String]) {
        let used = metrics(in: expressions)
        let known = Set(DaemonMetrics().registry.names)
        #expect(used.count > 5)
        #expect(used.isSubset(of: known), "no such metrics: \(used.subtracting(known).sorted())")
        for expression in expressions {
            #expect(!metrics(in: [expression]).isEmpty || expression.contains("up{"), "\(expression)")
        }
    }

    @Test func alertRulesNameMetricsThatThereAre() throws {
        let root = try YAMLDocument.parse(try bytes("prometheus-alerts.yaml"), file: "prometheus-alerts.yaml")
        let rules = try root["groups"]?.sequence().flatMap { try $0["rules"]?.sequence() ?? [] } ?? []
        check(try rules.map { try $0["expr"]?.string() ?? "" })
        let names = try rules.map { try $0["alert"]?.string() ?? "" }
        #expect(Set(names).count == names.count)
        for rule in rules {
            try rule.checkKeys(["alert", "expr", "for", "labels", "annotations"])
            let severity = try rule["labels"]?["severity"]?.string() ?? ""
            #expect(["critical", "warning", "info"].contains(severity))
            #expect(try rule["annotations"]?["summary"]?.string().isEmpty == false)
        }
    }

    @Test func theDashboardNamesMetricsThatThereAre() throws {
        let root = try JSONValue.parse(try bytes("grafana-dashboard.json"))
        let panels = elements(root.member(at: ["panels"]))
        let queries = panels.flatMap { elements($0.member(at: ["targets"])) }
        check(queries.compactMap { $0.member(at: ["expr"])?.text })
        let ids = panels.compactMap { $0.member(at: ["id"])?.compactText }
        #expect(Set(ids).count == panels.count && panels.count > 20)
        // Whoever has another data source chooses it at the top, once for all.
        for part in queries { #expect(part.member(at: ["datasource", "uid"])?.text == "${datasource}") }
        let variables = elements(root.member(at: ["templating", "list"]))
        check(
            queries.compactMap { $0.member(at: ["expr"])?.text }
                + variables.compactMap {
                    $0.member(at: ["query", "query"])?.text
                }
        )
    }

    /// All that a dashboard or a rule could be missing is looked at by one of them.
    @Test func everyMetricIsLookedAt() throws {
        let text = String(
            decoding: try bytes("grafana-dashboard.json") + bytes("prometheus-alerts.yaml"),
            as: UTF8.self
        )
        // The rest of a histogram comes with its buckets; these are for those who ask further.
        let rest: Set = [
            "sluice_draining", "sluice_config_reloads_total",
            "sluice_config_last_reload_success_timestamp_seconds",
            "process_virtual_memory_bytes", "process_start_time_seconds",
        ]
        let unseen = DaemonMetrics().registry.names.filter { name in
            !text.contains(name) && !name.hasSuffix("_sum") && !name.hasSuffix("_count")
        }
        #expect(Set(unseen).subtracting(rest).isEmpty, "\(unseen)")
    }

    @Test func theUnitWaitsLongerThanTheDrain() throws {
        let text = String(decoding: try bytes("sluice.service"), as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        func value(_ key: String) -> String? {
            lines.first { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
        }
        let stop = try #require(value("TimeoutStopSec")?.prefix { $0.isNumber })
        #expect(try #require(Int(stop)) >= 2 * 25)
        #expect(value("Type") == "notify" && value("KillMode") == "mixed")
        #expect(value("WatchdogSec") == "3min")
        #expect(value("ExecStart")?.hasPrefix("/usr/bin/sluice serve --config ") == true)
    }

    /// The image is the package: all that this is made of is there, and what it depends on is computed with it.
    @Test func theImageIsThePackage() throws {
        let image = String(decoding: try bytes("Containerfile"), as: UTF8.self)
        let script = try String(
            contentsOf: Self.folder.deletingLastPathComponent().appending(path: "scripts/package"),
            encoding: .utf8
        )
        let copied = image.split(separator: "\n").filter { $0.hasPrefix("COPY ") }
            .flatMap { $0.split(separator: " ").dropFirst().dropLast() }
        let folders = script.matches(of: #/\n *copy ([a-z]+) /#).map(\.1)
        #expect(folders.count >= 4)
        for name in ["Package.swift", "README.md", "Sources", "Tests", "deploy", "scripts"] + folders {
            #expect(copied.contains(name), "\(name) is not in the image's build")
        }
        #expect(image.contains("RUN scripts/package --output /out\n"))
        #expect(image.contains("COPY --from=build /out /tmp/package\n"))
        #expect(image.contains("apt-get install -y --no-install-recommends /tmp/package/sluice_*.deb"))
    }

    /// The unit of the package is the one that is documented, but for its user, and systemd makes no other.
    @Test func thePackagedUnitHasItsUser() throws {
        let unit = String(decoding: try bytes("sluice.service"), as: UTF8.self)
        #expect(unit.contains("\nDynamicUser=yes\nUser=sluice\n"))
        let postinst = String(decoding: try bytes("debian/postinst"), as: UTF8.self)
        #expect(postinst.contains("adduser --system --quiet --group") && postinst.contains(" sluice\n"))
    }

    /// What stands commented in the packaged configuration is a configuration.
    @Test func thePackagedConfigurationIsOne() throws {
        let text = String(decoding: try bytes("debian/sluice.yaml"), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // The brokers stand there twice, alone and with settings: the second form says more.
        let whole = lines.filter { !$0.hasPrefix("#kafka: {") }
            .map { $0.firstMatch(of: /^#( *[a-z_.]+:.*)$/).map { String($0.1) } ?? String($0) }
        let file = try DaemonFile.parse(
            Array(whole.joined(separator: "\n").utf8),
            path: "/etc/sluice/sluice.yaml"
        )
        let draft = DaemonSettings.draft(file: file, environment: [:])
        // Nothing but the secrets' files is missing.
        let said = draft.error?.single.map(\.message) ?? []
        #expect(said.count > 3 && said.allSatisfy { $0.contains("/run/credentials/") }, "\(said)")
        #expect(draft.topicPrefix?.text == "retail")
    }

    private func elements(_ value: JSONValue?) -> [JSONValue] {
        if case .array(let elements)? = value { elements } else { [] }
    }
}
