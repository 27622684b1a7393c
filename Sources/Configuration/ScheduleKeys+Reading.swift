import Core
import Scheduling
import YAML

extension ScheduleKeys {
    /// The keys of a file that say when it runs.
    static let names = [
        "when", "time_zone", "dst", "start", "end", "catchup", "catchup_window", "catchup_max", "overlap",
        "jitter", "start_within", "pause_after_failures", "timeout", "retries", "pool", "priority", "exclude",
        "include", "exclude_action", "sla", "ping",
    ]

    /// How other programs call some of them.
    static let synonyms = [
        "cron": "when", "schedule": "when", "every": "when: \"@every 90m\"", "calendar": "when",
        "timezone": "time_zone", "tz": "time_zone", "catch_up": "catchup", "catchup_policy": "catchup",
        "concurrency": "overlap", "startingDeadlineSeconds": "start_within",
        "fresh_within": "sla: {fresh_within: 2h}", "healthcheck": "ping", "pings": "ping",
    ]

    /// Reads them from a file's mapping; nil where nothing says when.
    ///
    /// `H` stands for what the name hashes to. The zone is looked up later: what runs at once needs none.
    init?(_ root: YAMLNode, name: String, _ faults: inout FileFaults) {
        guard case .mapping(let members) = root.content else { return nil }
        var meansWhen = false
        for member in members {
            guard let meant = Self.synonyms[member.key] else { continue }
            faults.note([member.fail("unknown key \(member.key); write \(meant)")])
            meansWhen = meansWhen || meant.hasPrefix("when")
        }
        let when = root["when"]
        if when == nil, !meansWhen, let member = members.first(where: { Self.names.contains($0.key) }) {
            faults.note([
                member.fail(
                    "\(member.key) says how a schedule runs, and nothing says when; add when: \"0 * * * *\", or remove it"
                )
            ])
        }
        rules = when.map { Self.rules($0, name, &faults) } ?? []
        timeZone = faults.text(root["time_zone"])
        daylight = faults.take(else: nil) { () throws(YAMLError) in try Self.choice(root["dst"]) } ?? .cron
        start = faults.text(root["start"])
        end = faults.text(root["end"])
        exclusions = Exclusions(
            excluded: Self.calendars(root["exclude"], &faults),
            included: Self.calendars(root["include"], &faults),
            action: faults.take(else: nil) { () throws(YAMLError) in
                try Self.choice(root["exclude_action"])
            } ?? .skip
        )
        policy = Self.policy(root, &faults)
        timeout = faults.seconds(root["timeout"], atLeast: 1)
        retries = faults.take(else: nil) { () throws(YAMLError) in try Self.retries(root["retries"]) }
        pool = faults.text(root["pool"])
        priority = faults.number(root["priority"], in: -1000...1000) ?? 0
        freshWithin = faults.take(else: nil) { () throws(YAMLError) in try Self.freshWithin(root["sla"]) }
        ping = PingKeys(root["ping"], &faults)
        if when == nil { return nil }
    }

    // MARK: When

    private static func rules(_ node: YAMLNode, _ name: String, _ faults: inout FileFaults) -> [TimeRule] {
        var items = [node]
        if case .sequence(let several) = node.content { items = several }
        if items.isEmpty {
            faults.note([node.fail("when names no time; write \"0 * * * *\", or remove it")])
        }
        return items.compactMap { item in
            faults.take(else: nil) { () throws(YAMLError) in try rule(item, name) }
        }
    }

    private static func rule(_ node: YAMLNode, _ name: String) throws(YAMLError) -> TimeRule {
        guard node.isMapping else {
            let text = try node.string()
            return try read(node) { () throws(ScheduleError) in try TimeRule(parsing: text, name: name) }
        }
        if let every = node["every"] {
            try node.checkKeys(["every", "phase"])
            let seconds = try seconds(every, atLeast: 1) ?? 1
            let phase = try Self.seconds(node["phase"], atLeast: 0) ?? 0
            return try read(node) { () throws(ScheduleError) in
                .every(try EveryInterval(seconds: seconds, phase: phase))
            }
        }
        try node.checkKeys(["months", "days", "weekdays", "at", "hours", "minutes", "every", "phase"])
        var texts = CalendarRule.Texts()
        texts.months = try node["months"]?.string()
        texts.days = try node["days"]?.string()
        texts.weekdays = try node["weekdays"]?.string()
        texts.hours = try node["hours"]?.string()
        texts.minutes = try node["minutes"]?.string()
        if let at = node["at"] { texts.times = try list(at) }
        return try read(node) { () throws(ScheduleError) in .calendar(try CalendarRule(texts, name: name)) }
    }

    // MARK: Calendars

    private static func calendars(_ node: YAMLNode?, _ faults: inout FileFaults) -> [NamedCalendar] {
        let items = faults.take(else: []) { () throws(YAMLError) in try node?.sequence() ?? [] }
        return items.compactMap { item in
            faults.take(else: nil) { () throws(YAMLError) in try calendar(item) }
        }
    }

