import Core
import Daemon
import JSON
import Scheduling

/// A line of `sluice runs`: a run, or ticks that did not run.
struct RunRow {
    var at: Instant
    var schedule: String
    var run: String
    var status: String
    var events: Int?
    var seconds: Int?
    var text: String
    var json: JSONValue
}

extension RunRow {
    init(_ start: RunStart, at time: Instant) {
        self.init(
            at: time,
            schedule: start.schedule ?? start.account.text,
            run: start.run,
            status: "running",
            text: start.trigger == "schedule" ? "" : start.trigger,
            json: [
                "at": .string(time.rfc3339(fractionDigits: 3)), "kind": "run", "run": .string(start.run),
                "schedule": start.schedule.map(JSONValue.string) ?? .null,
                "account": .string(start.account.text), "trigger": .string(start.trigger),
                "status": "running",
            ]
        )
    }

    init(_ finish: RunFinish) {
        let start = RunStart(
            run: finish.run,
            account: finish.account,
            schedule: finish.schedule,
            trigger: "schedule"
        )
        self.init(start, at: finish.started)
        take(finish, at: finish.started)
    }

    mutating func take(_ finish: RunFinish, at end: Instant) {
        status = finish.status.rawValue
        events = (finish.outcome["records"]?.int ?? 0) + (finish.outcome["deletes"]?.int ?? 0)
        seconds = Int(end.since(finish.started).components.seconds)
        if let message = finish.errorMessage { text = message }
        guard case .object(let members) = json else { return }
        json = .object(
            members.filter { $0.name != "status" } + [
                .init(name: "status", value: .string(status)),
                .init(name: "ended", value: .string(end.rfc3339(fractionDigits: 3))),
                .init(name: "exit_code", value: .number(finish.exitCode)),
                .init(name: "error_code", value: finish.errorCode.map(JSONValue.string) ?? .null),
                .init(name: "error_message", value: finish.errorMessage.map(JSONValue.string) ?? .null),
                .init(name: "outcome", value: finish.outcome),
            ]
        )
    }

    init(_ schedule: String, _ ticks: SkippedTicks, at time: Instant) {
        self.init(
            at: ticks.first,
            schedule: schedule,
            run: ticks.count == 1 ? "" : "\(ticks.count) ticks to \(ticks.last.rfc3339())",
            status: "skipped",
            text: ticks.reason.text,
            json: [
                "at": .string(time.rfc3339(fractionDigits: 3)), "kind": "skipped",
                "schedule": .string(schedule),
                "first": .string(ticks.first.rfc3339(fractionDigits: 3)),
                "last": .string(ticks.last.rfc3339(fractionDigits: 3)), "count": .number(ticks.count),
                "reason": .string(ticks.reason.code), "text": .string(ticks.reason.text),
            ]
        )
    }
}
