import Scheduling

extension ScheduleEntry {
    /// What its file says of ticks that cannot simply run, and of the runs: what `ScheduleView.policies` shows.
    package var policies: [ScheduleView.Policy] {
        tickPolicies + exclusionPolicies + runPolicies
    }

    private var tickPolicies: [ScheduleView.Policy] {
        let policy = schedule.policy
        var lines: [ScheduleView.Policy] = []
        let overlap =
            switch policy.overlap {
            case .skip: "a tick that comes while a run is active is skipped"
            case .queue: "a tick that comes while a run is active waits, one of them"
            case .replace: "a tick that comes while a run is active ends it after its page"
            }
        lines.append(.init(name: "overlap", value: policy.overlap.rawValue, meaning: overlap))
        let (catchUp, meaning) =
            switch policy.catchUp {
            case .none: ("none", "what was missed is not made up for")
            case .latest: ("latest", "one run makes up for all ticks that were missed")
            case .all(let maximum): ("all", "each missed tick is made up for, the last \(maximum) of them")
            }
        lines.append(.init(name: "catchup", value: catchUp, meaning: meaning))
        if policy.catchUp != .none {
            let window = LengthText.short(policy.window)
            let words = "what was missed longer ago is not made up for"
            lines.append(.init(name: "catchup_window", value: window, meaning: words))
        }
        if policy.jitter > 0 {
            let words = "a start comes later by up to so much, always the same for a tick"
            lines.append(.init(name: "jitter", value: LengthText.short(policy.jitter), meaning: words))
        }
        if let limit = policy.startWithin {
            let words = "a tick that could not start so long after it was due is missed"
            lines.append(.init(name: "start_within", value: LengthText.short(limit), meaning: words))
        }
        if let count = policy.pauseAfterFailures {
            let words = "so many failed runs in a row pause the schedule"
            lines.append(.init(name: "pause_after_failures", value: "\(count)", meaning: words))
        }
        return lines
    }

    private var exclusionPolicies: [ScheduleView.Policy] {
        let exclusions = schedule.exclusions
        guard !exclusions.isEmpty else { return [] }
        var lines: [ScheduleView.Policy] = []
        let fate =
            switch exclusions.action {
            case .skip: "are skipped"
            case .defer: "wait for its end, and one run makes up for them"
            }
        if !exclusions.excluded.isEmpty {
            let names = exclusions.excluded.map(\.name).joined(separator: ", ")
            lines.append(.init(name: "exclude", value: names, meaning: "ticks within it \(fate)"))
        }
        if !exclusions.included.isEmpty {
            let names = exclusions.included.map(\.name).joined(separator: ", ")
            lines.append(.init(name: "include", value: names, meaning: "ticks outside of it \(fate)"))
        }
        return lines
    }

    private var runPolicies: [ScheduleView.Policy] {
        var lines: [ScheduleView.Policy] = []
        if let timeout {
            let words = "a run that takes longer is ended"
            lines.append(.init(name: "timeout", value: text(timeout), meaning: words))
        }
        if let retries {
            lines.append(
                .init(
                    name: "retries",
                    value: "\(retries.maximum)",
                    meaning:
                        "a run that something outside made fail is tried again after \(text(retries.backoff)), "
                        + "each time after twice as long"
                )
            )
        }
        lines.append(.init(name: "pool", value: pool, meaning: "its runs take a place of this pool"))
        if priority != 0 {
            let words = "of two that wait for a place the greater goes first"
            lines.append(.init(name: "priority", value: "\(priority)", meaning: words))
        }
        if let freshWithin {
            let words = "the last success may be so old"
            lines.append(.init(name: "sla.fresh_within", value: text(freshWithin), meaning: words))
        }
        return lines
    }

    private func text(_ duration: Duration) -> String { LengthText.short(Int(duration.components.seconds)) }
}
