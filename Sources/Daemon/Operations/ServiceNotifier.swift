import Core
import JSON
import Scheduling
package import Telemetry

/// Tells systemd how the daemon is (`sd_notify`); says nothing where no manager asked to be told.
package final class ServiceNotifier: Sendable {
    /// What can be told; `text` is what is sent.
    package enum Message: Hashable, Sendable {
        case ready(status: String)
        /// The folder of schedules is read again; `ready` ends it.
        case reloading(monotonicMicroseconds: UInt64)
        case stopping(status: String)
        case status(String)
        /// The scheduler's loop goes on.
        case watchdog
        /// From now on so long, until the next message.
        case extendTimeout(Duration)

        package var text: String {
            switch self {
            case .ready(let status): "READY=1\nSTATUS=\(Self.line(status))"
            case .reloading(let microseconds): "RELOADING=1\nMONOTONIC_USEC=\(microseconds)"
            case .stopping(let status): "STOPPING=1\nSTATUS=\(Self.line(status))"
            case .status(let status): "STATUS=\(Self.line(status))"
            case .watchdog: "WATCHDOG=1"
            case .extendTimeout(let duration):
                "EXTEND_TIMEOUT_USEC=\(max(0, Int64((duration / .microseconds(1)).rounded())))"
            }
        }

        /// A line break would begin another message.
        private static func line(_ text: String) -> String {
            String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        }
    }

    private let socket: NotifySocket?
    private let log: Logger
    /// After so long without a sign the manager ends the process: a sign is due after half of it; nil without a watchdog.
    package let watchdogInterval: Duration?

    /// Whether there is a manager that wants to be told.
    var isListening: Bool { socket != nil }

    /// A notifier for what the environment says.
    package init(environment: [String: String], log: Logger = .silent) {
        self.log = log
        let address = environment["NOTIFY_SOCKET"] ?? ""
        socket = address.isEmpty ? nil : NotifySocket(address)
        if !address.isEmpty, socket == nil {
            log.warning(
                "cannot tell the service manager anything: NOTIFY_SOCKET is no path and no @NAME",
                ["address": .string(address)]
            )
        }
        watchdogInterval = socket == nil ? nil : Self.watchdogInterval(environment)
    }

    private static func watchdogInterval(_ environment: [String: String]) -> Duration? {
        guard let microseconds = environment["WATCHDOG_USEC"].flatMap(Int64.init), microseconds > 0 else {
            return nil
        }
        // Another process may be the one that is watched, and have handed its environment on.
        if let process = environment["WATCHDOG_PID"], Int32(process) != NotifySocket.processID { return nil }
        return .microseconds(microseconds) / 2
    }

    /// Sends a message; one that cannot be sent is logged, and no reason to end.
    package func send(_ message: Message) {
        guard let socket else { return }
        let code = socket.send(message.text)
        if code != 0 {
            log.warning(
                "the service manager was not told",
                ["message": .string(message.text), "errno": .number(code)]
            )
        }
    }

    /// The folder of schedules is about to be read again.
    package func reloading() {
        send(.reloading(monotonicMicroseconds: NotifySocket.monotonicMicroseconds))
    }

    /// The line that `systemctl status` shows: how many schedules there are, what runs, and what comes next.
    package static func status(of view: DaemonView) -> String {
        func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        var parts = [count(view.schedules.count, "schedule")]
        parts.append("\(view.runs.count { $0.ended == nil }) running")
        if let trouble = view.trouble { parts.append(trouble) }
        if !view.faults.isEmpty { parts.append("\(count(view.faults.count, "file")) not loaded") }
        let upcoming = view.schedules.compactMap { schedule in
            schedule.next.first { $0.skip == nil && $0.deferral == nil }.map {
                (due: $0.due, id: schedule.id)
            }
        }
        if view.isDraining {
            parts.append("ending")
        } else if let next = upcoming.min(by: { ($0.due, $0.id) < ($1.due, $1.id) }) {
            let wait = max(0, Int((next.due.since(view.at) / .seconds(1)).rounded(.up)))
            parts.append(wait == 0 ? "next \(next.id) now" : "next \(next.id) in \(LengthText.short(wait))")
        }
        return parts.joined(separator: ", ")
    }
}
