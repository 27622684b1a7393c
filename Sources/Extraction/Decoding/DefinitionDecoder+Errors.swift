import YAML

/// What an answer that means unavailable is about (`of`).
private enum RefusedPart: String, CaseIterable {
    case stream, parent
}

/// The table of errors.
extension DefinitionDecoder {
    mutating func errorRules(_ node: YAMLNode?) -> ErrorRules {
        guard let node else { return ErrorRules() }
        let fields = fields(node, Vocabulary.errors)
        var table = ErrorRules(
            messagePaths: fields["message"].map { paths($0) } ?? [],
            codePaths: fields["code"].map { paths($0) } ?? [],
            retryHeader: fields["retry_header"].flatMap { text($0) }
        )
        for item in fields["rules"].map({ items($0) }) ?? [] {
            if let rule = errorRule(item, hasCode: fields["code"] != nil) { table.rules.append(rule) }
        }
        return table
    }

    /// A path, or a list of them of which the first that leads to something counts.
    private mutating func paths(_ node: YAMLNode) -> [[String]] {
        guard case .sequence(let items) = node.content else { return path(node).map { [$0] } ?? [] }
        if items.isEmpty { report(node, "the list is empty: write a path, or take the line away") }
        return items.compactMap { path($0) }
    }

    private mutating func errorRule(_ node: YAMLNode, hasCode: Bool) -> ErrorRule? {
        let fields = fields(node, Vocabulary.errorRule)
        let statuses = required("status", of: fields, in: node).map { self.statuses($0) }
        let action: ErrorAction? = required("action", of: fields, in: node).flatMap { choice($0, "action") }
        if let code = fields["code"], !hasCode {
            report(code, "say under errors where the body has its code: code: error.code")
        }
        let form: ErrorBody.Form? = fields["body"].flatMap { choice($0, "form of a body") }
        if let code = fields["code"], let form, form != .json {
            report(code, "a code is read of a JSON body only: take body: \(form.rawValue) or the code away")
        }
        if let action, action != .retry {
            for name in ["wait", "shrink"] {
                guard let field = fields[name] else { continue }
                report(field, "\(name) is for another try: it goes with action: retry only")
            }
        }
        let gone = fields["gone"].flatMap { bool($0) }
        if let node = fields["gone"] {
            if let action, action != .unavailable {
                report(node, "gone is a word on answers that mean unavailable: take it or the action away")
            } else if gone == false, let statuses,
                !statuses.contains(where: { $0.contains(404) || $0.contains(410) })
            {
                report(
                    node,
                    "only 404 and 410 say that something is gone: add one to status, or take gone away"
                )
            } else if gone == true, fields["code"] == nil, fields["message"] == nil,
                let statuses,
                !statuses.allSatisfy({ $0.count == 1 && ErrorRules.gone.contains($0.lowerBound) })
            {
                report(
                    node,
                    "such a status means other things too: say by code or message which answer it is"
                )
            }
        }
        let isOfParent = isOfParent(fields, action, statuses, gone: gone)
        let wait = fields["wait"].flatMap { duration($0) }
        let longest = RetryMachine.Policy().longestRetryAfter
        if let node = fields["wait"], let wait, wait > longest {
            report(node, "no run waits longer than \(longest.components.seconds)s: write a shorter time")
        }
        let shrink = fields["shrink"].flatMap { self.shrink($0) }
        guard let statuses, let action else { return nil }
        return ErrorRule(
            statuses: statuses,
            code: fields["code"].flatMap { text($0) },
            messagePart: fields["message"].flatMap { text($0) },
            body: form,
            action: action,
            saysGone: gone,
            isOfParent: isOfParent,
            wait: wait,
            shrink: shrink
        )
    }

    /// Whether what is refused is one parent's children.
    private mutating func isOfParent(
        _ fields: [String: YAMLNode],
        _ action: ErrorAction?,
        _ statuses: [ClosedRange<Int>]?,
        gone: Bool?
    ) -> Bool {
        guard let node = fields["of"], let word: RefusedPart = choice(node, "part") else { return false }
        if let action, action != .unavailable {
            report(node, "of is a word on answers that mean unavailable: take it or the action away")
        } else if word == .parent, gone == true {
            report(node, "a parent that is gone refuses nothing: take gone or of away")
        } else if word == .parent, gone == nil,
            let statuses,
            statuses.contains(where: { range in ErrorRules.gone.contains { range.contains($0) } })
        {
            report(
                node,
                "404 and 410 say that the parent is gone: take them out of status, or write gone: false beside it"
            )
        }
        if word == .parent { parentRules.append(node) }
        return word == .parent
    }

    private mutating func shrink(_ node: YAMLNode) -> ErrorRule.Shrink? {
        let fields = fields(node, Vocabulary.shrink)
        let parameter = required("param", of: fields, in: node).flatMap { text($0) }
        let least = required("min", of: fields, in: node).flatMap { count($0, in: 1...1_000_000) }
        guard let parameter, let least else { return nil }
        return ErrorRule.Shrink(parameter: parameter, least: least)
    }

    /// A whole number of a range.
    mutating func count(_ node: YAMLNode, in range: ClosedRange<Int>) -> Int? {
        guard let text = text(node) else { return nil }
        if let count = Int(text), range.contains(count) { return count }
        report(node, "\(text) is no whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }
}
