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
        guard let gzip else { return try await piece() }
        var bytes = try gzip.next(from: transfer.address)
        // A plain loop with one way out: the optimizer of Swift 6.3 crashes over others.
        var hasMore = true
        while bytes == nil, hasMore {
            let piece = try await piece()
            hasMore = piece != nil
            bytes = try inflate(piece, with: gzip)
        }
        return bytes
    }

    /// What a piece of the body stands for, if anything yet; throws where none follows and the gzip is cut.
    private func inflate(_ piece: [UInt8]?, with gzip: GzipStream) throws(HTTPError) -> [UInt8]? {
        guard let piece else {
            guard gzip.isWhole else {
                throw HTTPError(.badEncoding, "\(transfer.address.logged): the gzip body is cut off")
            }
            return nil
        }
        gzip.feed(piece)
        return try gzip.next(from: transfer.address)
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
