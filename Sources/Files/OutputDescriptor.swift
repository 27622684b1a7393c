import Core
import Glibc

/// An open descriptor that lines go to: a pipe, a terminal or a file.
struct OutputDescriptor: Sendable {
    let number: Int32

    /// Writes all of the bytes; a reader that is slow is waited for.
    func write(_ bytes: [UInt8]) throws(StateError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(number, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
            }
            if count > 0 {
                done += count
            } else if count < 0, errno == EAGAIN {
                var ready = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
                unsafe _ = poll(&ready, 1, -1)
            } else if count < 0, errno == EPIPE {
                throw StateError(
                    .outputClosed,
                    "whoever read the standard output has closed it, and so the run ends; what was not committed by "
                        + "then comes again the next time"
                )
            } else if count == 0 || errno != EINTR {
                throw DiskFile.failure("writing to", "the standard output")
            }
        }
    }

    /// Brings to the disk what can be: a pipe has none.
    func sync() throws(StateError) {
        guard fdatasync(number) == 0 || errno == EINVAL || errno == EROFS else {
            throw DiskFile.failure("syncing", "the standard output")
        }
    }
}
