package import Core
package import JSON

extension Alert {
    /// What the types of its events begin with.
    private static let typePrefix = "sluice.alert."
    /// The media type of what `json` gives.
    package static let contentType = "application/cloudevents+json; charset=utf-8"

    /// The alert as an event of CloudEvents 1.0; `source` names the installation.
    package func json(source: AlertSource) -> JSONValue {
        var data: [JSONValue.Member] = [
            .init(name: "key", value: .string(key)),
            .init(name: "status", value: .string(status.rawValue)),
            .init(name: "since", value: .string(since.rfc3339(fractionDigits: 3))),
            .init(name: "host", value: .string(source.host)),
        ]
        for (name, value) in [("schedule", schedule), ("account", account?.text), ("run", run)] {
            if let value { data.append(.init(name: name, value: .string(value))) }
        }
        data.append(.init(name: "text", value: .string(text)))
        var members: [JSONValue.Member] = [
            .init(name: "specversion", value: "1.0"),
            .init(name: "id", value: .string(id)),
            .init(name: "source", value: .string("/sluice/\(source.prefix.text)")),
            .init(name: "type", value: .string(Self.typePrefix + kind.rawValue)),
            .init(name: "time", value: .string(at.rfc3339(fractionDigits: 3))),
        ]
        if let schedule { members.append(.init(name: "subject", value: .string(schedule))) }
        members.append(.init(name: "datacontenttype", value: "application/json"))
        members.append(.init(name: "data", value: .object(data)))
        return .object(members)
    }

    /// Reads what `json` gives; nil for any other event.
    package init?(json: JSONValue) {
        func text(_ path: String...) -> String? { json.member(at: path)?.text }
        guard text("specversion") == "1.0", let type = text("type"), type.hasPrefix(Self.typePrefix),
            let kind = Kind(rawValue: String(type.dropFirst(Self.typePrefix.count))),
            let status = text("data", "status").flatMap(Status.init(rawValue:)),
            let key = text("data", "key"), let at = text("time").flatMap(Instant.init(rfc3339:)),
            let since = text("data", "since").flatMap(Instant.init(rfc3339:)),
            let words = text("data", "text")
        else { return nil }
        self.init(
            kind: kind,
            status: status,
            key: key,
            at: at,
            since: since,
            schedule: text("data", "schedule"),
            account: text("data", "account").flatMap { try? AccountName($0) },
            run: text("data", "run"),
            text: words
        )
    }
}

/// Which installation, and which machine of it, an alert comes from.
package struct AlertSource: Hashable, Sendable {
    package var prefix: TopicPrefix
    package var host: String

    /// A source.
    package init(prefix: TopicPrefix, host: String) {
        self.prefix = prefix
        self.host = host
    }
}
