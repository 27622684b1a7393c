import Core
import Glibc
import Synchronization

/// Takes bytes to where they go: a terminal, a file, a test's array.
package typealias Writer = @Sendable ([UInt8]) -> Void

/// One output that log lines and a redrawn block share: a line goes above the block.
package final class Console: Sendable {
    private struct Footer: Sendable {
        var lines: [String] = []
    }

    private let footer = Locked(Footer())
    private let output: Writer

    /// A console over an output.
    package init(output: @escaping Writer = Console.standardError) { self.output = output }

    /// Writes whole lines, above the block if there is one.
    package func write(_ bytes: [UInt8]) {
        // The output is what the lock guards: two writers in between would tear the block. Nothing that
        // `output` does comes back here.
        footer.withLock { footer in
            output(Self.erasure(of: footer) + bytes + Self.drawing(of: footer))
        }
    }

    /// Puts a block of lines in place of the last one.
    package func redraw(_ lines: [String]) {
        footer.withLock { footer in
            let erasure = Self.erasure(of: footer)
            footer.lines = lines
            output(erasure + Self.drawing(of: footer))
        }
    }

    /// Leaves the block where it is: what follows goes below it.
    package func keep() {
        footer.withLock { $0.lines = [] }
    }

    private static func erasure(of footer: Footer) -> [UInt8] {
        // Up to the block's first line, then clear all below.
        footer.lines.isEmpty ? [] : Array("\u{1B}[\(footer.lines.count)A\r\u{1B}[J".utf8)
    }

    private static func drawing(of footer: Footer) -> [UInt8] {
        footer.lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    }

    /// Writes to the standard error, in one piece where the system allows; where it does not, there is nobody to tell.
    package static let standardError: Writer = { writeAll($0, to: STDERR_FILENO) }

    /// Writes all of it; gives the system's error where it could not.
    @discardableResult
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return errno }
            rest = rest.dropFirst(count)
        }
        return nil
    }
}
