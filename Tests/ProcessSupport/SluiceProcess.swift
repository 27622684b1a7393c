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

    /// Waits for the end, at most so long; whether it came.
    package func waitForEnd(atMost seconds: Double) async -> Bool {
        await Self.onThread { [ended] in
            guard ended.wait(timeout: .now() + seconds) == .success else { return false }
            ended.signal()
            return true
        }
    }

    /// Blocks a thread made for it, never one that tests run on: there are as few of those as cores.
    private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }

    /// Sends a signal; one to a process that has ended goes nowhere.
    package func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Kills it as the kernel would, and waits until it is gone.
    package func killNow() async {
        signal(SIGKILL)
        _ = await waitForEnd(atMost: 30)
    }

    /// 128 + n for a process that a signal ended.
    package var exitCode: Int32 {
        process.terminationReason == .uncaughtSignal
            ? 128 + process.terminationStatus : process.terminationStatus
    }

    package var standardOutput: String { output.text() }
    package var standardError: String { errors.text() }

    /// The first line of the standard output that holds the text; nil where the process ends or time runs out first.
    package func line(holding text: String, atMost seconds: Double) async -> String? {
        await Self.onThread { [output] in output.line(holding: text, deadline: .now() + seconds) }
    }
}

/// Reads a pipe to its end on a queue of its own, so that a full pipe never stops the process.
private final class OutputCollector: Sendable {
    let pipe = Pipe()
    private let bytes = Mutex<(data: Data, isOver: Bool)>((Data(), false))
    private let arrived = DispatchSemaphore(value: 0)
    private let over = DispatchSemaphore(value: 0)

    init() {
        pipe.fileHandleForReading.readabilityHandler = { [self] handle in
            let chunk = handle.availableData
            bytes.withLock { bytes in
                bytes.data.append(chunk)
                bytes.isOver = chunk.isEmpty
            }
            if chunk.isEmpty {
                handle.readabilityHandler = nil
                over.signal()
            }
            arrived.signal()
        }
    }

    /// All of it; waits for the pipe's end.
    func text() -> String {
        if over.wait(timeout: .now() + 10) == .success { over.signal() }
        return bytes.withLock { String(decoding: $0.data, as: UTF8.self) }
    }

    func line(holding text: String, deadline: DispatchTime) -> String? {
        while true {
            let (found, isOver) = bytes.withLock { bytes in
                let lines = String(decoding: bytes.data, as: UTF8.self).split(
                    separator: "\n",
                    omittingEmptySubsequences: false
                )
                return (lines.dropLast().first { $0.contains(text) }.map(String.init), bytes.isOver)
            }
            if found != nil || isOver { return found }
            guard arrived.wait(timeout: deadline) == .success else { return nil }
        }
    }
}
