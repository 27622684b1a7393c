import Core

extension ServiceNotifier {
    /// Tells how the daemon is, and that its loop goes on, until the task is cancelled.
    func follow(_ control: any DaemonControl, _ clock: Monotonic) async {
        guard isListening else { return }
        let pause = watchdogInterval.map { min($0, .seconds(15)) } ?? .seconds(15)
        while !Task.isCancelled {
            let view = await control.outline()
            send(.status(Self.status(of: view)))
            // A loop that hangs gives no sign, and the manager ends it.
            if watchdogInterval != nil, await control.isAlive() { send(.watchdog) }
            do { try await clock.sleep(pause) } catch { return }
        }
    }
}
