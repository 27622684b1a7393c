import Core
import Expressions
import JSON
import YAML

/// Rate limits and the day's quota.
extension DefinitionDecoder {
    mutating func limits(_ node: YAMLNode?) -> [LimitDefinition] {
        guard let node else { return [] }
        return members(node).compactMap { limit($0) }
    }

    /// `700/min`, or a mapping with more about it.
    private mutating func limit(_ member: YAMLMember) -> LimitDefinition? {
        guard case .mapping = member.value.content else {
            return rate(member.value).map {
                LimitDefinition(name: member.key, rate: $0, share: nil, headers: [])
            }
        }
        let fields = fields(member.value, Vocabulary.limit)
        let rate = required("rate", of: fields, in: member.value).flatMap { self.rate($0) }
        let share = fields["share"].flatMap { self.share($0) }
        let headers = fields["headers"].map { families($0) } ?? []
        return rate.map { LimitDefinition(name: member.key, rate: $0, share: share, headers: headers) }
    }

    /// The settings that have a default: what depends on others is checked when the account's are there.
    private var defaults: [String: JSONValue] {
        [
            "config": .object(
                settings.compactMap { setting in
                    setting.defaultValue.map { JSONValue.Member(name: setting.name, value: $0) }
                }
            )
        ]
    }

    private mutating func rate(_ node: YAMLNode) -> Template? {
        guard let template = template(node) else { return nil }
        if let text = try? template.text(defaults), RateLimit(text) == nil {
            report(node, "a limit is a number of requests in a time: \(RateLimit.forms)")
            return nil
        }
        return template
    }

    private mutating func share(_ node: YAMLNode) -> Template? {
        guard let template = template(node) else { return nil }
        if let text = try? template.text(defaults), Percentage.parse(text) == nil {
            report(node, "a share is 1% to 100% of the limit")
            return nil
        }
        return template
    }

    /// One family of headers, or a list of which an answer has one.
    private mutating func families(_ node: YAMLNode) -> [LimitHeaders] {
        guard case .sequence(let items) = node.content else { return family(node).map { [$0] } ?? [] }
        if items.isEmpty { report(node, "the list is empty: name headers, or take the line away") }
        return items.compactMap { family($0) }
    }

    private mutating func family(_ node: YAMLNode) -> LimitHeaders? {
        let fields = fields(node, Vocabulary.limitHeaders)
        if fields["limit"] == nil, fields["remaining"] == nil {
            report(
                node,
                "name the header that has the limit, or the one that has what is left of it: remaining"
            )
            return nil
        }
        return LimitHeaders(
            limit: fields["limit"].flatMap { header($0) },
            remaining: fields["remaining"].flatMap { header($0) },
            reset: fields["reset"].flatMap { reset($0) },
            intervalMilliseconds: fields["interval_milliseconds"].flatMap { header($0) }
        )
    }

    /// A header's name, or one field of what it holds.
    private mutating func header(_ node: YAMLNode, of group: FieldGroup = Vocabulary.headerField)
        -> HeaderField?
    {
        guard case .mapping = node.content else {
            return text(node).map { HeaderField(header: $0, field: nil) }
        }
        let fields = fields(node, group)
        guard let name = required("header", of: fields, in: node).flatMap({ text($0) }) else { return nil }
        return HeaderField(header: name, field: fields["field"].flatMap { text($0) })
    }

    private mutating func reset(_ node: YAMLNode) -> ResetField? {
        guard let header = header(node, of: Vocabulary.resetField) else { return nil }
        guard let format = node["format"] else { return ResetField(field: header, format: .seconds) }
        return choice(format, "format of a reset").map { ResetField(field: header, format: $0) }
    }

    mutating func quota(_ node: YAMLNode) -> QuotaDefinition? {
        let fields = fields(node, Vocabulary.quota)
        let daily = fields["daily"].flatMap { template($0) }
        if let node = fields["daily"], let daily, let text = try? daily.text(defaults), Int(text) ?? 0 < 1 {
            report(node, "\(text) is no number of requests a day")
        }
        var quota = QuotaDefinition(
            daily: daily,
            limit: nil,
            remaining: nil,
            usage: nil,
            reserve: 10,
            reset: .rolling
        )
        if let headers = fields["headers"] { take(headers, into: &quota) }
        if daily == nil, quota.limit == nil, quota.usage == nil {
            report(
                node,
                "say how many requests a day has: daily: 250000, or under headers where an answer says it"
            )
        }
        if let node = fields["reserve"], let text = text(node) {
            if let reserve = Percentage.parse(text) {
                quota.reserve = reserve
            } else {
                report(node, "a reserve is 1% to 100% of the day's requests")
            }
        }
        if let node = fields["resets"], let reset = quotaReset(node) { quota.reset = reset }
        return quota
    }

    private mutating func take(_ node: YAMLNode, into quota: inout QuotaDefinition) {
        let fields = fields(node, Vocabulary.quotaHeaders)
        quota.limit = fields["limit"].flatMap { header($0) }
        quota.remaining = fields["remaining"].flatMap { header($0) }
        quota.usage = fields["usage"].flatMap { header($0) }
        if let usage = fields["usage"], fields.count > 1 {
            report(usage, "usage says both, used/limit: take limit and remaining away")
        } else if let limit = fields["limit"], fields["remaining"] == nil {
            report(limit, "name the header that has what is left of it as well: remaining")
        } else if fields.isEmpty {
            report(node, "name a header: remaining and limit, or usage")
        }
    }

    private mutating func quotaReset(_ node: YAMLNode) -> QuotaDefinition.Reset? {
        guard let (style, value) = only(node, of: Vocabulary.quotaReset) else { return nil }
        guard style == "midnight" else { return reset(value).map { .header($0) } }
        guard let template = template(value) else { return nil }
        if let text = try? template.text(defaults), DayOffset(text) == nil {
            report(value, "\(text) is no time zone: write UTC, or the distance from it as +02:00 or -05:00")
            return nil
        }
        return .midnight(template)
    }
}
