import Core
import JSON

/// What an attempt at a run came to.
struct RunResult: Sendable {
    var end: RunEnd
    var started: Instant
    /// As `sluice sync --output json` gives it, without secrets; null where nothing was read.
    var outcome: JSONValue = .null
    var exitCode: Int32 = 1
    var errorCode: String?
}

extension RunFinish {
    /// The end of a run as it is written down.
    init(_ active: DaemonService.Active, _ view: RunView, _ end: RunEnd) {
        let result = active.result
        self.init(
            run: active.order.run,
            schedule: active.order.schedule,
            account: active.order.account,
            status: end.status,
            exitCode: Int(result?.exitCode ?? 1),
            outcome: result?.outcome ?? .null,
            errorCode: view.errorCode ?? result?.errorCode,
            errorMessage: view.errorMessage,
            attempts: active.order.attempt,
            started: result?.started ?? view.started
        )
    }
}
