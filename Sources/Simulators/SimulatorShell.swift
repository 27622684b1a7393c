/// What every simulator has around its account: clock, faults, the log of requests and the socket.
package struct SimulatorShell: Sendable {
    let clock: VirtualClock
    let faultPlan: FaultPlan
    let account: any ControlledAccount
    let log = RequestLog()
    let server: SimulatorServer

    /// Around an account that does not listen yet.
    init(_ configuration: SimulatorConfiguration, account: any ControlledAccount) {
        clock = account.clock
        faultPlan = account.faults
        self.account = account
        server = SimulatorServer(configuration, clock: account.clock)
    }
}
