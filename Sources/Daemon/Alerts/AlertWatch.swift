package import Configuration
import Core
import Synchronization

/// Sees what the runs and the daemon come to, and has it told to those who want to hear of it.
package final class AlertWatch: Sendable {
    /// Looks are so far apart at least.
    private static let pause = Duration.seconds(2)
    /// And so many times as long as one takes, which with many schedules is the longer.
    private static let rest = 100

    private let machine: Locked<AlertMachine>
    private let sender: AlertSender
    private let reader: SecretReader
    private let clocks: DaemonClocks

    /// A watch that has not looked yet; `reader` reads the addresses of pings.
    package init(
        repeatEvery: Duration,
        quotaMargin: Int,
        sender: AlertSender,
        reader: SecretReader,
        clocks: DaemonClocks = .system
    ) {
        machine = Locked(AlertMachine(repeatEvery: repeatEvery, quotaMargin: quotaMargin))
        self.sender = sender
        self.reader = reader
        self.clocks = clocks
    }

    /// A run of a schedule has begun.
    func began(_ run: String, of loaded: LoadedSchedule) async {
        guard let addresses = await addresses(of: loaded) else { return }
        if let ping = SchedulePing.start(addresses, run: run) { sender.send(ping) }
    }

    /// A run of a schedule is over, after its last attempt.
    func finished(
        _ run: String,
        _ end: RunEnd,
        _ streams: [RunView.StreamRow],
        of loaded: LoadedSchedule
    ) async {
        let now = clocks.wall()
        let alerts = machine.withLock {
            $0.handle(
                .finished(
                    schedule: loaded.id,
                    account: loaded.account,
                    run: run,
                    end,
                    streams: streams
                ),
                at: now
            )
        }
        for alert in alerts { sender.send(alert) }
        guard let addresses = await addresses(of: loaded) else { return }
        if let ping = SchedulePing.end(addresses, run: run, end) { sender.send(ping) }
    }

    /// Off the shared threads: a reference may be a program.
    private func addresses(of loaded: LoadedSchedule) async -> PingAddresses? {
        guard let keys = loaded.file.schedule?.ping else { return nil }
        return try? await SerialThread.apart { [reader] () throws(ConfigurationError) in
            try keys.addresses(folder: loaded.file.folder, reader: reader)
        }
    }

    /// Looks at the daemon whenever it changed, and when something is to be said again, until the task is cancelled.
    func follow(_ control: any DaemonControl) async {
        while !Task.isCancelled {
            let begun = clocks.monotonic.now()
            let view = await control.outline()
            let cost = clocks.monotonic.now() - begun
            let (alerts, wake) = machine.withLock { machine in
                (machine.handle(.looked(view), at: view.at), machine.wake)
            }
            for alert in alerts { sender.send(alert) }
            do { try await clocks.monotonic.sleep(max(Self.pause, cost * Self.rest)) } catch { return }
            let wait = wake.map { $0.since(clocks.wall()) } ?? .seconds(30)
            await control.change(from: view.revision, within: max(.zero, min(wait, .seconds(30))))
        }
    }

    /// Delivers what is sent, until it is finished or the task is cancelled.
    func deliver() async { await sender.run() }

    /// Takes nothing more; what waits is delivered.
    func finish() { sender.finish() }
}
