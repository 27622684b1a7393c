import Core
import Scheduling
import YAML

extension ScheduleKeys {
    /// The keys of a file that say when it runs.
    static let names = [
        "when", "time_zone", "dst", "start", "end", "catchup", "catchup_window", "catchup_max", "overlap",
        "jitter", "start_within", "pause_after_failures", "timeout", "retries", "pool", "priority", "exclude",
        "include", "exclude_action",
    ]

    /// How other programs call some of them.
    private static let synonyms = [
        "cron": "when", "schedule": "when", "every": "when: \"@every 90m\"", "calendar": "when",
        "timezone": "time_zone", "tz": "time_zone", "catch_up": "catchup", "catchup_policy": "catchup",
        "concurrency": "overlap", "startingDeadlineSeconds": "start_within",
    ]

    /// Reads them from a file's mapping; nil where nothing says when.
    ///
    /// `H` stands for what the name hashes to. The zone is looked up later: what runs at once needs none.
    init?(_ root: YAMLNode, name: String) throws(YAMLError) {
        for member in try root.mapping() {
            guard let meant = Self.synonyms[member.key] else { continue }
            throw member.fail("unknown key \(member.key); write \(meant)")
        }
        guard let when = root["when"] else {
            for member in try root.mapping() where Self.names.contains(member.key) {
                throw member.fail(
                    "\(member.key) says how a schedule runs, and nothing says when; add when: \"0 * * * *\", or remove it"
                )
            }
            return nil
        }
        rules = try Self.rules(when, name)
        timeZone = try PlacedText(root["time_zone"])
        daylight = try Self.choice(root["dst"]) ?? .cron
        start = try PlacedText(root["start"])
        end = try PlacedText(root["end"])
        exclusions = Exclusions(
            excluded: try Self.calendars(root["exclude"]),
            included: try Self.calendars(root["include"]),
            action: try Self.choice(root["exclude_action"]) ?? .skip
        )
        policy = try Self.policy(root)
        timeout = try Self.seconds(root["timeout"], atLeast: 1)
        retries = try Self.retries(root["retries"])
        pool = try PlacedText(root["pool"])
        priority = try Self.number(root["priority"], in: -1000...1000) ?? 0
    }

    // MARK: When

    private static func rules(_ node: YAMLNode, _ name: String) throws(YAMLError) -> [TimeRule] {
        guard case .sequence(let items) = node.content else { return [try rule(node, name)] }
        guard !items.isEmpty else { throw node.fail("when names no time; write \"0 * * * *\", or remove it") }
        var rules: [TimeRule] = []
        for item in items { rules.append(try rule(item, name)) }
        return rules
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

    private static func calendars(_ node: YAMLNode?) throws(YAMLError) -> [NamedCalendar] {
        var calendars: [NamedCalendar] = []
        for item in try node?.sequence() ?? [] {
            try item.checkKeys(["name", "dates", "weekly"])
            var parts: [NamedCalendar.Part] = []
            for date in try item["dates"]?.sequence() ?? [] {
                let text = try date.string()
                parts.append(
                    try read(date) { () throws(ScheduleError) in try NamedCalendar.Part(dates: text) }
                )
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
            calendars.append(NamedCalendar(name, parts))
        }
        return calendars
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

    private static func policy(_ root: YAMLNode) throws(YAMLError) -> TickPolicy {
        let bounds = 1...TickPolicy.maximumCatchUp
        let maximum = try number(root["catchup_max"], in: bounds)
        var catchUp = TickPolicy.CatchUp.latest
        switch try root["catchup"]?.string() {
        case nil, "latest": catchUp = .latest
        case "none": catchUp = .none
        case "all": catchUp = .all(maximum: maximum ?? 10)
        case let text?:
            throw (root["catchup"] ?? root).fail("catchup is latest, none or all, not \(text)")
        }
        if maximum != nil, let node = root["catchup_max"] {
            guard case .all = catchUp else {
                throw node.fail("catchup_max is for catchup: all; add that, or remove it")
            }
        }
        return TickPolicy(
            catchUp: catchUp,
            window: try seconds(root["catchup_window"], atLeast: 1) ?? 86_400,
            overlap: try choice(root["overlap"]) ?? .skip,
            jitter: try seconds(root["jitter"], atLeast: 0) ?? 0,
            startWithin: try seconds(root["start_within"], atLeast: 1),
            pauseAfterFailures: try number(root["pause_after_failures"], in: 1...1000)
        )
    }

    private static func retries(_ node: YAMLNode?) throws(YAMLError) -> Retries? {
        guard let node else { return nil }
        try node.checkKeys(["max", "backoff"])
        return Retries(
            maximum: try number(node["max"], in: 0...100) ?? 3,
            backoff: try seconds(node["backoff"], atLeast: 1) ?? 60
        )
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

    private static func seconds(_ node: YAMLNode?, atLeast least: Int) throws(YAMLError) -> Int? {
        guard let node else { return nil }
        let text = try node.string()
        guard let seconds = text == "0" ? 0 : LengthText.seconds(text), seconds >= least else {
            throw node.fail("\(text) is no length of time here; write \(LengthText.forms)")
        }
        return seconds
    }

    private static func number(_ node: YAMLNode?, in bounds: ClosedRange<Int>) throws(YAMLError) -> Int? {
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
