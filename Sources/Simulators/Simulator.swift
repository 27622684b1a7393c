package import Web

/// A stand-in for a service: one account of it, over a socket or in the same process, under a clock of its own.
package protocol Simulator: AnyObject, Sendable {
    /// The clock of the account.
    var clock: VirtualClock { get }
    /// What goes wrong; may change while it runs.
    var faultPlan: FaultPlan { get }
    /// With what a client comes in, in a few words.
    var credential: String { get }
    /// The port, while it listens.
    var port: UInt16? { get }
    /// How often each path was asked for, by status, or by the fault that took the answer's place.
    var requests: [String: [String: Int]] { get }

    /// The answer to a request, without a socket; a delay in it is of virtual time.
    func answer(_ request: WebRequest) -> WebResponse
    /// The configuration with which `sluice sync --config` reads this account.
    func configurationFile() -> String
    /// Listens; the port it listens on.
    ///
    /// - Throws: if it cannot listen, or not write the configuration file.
    @discardableResult
    func start() throws(SimulatorError) -> UInt16
    /// Closes all connections; must be called once it was started.
    func stop()
}
