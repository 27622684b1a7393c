import CZlib
import Core

/// Inflates a gzip body that comes in pieces, all of its members, so much at a time.
@safe
final class GzipStream: @unchecked Sendable {
    // Safe to share: who reads the body calls it, one call at a time; `stream` has one address, as zlib demands, and
    // lives until deinit.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var input: [UInt8] = []
    private var position = 0
    /// Whether all that was given so far is whole: before the first byte, and behind every member.
    private var isBetweenMembers = true
    /// Whether the last call filled its portion, so that zlib may hold more back.
    private var hasMore = false

    /// What one call gives at the most (I7): a few bytes can stand for a thousand times as many.
    private static let portion = 256 << 10

    init() throws(HTTPError) {
        unsafe stream.initialize(to: z_stream())
        guard unsafe sluice_inflate_start(stream) == Z_OK else {
            unsafe stream.deallocate()
            throw HTTPError(.protocolError, "zlib could not be started: out of memory?")
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Whether the body may end here.
    var isWhole: Bool { isBetweenMembers && position == input.count }

    /// Takes the next piece of the body, once `next` has nothing more to give.
    func feed(_ piece: [UInt8]) {
        input = piece
        position = 0
    }

    /// The next bytes that it stands for; nil where another piece is needed first.
    ///
    /// Throws `http.bad_encoding` for what is no gzip, or damaged.
    func next(from address: HTTPAddress) throws(HTTPError) -> [UInt8]? {
        guard hasMore || position < input.count else { return nil }
        var isSound = true
        let output = unsafe [UInt8](unsafeUninitializedCapacity: Self.portion) { buffer, count in
            (isSound, count) = unsafe inflate(into: buffer)
        }
        guard isSound else {
            throw HTTPError(.badEncoding, "\(address.logged): the gzip body is damaged")
        }
        return output.isEmpty ? nil : output
    }

    private func inflate(into buffer: UnsafeMutableBufferPointer<UInt8>) -> (isSound: Bool, count: Int) {
        unsafe stream.pointee.next_out = buffer.baseAddress
        unsafe stream.pointee.avail_out = UInt32(buffer.count)
        let isSound = unsafe input.withUnsafeMutableBufferPointer { bytes in
            unsafe stream.pointee.next_in = bytes.baseAddress.map { unsafe $0 + position }
            unsafe stream.pointee.avail_in = UInt32(bytes.count - position)
            defer { unsafe position = bytes.count - Int(stream.pointee.avail_in) }
            return inflateMembers()
        }
        let left = unsafe Int(stream.pointee.avail_out)
        hasMore = left == 0
        return (isSound, buffer.count - left)
    }

    /// Inflates until there is no room or no input; false where the input is no gzip.
    private func inflateMembers() -> Bool {
        while unsafe stream.pointee.avail_out > 0 {
            if isBetweenMembers {
                guard unsafe stream.pointee.avail_in > 0 else { return true }
                guard unsafe inflateReset(stream) == Z_OK else { return false }
                isBetweenMembers = false
            }
            switch unsafe CZlib.inflate(stream, Z_NO_FLUSH) {
            case Z_OK: break
            case Z_STREAM_END: isBetweenMembers = true
            // Nothing more can be done without more input, or more room.
            case Z_BUF_ERROR: return true
            default: return false
            }
        }
        return true
    }
}