    private static func calendar(_ item: YAMLNode) throws(YAMLError) -> NamedCalendar {
        try item.checkKeys(["name", "dates", "weekly"])
        var parts: [NamedCalendar.Part] = []
        for date in try item["dates"]?.sequence() ?? [] {
            let text = try date.string()
            parts.append(try read(date) { () throws(ScheduleError) in try NamedCalendar.Part(dates: text) })
        }
        if let weekly = item["weekly"] {
            if case .sequence(let windows) = weekly.content {
                for window in windows { parts.append(try hours(window)) }
            } else {
                parts.append(try hours(weekly))
            }
        }
        guard !parts.isEmpty, let name = try item["name"]?.string(), !name.isEmpty else {
            throw item.fail("a calendar has a name and dates or weekly hours; add what is missing")
        }
        return NamedCalendar(name, parts)
    }

    private static func hours(_ node: YAMLNode) throws(YAMLError) -> NamedCalendar.Part {
        try node.checkKeys(["weekdays", "from", "to"])
        let weekdays = try node["weekdays"]?.string()
        let from = try node["from"]?.string()
        let to = try node["to"]?.string()
        return try read(node) { () throws(ScheduleError) in
            try NamedCalendar.Part(weekdays: weekdays, from: from, to: to)
        }
    }

    // MARK: Policies

    private static func policy(_ root: YAMLNode, _ faults: inout FileFaults) -> TickPolicy {
        let maximum = faults.number(root["catchup_max"], in: 1...TickPolicy.maximumCatchUp)
        let catchUp = faults.take(else: .latest) { () throws(YAMLError) in
            try Self.catchUp(root, maximum: maximum)
        }
        let overlap: TickPolicy.Overlap? = faults.take(else: nil) { () throws(YAMLError) in
            try choice(root["overlap"])
        }
        return TickPolicy(
            catchUp: catchUp,
            window: faults.seconds(root["catchup_window"], atLeast: 1) ?? 86_400,
            overlap: overlap ?? .skip,
            jitter: faults.seconds(root["jitter"], atLeast: 0) ?? 0,
            startWithin: faults.seconds(root["start_within"], atLeast: 1),
            pauseAfterFailures: faults.number(root["pause_after_failures"], in: 1...1000)
        )
    }

    private static func catchUp(_ root: YAMLNode, maximum: Int?) throws(YAMLError) -> TickPolicy.CatchUp {
        let catchUp: TickPolicy.CatchUp
        switch try root["catchup"]?.string() {
        case nil, "latest": catchUp = .latest
        case "none": catchUp = .none
        case "all": return .all(maximum: maximum ?? 10)
        case let text?:
            throw (root["catchup"] ?? root).fail("catchup is latest, none or all, not \(text)")
        }
        if maximum != nil, let node = root["catchup_max"] {
            throw node.fail("catchup_max is for catchup: all; add that, or remove it")
        }
        return catchUp
    }

    private static func retries(_ node: YAMLNode?) throws(YAMLError) -> Retries? {
        guard let node else { return nil }
        try node.checkKeys(["max", "backoff"])
        return Retries(
            maximum: try number(node["max"], in: 0...100) ?? 3,
            backoff: try seconds(node["backoff"], atLeast: 1) ?? 60
        )
    }

    private static func freshWithin(_ node: YAMLNode?) throws(YAMLError) -> Int? {
        guard let node else { return nil }
        try node.checkKeys(["fresh_within"])
        guard let seconds = try seconds(node["fresh_within"], atLeast: 60) else {
            throw node.fail("sla promises nothing; add fresh_within: 2h, or remove it")
        }
        return seconds
    }

    // MARK: Values

    private static func read<Value>(
        _ node: YAMLNode,
        _ body: () throws(ScheduleError) -> Value
    ) throws(YAMLError) -> Value {
        do {
            return try body()
        } catch {
            throw node.fail(error.message)
        }
    }

    private static func list(_ node: YAMLNode) throws(YAMLError) -> [String] {
        guard case .sequence(let items) = node.content else { return [try node.string()] }
        var texts: [String] = []
        for item in items { texts.append(try item.string()) }
        return texts
    }

    fileprivate static func seconds(_ node: YAMLNode?, atLeast least: Int) throws(YAMLError) -> Int? {
        guard let node else { return nil }
        let text = try node.string()
        guard let seconds = text == "0" ? 0 : LengthText.seconds(text), seconds >= least else {
            throw node.fail("\(text) is no length of time here; write \(LengthText.forms)")
        }
        return seconds
    }

    fileprivate static func number(_ node: YAMLNode?, in bounds: ClosedRange<Int>) throws(YAMLError) -> Int? {
        guard let node else { return nil }
        let number = try node.int()
        guard bounds.contains(number) else {
            throw node.fail("\(number) is not in \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return number
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(_ node: YAMLNode?) throws(YAMLError)
        -> Choice?
    where Choice.RawValue == String {
        guard let node else { return nil }
        let text = try node.string()
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw node.fail("\(text) is none of \(known)")
        }
        return choice
    }
}

extension FileFaults {
    /// A length of time in seconds.
    fileprivate mutating func seconds(_ node: YAMLNode?, atLeast least: Int) -> Int? {
        take(else: nil) { () throws(YAMLError) in try ScheduleKeys.seconds(node, atLeast: least) }
    }

    /// A whole number within bounds.
    fileprivate mutating func number(_ node: YAMLNode?, in bounds: ClosedRange<Int>) -> Int? {
        take(else: nil) { () throws(YAMLError) in try ScheduleKeys.number(node, in: bounds) }
    }
}
