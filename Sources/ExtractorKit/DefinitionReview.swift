import Core
import Expressions
import Extraction
import YAML

/// Looks for what a sound definition may still do to its author's surprise: the traps that a model can show.
struct DefinitionReview {
    private let definition: ExtractorDefinition
    private let root: YAMLNode

    init(_ definition: ExtractorDefinition, _ root: YAMLNode) {
        self.definition = definition
        self.root = root
    }

    var findings: [Finding] {
        account() + settings() + definition.feeds.flatMap { review($0) }
            + definition.streams.flatMap { review($0) }
    }

    // MARK: The account

    private func account() -> [Finding] {
        var findings: [Finding] = []
        if definition.limits.isEmpty {
            findings.append(
                warning("no_limit", ["extractor"], "no rate is declared, so requests go as fast as answers come; "
                    + "add limits: {default: 10/s} with what the API allows")
            )
        }
        if definition.errorRules.messagePath == nil {
            findings.append(
                warning("no_error_message", ["errors"], "nothing says where the API's own message is, so its errors "
                    + "are told without it; add errors: {message: path.of.it}")
            )
        }
        let base = definition.baseURL.source
        if definition.baseURL.isLiteral, base.hasPrefix("http://"),
            (try? HTTPAddress(parsing: base))?.isLoopback == false
        {
            findings.append(
                warning("plain_http", ["base_url"], "credentials and records would cross the network in clear; write https://")
            )
        }
        for (index, host) in definition.hosts.enumerated() where Self.isWide(host.source) {
            let node = (try? root["hosts"]?.sequence())?[index] ?? root
            findings.append(
                Finding(
                    .warning,
                    rule: "wide_host",
                    at: node,
                    "\(host.source) lets the account's credentials go to hosts of others; name the API's own domain"
                )
            )
        }
        let used = Set((definition.streams.map(\.limit) + definition.feeds.map(\.limit)).compactMap { $0 })
        for limit in definition.limits where limit.name != "default" && !used.contains(limit.name) {
            findings.append(
                warning("unused_limit", ["limits", limit.name], "no request counts against \(limit.name); "
                    + "name it with limit: in a stream, or take it away")
            )
        }
        return findings
    }

    /// `*.com` and the like: a suffix that many share.
    private static func isWide(_ host: String) -> Bool {
        host.hasPrefix("*") && host.split(separator: ".").count < 3
    }

    private func settings() -> [Finding] {
        let used = Self.settingsUsed(in: root)
        return definition.settings.flatMap { setting -> [Finding] in
            var findings: [Finding] = []
            let path = ["settings", setting.name]
            if !used.contains(setting.name) {
                findings.append(
                    warning("unused_setting", path, "{{ config.\(setting.name) }} stands nowhere; use it or take it away")
                )
            }
            let words = setting.name.split(separator: "_")
            let isCredential = words.contains { ["token", "secret", "password", "key", "passphrase"].contains($0) }
            if isCredential, !setting.isSecret {
                findings.append(
                    warning("open_credential", path, "\(setting.name) looks like a credential and would be shown; "
                        + "add secret: true, or give it another name")
                )
            }
            return findings
        }
    }

    /// The settings that any template of the file reads.
    private static func settingsUsed(in node: YAMLNode) -> Set<String> {
        switch node.content {
        case .scalar(let text, _):
            let references = (try? Template(parsing: text))?.references ?? []
            return Set(references.filter { $0.path.count > 1 && $0.path[0] == "config" }.map { $0.path[1] })
        case .sequence(let items): return items.reduce(into: []) { $0.formUnion(settingsUsed(in: $1)) }
        case .mapping(let members):
            return members.reduce(into: []) { $0.formUnion(settingsUsed(in: $1.value)) }
        }
    }

    // MARK: Feeds and streams

    private func review(_ feed: FeedDefinition) -> [Finding] {
        var findings: [Finding] = []
        let path = ["feeds", feed.name]
        if !definition.streams.contains(where: { $0.follow?.feed == feed.name }) {
            findings.append(
                warning("unused_feed", path, "no stream follows it; add follow: {feed: \(feed.name), ...} to one, or take it away")
            )
        }
        if feed.overlap < feed.visibleWithin {
            findings.append(
                warning("short_overlap", path + ["overlap"], "shorter than visible_within: an entry that came late and was "
                    + "missed once is never looked for again; make it several times as long")
            )
        }
        if feed.expired == nil {
            findings.append(
                warning("no_expired", path, "nothing says how the API answers for a place that it no longer keeps, so such an "
                    + "answer fails the streams instead of reading their lists anew; add expired: {status: ...}")
            )
        }
        return findings + pageSize(feed.query.map(\.name), isPaged: feed.paging != .singlePage, path)
    }

    private func review(_ stream: StreamDefinition) -> [Finding] {
        var findings: [Finding] = []
        let path = ["streams", stream.name]
        if stream.parent == nil, stream.follow == nil {
            findings.append(
                warning("read_once", path, "read once from end to end: what changes or is deleted afterwards is told by "
                    + "--resync alone; follow a feed, where the API has one")
            )
        }
        if let parent = stream.parent, !parent.replaces {
            findings.append(
                warning("kept_children", path, "what disappears from the list of its \(parent.name) is never deleted; "
                    + "add replaces: children, where that list is all that there is")
            )
        }
        if let field = stream.key.compactMap(\.last).first(where: { Self.changing.contains($0.lowercased()) }) {
            findings.append(
                warning("changing_key", path + ["key"], "\(field) can change or come again, and a record with another key is "
                    + "another record; take the API's own id")
            )
        }
        if stream.parent == nil, stream.lost == nil, stream.paging != .singlePage {
            findings.append(
                warning("no_lost", path, "nothing says how the API answers for a page token that it no longer knows, so an "
                    + "interrupted list could fail until --resync; add lost: {status: ...}")
            )
        }
        return findings + pageSize(stream.query.map(\.name), isPaged: stream.paging != .singlePage, path)
    }

    /// Names that people and positions have, and no record for good.
    private static let changing: Set<String> = [
        "email", "name", "title", "subject", "phone", "login", "username", "url", "index", "position", "rank",
        "updated", "updated_at", "modified", "label", "status",
    ]

    private static let sizes: Set<String> = [
        "limit", "per_page", "page_size", "pagesize", "page[size]", "size", "count", "max_results", "maxresults",
        "$top", "top", "first", "take", "sysparm_limit", "results_per_page", "pagelimit",
    ]

    private func pageSize(_ names: [String], isPaged: Bool, _ path: [String]) -> [Finding] {
        guard isPaged, !names.contains(where: { Self.sizes.contains($0.lowercased()) }) else { return [] }
        return [
            warning("page_size", path, "the size of a page is the API's default, often a fraction of what it gives, so more "
                + "requests are sent than needed; add query: {limit: 100}, by the API's name for it")
        ]
    }

    // MARK: Places

    /// A warning at the innermost key of a path that is there.
    private func warning(_ rule: String, _ path: [String], _ text: String) -> Finding {
        var node = root
        var place = root
        for name in path {
            guard case .mapping(let members) = node.content,
                let member = members.first(where: { $0.key == name })
            else { break }
            node = member.value
            place.line = member.keyLine
            place.column = member.keyColumn
        }
        return Finding(.warning, rule: rule, at: place, text)
    }
}
