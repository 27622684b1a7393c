import Core
import Synchronization

/// A body that comes while it is read, decoded: libcurl pauses while nobody takes what is there.
final class StreamedBody: HTTPBody {
    private struct State {
        /// Bytes taken that the loop was not told of yet.
        var taken = 0
        var isEnded = false
    }

    /// How many bytes of it may wait to be taken (I7), give or take one read of libcurl's.
    static let window = 1 << 20
    /// How many are taken before the loop is told.
    private static let step = window / 4

    private let transfer: StreamedTransfer
    private let gzip: GzipStream?
    private let state = Locked(State())

    init(_ transfer: StreamedTransfer, gzip: GzipStream?) {
        self.transfer = transfer
        self.gzip = gzip
    }

    deinit { close() }

    func next() async throws -> [UInt8]? {
        try Task.checkCancellation()
        while true {
            if let bytes = try gzip?.next(from: transfer.address) { return bytes }
            guard let piece = try await piece() else {
                guard gzip?.isWhole ?? true else {
                    throw HTTPError(
                        .badEncoding,
                        "\(transfer.address.logged): the gzip body is cut off"
                    )
                }
                return nil
            }
            guard let gzip else { return piece }
            gzip.feed(piece)
        }
    }

    func close() {
        let isOpen = state.withLock { state in
            defer { state.isEnded = true }
            return !state.isEnded
        }
        if isOpen { transfer.cancel() }
    }

    /// What libcurl gave; nil at the end of a whole answer.
    private func piece() async throws -> [UInt8]? {
        guard !state.withLock({ $0.isEnded }) else { return nil }
        switch await transfer.next() {
        case .bytes(let bytes):
            let grant = state.withLock { state in
                state.taken += bytes.count
                guard state.taken >= Self.step else { return 0 }
                defer { state.taken = 0 }
                return state.taken
            }
            if grant > 0 { transfer.grant(grant) }
            return bytes
        case .end(let end):
            state.withLock { $0.isEnded = true }
            try transfer.check(end)
            return nil
        }
    }
}
