import CDeflate
import Core

/// Whole gzip bodies into the bytes they stand for.
enum Inflater {
    private enum Outcome {
        case done
        case full
        case corrupt
    }

    /// All members of a gzip body, at most `limit` bytes (I7).
    ///
    /// Throws `http.too_large` past the limit and `http.bad_encoding` for anything that is not whole and right.
    static func inflate(_ input: [UInt8], limit: Int, from address: HTTPAddress) throws(HTTPError) -> [UInt8]
    {
        var capacity = max(1, min(limit, max(announcedSize(input), input.count)))
        while true {
            var outcome = Outcome.corrupt
            let output = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                (outcome, count) = unsafe members(
                    of: input,
                    into: UnsafeMutableRawBufferPointer(buffer)
                )
            }
            switch outcome {
            case .done: return output
            case .corrupt:
                throw HTTPError(.badEncoding, "\(address.logged): the gzip body is damaged or cut off")
            case .full where capacity >= limit:
                throw HTTPError(.tooLarge, "\(address.logged): the body inflates to more than \(limit) bytes")
            case .full: capacity = min(limit, capacity * 4)
            }
        }
    }

    /// What the trailer says: a hint only, it stands for the last member and may lie.
    private static func announcedSize(_ input: [UInt8]) -> Int {
        input.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private static func members(of input: [UInt8], into output: UnsafeMutableRawBufferPointer) -> (
        Outcome, Int
    ) {
        guard let decompressor = unsafe libdeflate_alloc_decompressor() else { return (.corrupt, 0) }
        defer { unsafe libdeflate_free_decompressor(decompressor) }
        return unsafe input.withUnsafeBytes { input in
            var (read, written) = (0, 0)
            repeat {
                var (used, made) = (0, 0)
                let result = unsafe libdeflate_gzip_decompress_ex(
                    decompressor,
                    input.baseAddress.map { unsafe $0 + read },
                    input.count - read,
                    output.baseAddress.map { unsafe $0 + written },
                    output.count - written,
                    &used,
                    &made
                )
                switch result {
                case LIBDEFLATE_SUCCESS: (read, written) = (read + used, written + made)
                case LIBDEFLATE_INSUFFICIENT_SPACE: return (.full, 0)
                default: return (.corrupt, 0)
                }
            } while read < input.count
            return (.done, written)
        }
    }
}
