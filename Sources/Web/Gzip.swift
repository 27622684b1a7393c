import CDeflate

/// Compresses bodies for those who accept it.
@safe
package final class GzipEncoder: @unchecked Sendable {
    // Safe to share: the compressor is only touched under the lock.
    @safe
    private struct Compressor {
        var pointer: OpaquePointer?
    }

    private let compressor: Monitor<Compressor>

    /// Level 1 is the fastest that still finds what repeats; 12 the smallest.
    package init(level: Int = 1) {
        compressor = unsafe Monitor(Compressor(pointer: libdeflate_alloc_compressor(Int32(level))))
    }

    deinit {
        compressor.withLock { compressor in
            if let pointer = unsafe compressor.pointer { unsafe libdeflate_free_compressor(pointer) }
        }
    }

    /// The bytes as one gzip member; nil where memory is short.
    package func encode(_ bytes: [UInt8]) -> [UInt8]? {
        compressor.withLock { compressor in
            guard let pointer = unsafe compressor.pointer else { return nil }
            let bound = unsafe libdeflate_gzip_compress_bound(pointer, bytes.count)
            let encoded = unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
                count = unsafe libdeflate_gzip_compress(
                    pointer,
                    bytes,
                    bytes.count,
                    buffer.baseAddress,
                    buffer.count
                )
            }
            return encoded.isEmpty ? nil : encoded
        }
    }

    /// The response with its body encoded, where the request accepts that and the body is worth it.
    package func encode(_ response: WebResponse, for request: WebRequest) -> WebResponse {
        guard Self.accepts(request), let body = encode(response.body) else { return response }
        var response = response
        response.body = body
        response.headers.append("Content-Encoding", "gzip")
        response.headers.append("Vary", "Accept-Encoding")
        return response
    }

    private func encode(_ body: WebResponse.Body) -> WebResponse.Body? {
        switch body {
        case .bytes(let bytes):
            bytes.count < 1024 ? nil : encode(bytes).map { .bytes($0) }
        case .cut(let bytes, let after):
            // Cut at the same share of what is sent.
            encode(bytes).map { .cut($0, after: bytes.isEmpty ? 0 : $0.count * after / bytes.count) }
        case .delayed(let delay, let inner):
            encode(inner).map { .delayed(delay, $0) }
        case .stream, .reset, .silence:
            nil
        }
    }

    /// Whether `Accept-Encoding` names gzip without refusing it.
    package static func accepts(_ request: WebRequest) -> Bool {
        request.headers.all("Accept-Encoding").contains { field in
            field.lowercased().split(separator: ",").contains { coding in
                let parts = coding.split(separator: ";").map { $0.filter { $0 != " " } }
                guard parts.first == "gzip" || parts.first == "*" else { return false }
                guard let quality = parts.dropFirst().first(where: { $0.hasPrefix("q=") }) else {
                    return true
                }
                return (Double(quality.dropFirst(2)) ?? 1) > 0
            }
        }
    }
}
