import Core
import Events
import Expressions
import Extraction
import Runs
import YAML

/// Looks for what a sound definition may still do to its author's surprise: the traps that a model can show.
struct DefinitionReview {
    private let definition: ExtractorDefinition
    private let root: YAMLNode
    private let folder: FolderContents?

    init(_ definition: ExtractorDefinition, _ root: YAMLNode, beside folder: FolderContents?) {
        self.definition = definition
        self.root = root
        self.folder = folder
    }

    var findings: [Finding] {
        account() + settings() + definition.feeds.flatMap { review($0) }
            + definition.streams.flatMap { review($0) } + (folder.map { beside($0) + personal($0) } ?? [])
    }

    // MARK: The account

    private func account() -> [Finding] {
        var findings: [Finding] = []
        if definition.limits.isEmpty {
            findings.append(
                warning(
                    "no_limit",
                    ["extractor"],
                    "no rate is declared, so requests go as fast as answers come; "
                        + "add limits: {default: 10/s} with what the API allows"
                )
            )
        }
        if definition.errorRules.messagePaths.isEmpty {
            findings.append(
                warning(
                    "no_error_message",
                    ["errors"],
                    "nothing says where the API's own message is, so its errors "
                        + "are told without it; add errors: {message: path.of.it}"
                )
            )
        }
        let base = definition.baseURL.source
        if definition.baseURL.isLiteral, base.hasPrefix("http://"),
            (try? HTTPAddress(parsing: base))?.isLoopback == false
        {
            findings.append(
                warning(
                    "plain_http",
                    ["base_url"],
                    "credentials and records would cross the network in clear; write https://"
                )
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
        let used = Set(
            definition.streams.flatMap(\.limits) + definition.feeds.compactMap(\.limit)
        )
        for limit in definition.limits where limit.name != "default" && !used.contains(limit.name) {
            findings.append(
                warning(
                    "unused_limit",
                    ["limits", limit.name],
                    "no request counts against \(limit.name); "
                        + "name it with limit: in a stream, or take it away"
                )
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
                    warning(
                        "unused_setting",
                        path,
                        "{{ config.\(setting.name) }} stands nowhere; use it or take it away"
                    )
                )
            }
            let words = setting.name.split(separator: "_")
            let isCredential = words.contains {
                ["token", "secret", "password", "key", "passphrase"].contains($0)
            }
            if isCredential, !setting.isSecret {
                findings.append(
                    warning(
                        "open_credential",
                        path,
                        "\(setting.name) looks like a credential and would be shown; "
                            + "add secret: true, or give it another name"
                    )
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
                warning(
                    "unused_feed",
                    path,
                    "no stream follows it; add follow: {feed: \(feed.name), ...} to one, or take it away"
                )
            )
        }
        if feed.overlap < feed.visibleWithin {
            findings.append(
                warning(
                    "short_overlap",
                    path + ["overlap"],
                    "shorter than visible_within: an entry that came late and was "
                        + "missed once is never looked for again; make it several times as long"
                )
            )
        }
        if feed.expired == nil {
            findings.append(
                warning(
                    "no_expired",
                    path,
                    "nothing says how the API answers for a place that it no longer keeps, so such an "
                        + "answer fails the streams instead of reading their lists anew; add expired: {status: ...}"
                )
            )
        }
        return findings + pageSize(feed.query.map(\.name), isPaged: feed.paging != .singlePage, path)
    }

    private func review(_ stream: StreamDefinition) -> [Finding] {
        var findings: [Finding] = []
        let path = ["streams", stream.name]
        switch stream.progress {
        case .list(let paging):
            if stream.parent == nil, stream.follow == nil {
                findings.append(
                    warning(
                        "read_once",
                        path,
                        "read once from end to end: what changes or is deleted afterwards is told by "
                            + "--resync alone; add progress: full, a token or windows, or follow a feed"
                    )
                )
            }
            if stream.parent == nil, stream.lost == nil, !paging.isCounted, paging != .singlePage {
                findings.append(warning("no_lost", path, Self.lostText))
            }
            findings += counted(paging, path)
        case .full(let paging, _): findings += counted(paging, path)
        case .token(let token): findings += review(token, of: stream, path)
        case .window(let window): findings += review(window, of: stream, path)
        }
        if let parent = stream.parent, !parent.replaces {
            findings.append(
                warning(
                    "kept_children",
                    path,
                    "what disappears from the list of its \(parent.name) is never deleted; "
                        + "add replaces: children, where that list is all that there is"
                )
            )
        }
        // Where all is read in every run, a key that changed is a delete and a new record: nothing stays behind.
        let field = stream.key.compactMap(\.last).first { Self.changing.contains($0.lowercased()) }
        if let field, !stream.progress.isFull {
            findings.append(
                warning(
                    "changing_key",
                    path + ["key"],
                    "\(field) can change or come again, and a record with another key is "
                        + "another record; take the API's own id"
                )
            )
        }
        var names = stream.request.query.map(\.name)
        if case .object(let members)? = stream.request.body { names += members.map(\.name) }
        return findings + pageSize(names, isPaged: stream.paging != .singlePage, path)
    }

    private static let lostText =
        "nothing says how the API answers for a token that it no longer knows, so the stream could fail until --resync; "
        + "add lost: {status: ...}"

    private func review(_ token: TokenProgress, of stream: StreamDefinition, _ path: [String]) -> [Finding] {
        let place = path + ["progress", "token"]
        var findings = deletes(of: stream, path)
        // A token that is a time is never unknown to the API.
        let isTime = token.parameter == token.start.parameter
        if stream.lost == nil, !isTime { findings.append(warning("no_lost", path, Self.lostText)) }
        if token.reread == nil {
            findings.append(
                warning(
                    "no_reread",
                    place,
                    "what becomes visible behind the token is never read; "
                        + "add reread: {every: 1h, back: 15m}, by what the API says of its delays"
                )
            )
        }
        return findings
    }

    private func review(_ window: WindowProgress, of stream: StreamDefinition, _ path: [String]) -> [Finding]
    {
        let place = path + ["progress", "window"]
        var findings = deletes(of: stream, path)
        if window.holdBack < .seconds(10) {
            findings.append(
                warning(
                    "no_hold_back",
                    place + ["hold_back"],
                    "what the API lists a moment late lies behind the bookmark "
                        + "already; hold back as long as a change takes to be listed, 60s where nothing is known"
                )
            )
        }
        if window.overlap < window.holdBack {
            findings.append(
                warning(
                    "thin_overlap",
                    place + ["overlap"],
                    "shorter than hold_back: what was listed late and missed once is "
                        + "never looked for again; make it several times as long"
                )
            )
        }
        switch window.order {
        case .ascending:
            guard window.ties == nil else { break }
            findings.append(
                warning(
                    "no_ties",
                    place,
                    "when more records bear one time than a page holds (a bulk import), the stream "
                        + "fails; add ties: {query: ...} with {{ tie.at }} and {{ tie.after }}"
                )
            )
        case .pages(let paging, let cap):
            guard paging.isCounted else { break }
            findings += counted(paging, path)
            if cap == nil {
                findings.append(
                    warning(
                        "no_cap",
                        place,
                        "most APIs give no pages beyond some number, and the stream would then fail; "
                            + "add cap: with that number, so that a fuller window is halved"
                    )
                )
            }
        }
        return findings
    }

    private func deletes(of stream: StreamDefinition, _ path: [String]) -> [Finding] {
        guard stream.deletes == nil, stream.reconcile == nil, stream.deletedWhen == nil else { return [] }
        return [
            warning(
                "no_deletes",
                path,
                "what is deleted is never told; add deleted_when: or deletes:, where the API tells of "
                    + "them, or reconcile: with a list of all that there is"
            )
        ]
    }

    private func counted(_ paging: Paging, _ path: [String]) -> [Finding] {
        guard paging.isCounted else { return [] }
        return [
            warning(
                "counted_pages",
                path,
                "what is added or deleted while the list is read moves records between its pages, "
                    + "and some are skipped; page by last_record, cursor or link, where the API can"
            )
        ]
    }

    /// Names that people and positions have, and no record for good.
    private static let changing: Set<String> = [
        "email", "name", "title", "subject", "phone", "login", "username", "url", "index", "position", "rank",
        "updated", "updated_at", "modified", "label", "status",
    ]

    private func pageSize(_ names: [String], isPaged: Bool, _ path: [String]) -> [Finding] {
        guard isPaged, !names.contains(where: PageSize.isSaid) else { return [] }
        return [
            warning(
                "page_size",
                path,
                "the size of a page is the API's default, often a fraction of what it gives, so more "
                    + "requests are sent than needed; add query: {limit: 100}, by the API's name for it"
            )
        ]
    }

    // MARK: Beside the file

    private func beside(_ folder: FolderContents) -> [Finding] {
        var findings = folder.schemas.problems.map { problem in
            finding(.error, ["streams", problem.stream], problem.text)
        }
        let streams = definition.streams.map(\.name)
        for (names, noun, advice) in [
            (folder.schemas.names, "schema", "what its records look like is said to nobody"),
            (folder.fixtures, "fixture", "sluice extractor test has nothing to replay for it"),
        ] {
            let lacking = streams.filter { !names.contains($0) }
            if !lacking.isEmpty {
                findings.append(
                    warning(
                        "no_\(noun)",
                        ["streams"],
                        "no \(noun)s/STREAM.json of \(lacking.joined(separator: ", ")): \(advice)"
                    )
                )
            }
            for name in names where !streams.contains(name) {
                let hint =
                    NearestName.of(name, among: streams).map { "did you mean \($0)?" } ?? "take it away"
                findings.append(
                    warning("unused_\(noun)", ["streams"], "\(noun)s/\(name).json is of no stream; \(hint)")
                )
            }
        }
        return findings
    }

    /// Marks of fields that no record seems to have: the field that was meant would go out as it is.
    private func personal(_ folder: FolderContents) -> [Finding] {
        definition.streams.flatMap { stream -> [Finding] in
            guard let schema = folder.schemas.schemas[stream.name] else { return [] }
            return stream.personal.compactMap { field in
                guard case .unknown(let known) = schema.knowledge(of: field.path) else { return nil }
                let text = FieldPath.text(field.path)
                let hint =
                    NearestName.of(field.path.last ?? "", among: known).map { "; did you mean \($0)?" } ?? ""
                return warning(
                    "pii_not_in_schema",
                    ["streams", stream.name, "pii", text],
                    "schemas/\(stream.name).json has no \(text), so that nothing may be protected by it\(hint)"
                )
            }
        }
    }

    // MARK: Places

    private func warning(_ rule: String, _ path: [String], _ text: String) -> Finding {
        finding(.warning, rule: rule, path, text)
    }

    /// What is to be said at the innermost key of a path that is there.
    private func finding(
        _ severity: Finding.Severity,
        rule: String? = nil,
        _ path: [String],
        _ text: String
    ) -> Finding {
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
        return Finding(severity, rule: rule, at: place, text)
    }
}

extension StreamDefinition.Progress {
    /// Whether all is read in every run.
    fileprivate var isFull: Bool {
        if case .full = self { true } else { false }
    }
}

extension Paging {
    /// Whether a page is found by counting, so that it has no place of its own.
    fileprivate var isCounted: Bool {
        switch self {
        case .offset, .number: true
        case .singlePage, .lastRecord, .nextLink, .linkHeader, .cursor: false
        }
    }
}
