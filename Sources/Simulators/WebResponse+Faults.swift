import Web

extension WebResponse {
    /// The faults of a connection, the same for every service.
    ///
    /// `cut_body` closes it in the middle of the body; `slow` answers after `seconds` (10); `silence` never; `reset`
    /// resets it. Some have `reset_body` besides, which does so in the middle of the body.
    static let connectionFaults = ["reset", "silence", "cut_body", "slow"]

    /// The answer after a fault of the connection; as it was where the fault is none of them.
    func spoiled(_ name: String, _ fault: FaultPlan.Fault) -> WebResponse {
        var response = self
        let bytes: [UInt8] = if case .bytes(let bytes) = body { bytes } else { [] }
        switch name {
        case "cut_body": response.body = .cut(bytes, after: bytes.count / 2)
        case "reset_body": response.body = .reset(bytes, after: bytes.count / 2)
        case "reset": response.body = .reset(bytes, after: nil)
        case "silence": response.body = .silence
        case "slow": response.body = .delayed(.seconds(fault.seconds ?? 10), body)
        default: break
        }
        return response
    }

    /// What to count it as: its status, or what happened in its place.
    var outcome: String {
        switch body {
        case .cut: "cut"
        case .reset: "reset"
        case .silence: "silence"
        case .bytes, .stream, .delayed: String(status)
        }
    }
}
