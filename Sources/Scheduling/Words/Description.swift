package import Core

extension TimeRule {
    /// The rule in words, without its zone: `every 15 minutes past hours 8 to 18, Monday to Friday`.
    package var words: String {
        switch self {
        case .every(let interval):
            let phase = interval.phase == 0 ? "" : ", \(LengthText.words(interval.phase)) after the full one"
            return "every \(LengthText.words(interval.seconds))\(phase), counted in UTC"
        case .cron(let cron):
            let times = TimeWords.times(second: cron.second, minute: cron.minute, hour: cron.hour)
            return joined(times, DateWords.days(cron), isDaily: !cron.hour.isStar)
        case .calendar(let calendar):
            let times =
                calendar.times.isEmpty
                ? TimeWords.times(second: .only(0, .second), minute: calendar.minute, hour: calendar.hour)
                : "at " + DateWords.list(calendar.times.map { LocalTime(seconds: Int64($0)).timeText })
            return joined(times, DateWords.days(calendar), isDaily: !calendar.hour.isStar)
        }
    }

    private func joined(_ times: String, _ days: String, isDaily: Bool) -> String {
        guard days.isEmpty else { return "\(times), \(days)" }
        return isDaily && times.hasPrefix("at ") ? "\(times), every day" : times
    }
}

extension Timetable {
    /// The timetable in words: `every 15 minutes past hours 8 to 18, Monday to Friday, Europe/Berlin`.
    package var words: String {
        var parts = [rules.map(\.words).joined(separator: "; and ")]
        if rules.contains(where: { if case .every = $0 { false } else { true } }) { parts.append(zone.name) }
        if let start { parts.append("from \(zone.local(start).text)") }
        if let end { parts.append("until \(zone.local(end).text)") }
        return parts.joined(separator: ", ")
    }

    /// What the next changes of the clocks do to ticks, in a year from an instant: one sentence each.
    package func daylightNotes(from instant: Instant) -> [String] {
        var notes: [String] = []
        var second = instant.seconds
        let end = second + 366 * 86_400
        while let change = zone.transition(after: second), change.at < end {
            second = change.at
            if let note = note(on: change) { notes.append(note) }
        }
        return notes
    }

    private func note(on change: ZoneTransition) -> String? {
        let before = LocalTime(seconds: change.at + Int64(change.before.seconds))
        let after = LocalTime(seconds: change.at + Int64(change.after.seconds))
        let size = abs(change.shift)
        guard size > 0, size < 12 * 3600 else { return nil }
        guard let time = firstFixed(from: min(before, after), before: max(before, after)) else { return nil }
        let day = DateWords.date(time.date)
        guard change.shift > 0 else {
            let passes = daylight == .both ? "runs in both passes" : "runs once, in the first pass"
            return "on \(day) \(time.timeText) comes twice: \(passes)"
        }
        let answer = daylight == .skip ? "does not run" : "runs at \(after.timeText)"
        return "on \(day) \(time.timeText) does not exist: \(answer)"
    }
}

extension Schedule {
    /// What it does where a tick cannot simply run: one sentence each.
    package var policyWords: [String] {
        var words: [String] = []
        switch policy.catchUp {
        case .none: words.append("missed ticks are not made up for")
        case .latest:
            words.append(
                "one run makes up for all ticks missed in the last \(LengthText.words(policy.window))"
            )
        case .all(let maximum):
            words.append(
                "each tick missed in the last \(LengthText.words(policy.window)) is made up for, up to \(maximum) of them"
            )
        }
        switch policy.overlap {
        case .skip: words.append("a tick that comes while a run is active is skipped")
        case .queue: words.append("one tick that comes while a run is active waits for its end")
        case .replace:
            words.append("a tick that comes while a run is active ends it after its page, and runs then")
        }
        if policy.jitter > 0 {
            words.append(
                "each start is moved by up to \(LengthText.words(policy.jitter)), always the same for a tick"
            )
        }
        if let within = policy.startWithin {
            words.append("a tick that cannot start within \(LengthText.words(within)) is missed")
        }
        if let failures = policy.pauseAfterFailures {
            words.append("after \(failures) failed run\(failures == 1 ? "" : "s") in a row it pauses itself")
        }
        if !exclusions.isEmpty {
            let action = exclusions.action == .defer ? "wait for its end, one run for all" : "are skipped"
            if !exclusions.excluded.isEmpty {
                words.append(
                    "ticks within \(DateWords.list(exclusions.excluded.map(\.name), "or")) \(action)"
                )
            }
            if !exclusions.included.isEmpty {
                words.append(
                    "ticks outside \(DateWords.list(exclusions.included.map(\.name), "or")) \(action)"
                )
            }
        }
        return words
    }
}
