import Core
import Foundation
import Synchronization

/// Blocks a thread made for it, never one that tests run on: there are as few of those as cores.
package func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}

/// Reads a pipe to its end on a thread of its own, so that a full pipe never stops the process.
///
/// Not by a handle's `readabilityHandler`: libdispatch crashes now and then when a descriptor is closed, and its number
/// given to another, while the event source on it is being cancelled.
final class OutputCollector: Sendable {
    let pipe = Pipe()
    // No Data: LeakSanitizer cannot see through its tagged pointers.
    private let bytes = Locked<(data: [UInt8], isOver: Bool)>(([], false))
    private let arrived = DispatchSemaphore(value: 0)
    private let over = DispatchSemaphore(value: 0)

    init() {
        Thread.detachNewThread { [self] in
            var isOver = false
            while !isOver {
                // Empty at the end, which comes when the process and its children have closed it.
                let chunk = pipe.fileHandleForReading.availableData
                isOver = chunk.isEmpty
                bytes.withLock { bytes in
                    bytes.data.append(contentsOf: chunk)
                    bytes.isOver = chunk.isEmpty
                }
                arrived.signal()
            }
            // Not when the process is let go of: Foundation waits for processes by select(2), which knows no descriptor
            // beyond 1023, and then for ever.
            try? pipe.fileHandleForReading.close()
            over.signal()
        }
    }

    /// All of it; waits for the pipe's end.
    func text() -> String {
        if over.wait(timeout: .now() + 10) == .success { over.signal() }
        return bytes.withLock { String(decoding: $0.data, as: UTF8.self) }
    }

    func line(holding text: String, times: Int = 1, deadline: DispatchTime) -> String? {
        while true {
            let (found, isOver) = bytes.withLock { bytes in
                let lines = String(decoding: bytes.data, as: UTF8.self).split(
                    separator: "\n",
                    omittingEmptySubsequences: false
                )
                return (
                    lines.dropLast().filter { $0.contains(text) }.dropFirst(times - 1).first.map(String.init),
                    bytes.isOver
                )
            }
            if found != nil || isOver { return found }
            guard arrived.wait(timeout: deadline) == .success else { return nil }
        }
    }
}
