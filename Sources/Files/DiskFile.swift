import Core
import Glibc

/// An open file, written and read at places that the caller names; its owner closes it.
struct DiskFile: Sendable {
    let path: String
    private let descriptor: Int32

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    /// Opens a file for reading and writing; nil where it is not there and is not to be created.
    static func open(_ path: String, creates: Bool) throws(StateError) -> DiskFile? {
        let flags = O_RDWR | O_CLOEXEC | O_NOCTTY | (creates ? O_CREAT : 0)
        let descriptor = unsafe Glibc.open(path, flags, 0o644)
        guard descriptor >= 0 else {
            if errno == ENOENT, !creates { return nil }
            throw failure("opening", path)
        }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            throw StateError(.fileChanged, "\(path) is no file; move it away")
        }
        return DiskFile(path: path, descriptor: descriptor)
    }

    /// A new, empty file, in the place of one that may be there.
    static func create(_ path: String) throws(StateError) -> DiskFile {
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw failure("making", path) }
        return DiskFile(path: path, descriptor: descriptor)
    }

    /// The bytes of a file, nil where it is not there.
    static func contents(of path: String, limit: Int) throws(StateError) -> [UInt8]? {
        guard let file = try open(path, creates: false) else { return nil }
        defer { file.close() }
        let size = try file.status().size
        guard size <= limit else {
            throw StateError(.tooLarge, "\(path) has \(size) bytes, over the \(limit) that it may have")
        }
        return try file.read(0..<size)
    }

    /// Its length, and when it was changed last in nanoseconds since 1970.
    func status() throws(StateError) -> (size: Int, modified: Int) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw Self.failure("looking at", path) }
        // Anybody can set it to a year that nanoseconds do not reach.
        let seconds = min(max(0, status.st_mtim.tv_sec), 9_000_000_000)
        return (Int(status.st_size), seconds * 1_000_000_000 + status.st_mtim.tv_nsec)
    }

    /// Writes all of the bytes.
    func write(_ bytes: [UInt8], at place: Int) throws(StateError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(
                    descriptor,
                    buffer.baseAddress.map { unsafe $0 + done },
                    buffer.count - done,
                    place + done
                )
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("writing", path) }
            done += count
        }
    }

    /// The bytes of a range, fewer where the file ends before.
    func read(_ range: Range<Int>) throws(StateError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(
                    descriptor,
                    buffer.baseAddress.map { unsafe $0 + done },
                    buffer.count - done,
                    range.lowerBound + done
                )
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure("reading", path) }
            if count == 0 { break }
            done += count
        }
        bytes.removeLast(bytes.count - done)
        return bytes
    }

    func truncate(to length: Int) throws(StateError) {
        while ftruncate(descriptor, length) != 0 {
            guard errno == EINTR else { throw Self.failure("cutting", path) }
        }
    }

    /// Brings its bytes and its length to the disk.
    ///
    /// Never tried again after a failure: the kernel may have dropped what it could not write.
    func sync() throws(StateError) {
        guard fdatasync(descriptor) == 0 else { throw Self.failure("syncing", path) }
    }

    func close() { Glibc.close(descriptor) }

    // MARK: Names

    /// Makes a folder and those above it, where they are not there.
    static func makeFolder(_ path: String) throws(StateError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            // Above ours there may be folders that are closed to us, or on a read-only disk.
            guard unsafe mkdir(made, 0o755) != 0 else { continue }
            guard [EEXIST, EROFS, EACCES].contains(errno) else { throw failure("making the folder", made) }
        }
        guard unsafe access(path, W_OK | X_OK) == 0 else { throw failure("writing to the folder", path) }
    }

    /// Gives a file the name of another, whose place it takes.
    static func rename(_ path: String, to name: String) throws(StateError) {
        guard unsafe Glibc.rename(path, name) == 0 else { throw failure("renaming", path) }
    }

    /// Removes a file where it is there.
    static func remove(_ path: String) throws(StateError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure("removing", path) }
    }

    /// Brings a folder's names to the disk.
    static func syncFolder(_ path: String) throws(StateError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("opening the folder", path) }
        defer { Glibc.close(descriptor) }
        // Some file systems cannot sync a folder, and say so: they have no names to lose.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("syncing the folder", path) }
    }

    /// The error of the last call, with the remedy.
    static func failure(_ attempt: String, _ path: String, _ code: Int32 = errno) -> StateError {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        let remedy =
            switch code {
            case ENOSPC, EDQUOT, EFBIG:
                "free some room and run again: nothing is lost, the next run goes on from the last commit"
            case EACCES, EPERM, EROFS: "it must be open to the user that runs sluice"
            default: "nothing is lost: the next run goes on from the last commit"
            }
        return StateError(.diskFailed, "\(attempt) \(path): \(reason); \(remedy)")
    }
}
