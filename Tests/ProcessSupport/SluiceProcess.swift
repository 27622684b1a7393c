import Foundation
import Synchronization

/// The built command (or another program, for it to talk to) as a process of its own: what it prints, how it ends, and
/// a way to kill it.
package final class SluiceProcess: Sendable {
    /// `SLUICE_BINARY`, else the debug build of this checkout.
    package static let binary: String =
        ProcessInfo.processInfo.environment["SLUICE_BINARY"] ?? "\(packageRoot)/.build/debug/sluice"

    package static let packageRoot: String = {
        var path = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { path.deleteLastPathComponent() }
        return path.path
    }()

    private let process: Process
    private let ended = DispatchSemaphore(value: 0)
    private let output: OutputCollector
    private let errors: OutputCollector

    /// Starts `sluice` with these words, and this environment added to the test's own.
    package convenience init(_ words: [String], environment: [String: String] = [:]) throws {
        try self.init(program: Self.binary, words, environment: environment)
    }

    package init(program: String, _ words: [String], environment: [String: String] = [:]) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment
            .merging(["SLUICE_EXTRACTORS": "\(Self.packageRoot)/extractors"]) { $1 }
            .merging(environment) { $1 }
        process.currentDirectoryURL = URL(fileURLWithPath: Self.packageRoot)
        output = OutputCollector()
        errors = OutputCollector()
        process.standardOutput = output.pipe
        process.standardError = errors.pipe
        process.standardInput = FileHandle.nullDevice
        let ended = ended
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
    }

    /// By how much more is waited for what must come (`SLUICE_PATIENCE`): a sanitizer makes all of it slow.
    package static let patience =
        ProcessInfo.processInfo.environment["SLUICE_PATIENCE"].flatMap(Double.init) ?? 1

    /// Waits for the end, at most so long; whether it came.
    ///
    /// A wait of less than ten seconds is a pause, and never made longer.
    package func waitForEnd(atMost seconds: Double) async -> Bool {
        let seconds = seconds < 10 ? seconds : seconds * Self.patience
        return await onThread { [ended] in
            guard ended.wait(timeout: .now() + seconds) == .success else { return false }
            ended.signal()
            return true
        }
    }

    /// Sends a signal; one to a process that has ended goes nowhere.
    package func signal(_ number: Int32) {
        // Its number may be another process's by then.
        guard process.isRunning else { return }
        kill(process.processIdentifier, number)
    }

    /// Waits until a signal has stopped it (SIGSTOP, not the end), at most so long; whether it did.
    package func waitUntilFrozen(atMost seconds: Double) async -> Bool {
        let process = id_t(process.processIdentifier)
        let isStopped = Mutex(false)
        let known = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            var info = unsafe siginfo_t()
            // Looks and takes nothing away: how it ends is Foundation's to learn.
            let code = unsafe waitid(P_PID, process, &info, WSTOPPED | WEXITED | WNOWAIT)
            let isStop = unsafe code == 0 && info.si_code == CLD_STOPPED
            isStopped.withLock { $0 = isStop }
            known.signal()
        }
        return await onThread {
            known.wait(timeout: .now() + seconds * Self.patience) == .success && isStopped.withLock { $0 }
        }
    }

    /// Kills it as the kernel would, and waits until it is gone.
    package func killNow() async {
        signal(SIGKILL)
        _ = await waitForEnd(atMost: 30)
    }

    /// 128 + n for a process that a signal ended, and -1 for one that runs.
    package var exitCode: Int32 {
        // Foundation would trap: a failed wait is to fail one test, not to end them all.
        guard !process.isRunning else { return -1 }
        return process.terminationReason == .uncaughtSignal
            ? 128 + process.terminationStatus : process.terminationStatus
    }

    package var standardOutput: String { output.text() }
    package var standardError: String { errors.text() }

    /// The first line of the standard output that holds the text; nil where the process ends or time runs out first.
    package func line(holding text: String, atMost seconds: Double) async -> String? {
        await onThread { [output] in output.line(holding: text, deadline: .now() + seconds * Self.patience) }
    }

    /// The same of the standard error, or the line that holds the text for the nth time.
    package func errorLine(holding text: String, times: Int = 1, atMost seconds: Double) async -> String? {
        await onThread { [errors] in
            errors.line(holding: text, times: times, deadline: .now() + seconds * Self.patience)
        }
    }
}
