import Core
import Synchronization

/// A body that comes in pieces of one size, and may be cut.
package final class PiecesBody: HTTPBody {
    private let rest: Locked<ArraySlice<UInt8>>
    private let size: Int
    private let isCut: Bool

    /// The bytes up to `cut`, where the connection then ends; nil for all of them.
    package init(_ bytes: [UInt8], size: Int = 1000, cut: Int? = nil) {
        rest = Locked(bytes.prefix(cut ?? bytes.count))
        self.size = size
        isCut = cut != nil
    }

    package func next() async throws -> [UInt8]? {
        let piece = rest.withLock { rest in
            defer { rest = rest.dropFirst(size) }
            return Array(rest.prefix(size))
        }
        guard piece.isEmpty else { return piece }
        guard !isCut else { throw HTTPError(.cut, "the connection ended before the whole answer was there") }
        return nil
    }

    package func close() { rest.withLock { $0 = [] } }
}
