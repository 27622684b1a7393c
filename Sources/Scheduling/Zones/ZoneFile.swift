import Glibc

/// A file of the time zone database: the only place that opens one.
struct ZoneFile {
    /// Which file it is, and in which state: another answer means that it must be read again.
    struct Identity: Hashable, Sendable {
        var device: UInt64
        var node: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    /// The largest files of the database, its text among them, have some hundred kilobytes.
    private static let maximumBytes: Int64 = 4 << 20

    private let descriptor: Int32
    let identity: Identity

    /// Opens a regular file and does `body` with it; nil where there is none.
    static func with<Value, Failure: Error>(
        _ path: String,
        _ body: (ZoneFile) throws(Failure) -> Value
    ) throws(Failure) -> Value? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size <= maximumBytes
        else { return nil }
        let identity = Identity(
            device: UInt64(status.st_dev),
            node: UInt64(status.st_ino),
            size: Int64(status.st_size),
            seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec
        )
        return try body(ZoneFile(descriptor: descriptor, identity: identity))
    }

    /// Its bytes up to a limit; nil where it cannot be read.
    func bytes(limit: Int = .max) -> [UInt8]? {
        let wanted = min(Int(identity.size), limit)
        var isBroken = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            while count < wanted {
                let got = unsafe Glibc.read(
                    descriptor,
                    buffer.baseAddress?.advanced(by: count),
                    wanted - count
                )
                if got < 0, errno == EINTR { continue }
                isBroken = got < 0
                guard got > 0 else { return }
                count += got
            }
        }
        return isBroken ? nil : bytes
    }
}
