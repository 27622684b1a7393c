import Core
import Daemon
import Foundation
import Glibc
import Scheduling
import Synchronization
import Telemetry
import Testing

struct ServiceNotifierTests {
    @Test(arguments: [false, true])
    func tellsTheManager(isAbstract: Bool) throws {
        let manager = try ManagerSocket(isAbstract: isAbstract)
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": manager.name])
        notifier.send(.ready(status: "2 schedules"))
        notifier.send(.watchdog)
        notifier.send(.extendTimeout(.milliseconds(25_500)))
        notifier.send(.stopping(status: "ending"))
        #expect(manager.message() == "READY=1\nSTATUS=2 schedules")
        #expect(manager.message() == "WATCHDOG=1")
        #expect(manager.message() == "EXTEND_TIMEOUT_USEC=25500000")
        #expect(manager.message() == "STOPPING=1\nSTATUS=ending")
        #expect(manager.message() == nil)
    }

    @Test func aReloadHasTheKernelsTime() throws {
        let manager = try ManagerSocket(isAbstract: true)
        func uptime() throws -> Double {
            let text = try String(contentsOfFile: "/proc/uptime", encoding: .utf8)
            return try #require(text.split(separator: " ").first.flatMap { Double($0) })
        }
        ServiceNotifier(environment: ["NOTIFY_SOCKET": manager.name]).reloading()
        let match = try #require(manager.message()?.wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=(\d+)/))
        let seconds = try #require(Double(match.1)) / 1e6
        // What the machine slept counts as uptime only.
        let now = try uptime()
        #expect(seconds > 0 && seconds <= now + 1)
    }

    @Test(
        arguments: [
            (["WATCHDOG_USEC": "60000000"], .seconds(30)),
            (["WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "\(getpid())"], .seconds(30)),
            (["WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"], nil),
            (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "soon"], nil), ([:], nil),
        ] as [([String: String], Duration?)]
    )
    func watchdog(environment: [String: String], interval: Duration?) throws {
        let manager = try ManagerSocket(isAbstract: true)
        let all = environment.merging(["NOTIFY_SOCKET": manager.name]) { $1 }
        #expect(ServiceNotifier(environment: all).watchdogInterval == interval)
        // Who cannot be told of signs waits for none.
        #expect(ServiceNotifier(environment: environment).watchdogInterval == nil)
    }

    @Test(arguments: ["", "vsock:2:1234", "/", "@", "relative", "/" + String(repeating: "x", count: 200)])
    func withoutASocketNothingHappens(address: String) {
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000"])
        notifier.send(.watchdog)
        #expect(notifier.watchdogInterval == nil)
    }

    @Test func aManagerThatIsGoneIsLogged() {
        let lines = Lines()
        let log = Logger(format: .text, writer: lines.write)
        ServiceNotifier(environment: ["NOTIFY_SOCKET": "/tmp/sluice-nobody"], log: log).send(.watchdog)
        #expect(lines.text.contains("the service manager was not told"))
        #expect(lines.text.contains("errno=\(ENOENT)"))
    }

    @Test func aStatusIsOneLine() {
        #expect(ServiceNotifier.Message.status("a\nREADY=1\u{0}b").text == "STATUS=a READY=1 b")
    }

    @Test func statusSaysWhatCounts() throws {
        let schedule = Schedule(
            id: "crm",
            timetable: Timetable([.every(try EveryInterval(seconds: 60))], zone: .utc)
        )
        let next = Upcoming(schedule: schedule).ticks(after: DaemonViews.time(18), count: 1)
        var view = DaemonViews.view(
            at: DaemonViews.time(18),
            schedules: [DaemonViews.schedule(next: next), DaemonViews.schedule("erp")],
            runs: [DaemonViews.run(), DaemonViews.run(ended: DaemonViews.time(2))]
        )
        #expect(ServiceNotifier.status(of: view) == "2 schedules, 1 running, next crm in 42s")
        view.schedules.removeLast()
        view.trouble = "Kafka is away"
        view.faults = [.init(path: "a", messages: [])]
        view.isDraining = true
        #expect(
            ServiceNotifier.status(of: view)
                == "1 schedule, 1 running, Kafka is away, 1 file not loaded, ending"
        )
        view = DaemonViews.view()
        #expect(ServiceNotifier.status(of: view) == "0 schedules, 0 running")
    }

    private final class Lines: Sendable {
        private let all = Locked("")
        var text: String { all.withLock { $0 } }
        func write(_ bytes: [UInt8]) { all.withLock { $0 += String(decoding: bytes, as: UTF8.self) } }
    }
}
