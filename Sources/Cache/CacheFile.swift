import CLMDB
import Glibc

/// An LMDB file with one table; with `CacheTransaction` the only Swift code that calls the library.
///
/// The library's own locks are off: whoever has the file uses it from one thread at a time, and holds its folder's
/// lock. Commits go to the kernel and not to the disk: `sync` does that.
///
/// Pages are changed in the file's mapped memory, half the cost of writing each and none of the process's own memory.
/// Touching a page for which the disk has no room would end the process, so room is reserved before it is mapped.
@safe
final class CacheFile {
    private let environment: OpaquePointer
    private let table: MDB_dbi
    /// The transaction that reads, used again and again.
    private let reader: OpaquePointer
    private let limit: Int
    /// The bytes that are reserved and mapped.
    private var size: Int
    private var isClosed = false

    private static let smallest = 256 << 10
    private static let page = 4096

    /// Opens the file, new where it is not there; it never grows over `limit` bytes.
    init(path: String, limit: Int) throws(CacheFault) {
        self.limit = limit
        size = max(min(Self.smallest, limit / Self.page * Self.page), Self.length(of: path))
        var created: OpaquePointer?
        try unsafe Self.check(mdb_env_create(&created), "making")
        guard let environment = unsafe created else { preconditionFailure("out of memory") }
        var table: MDB_dbi = 0
        var reader: OpaquePointer?
        do throws(CacheFault) {
            try unsafe Self.check(mdb_env_set_mapsize(environment, size), "sizing")
            let flags = UInt32(MDB_NOSUBDIR | MDB_WRITEMAP | MDB_NOSYNC | MDB_NOTLS | MDB_NOLOCK)
            try unsafe Self.check(mdb_env_open(environment, path, flags, 0o600), "opening")
            try unsafe Self.reserve(size, of: environment)
            var writer: OpaquePointer?
            try unsafe Self.check(mdb_txn_begin(environment, nil, 0, &writer), "opening")
            let code = unsafe mdb_dbi_open(writer, nil, 0, &table)
            guard code == MDB_SUCCESS else {
                unsafe mdb_txn_abort(writer)
                throw Self.fault(code, "opening")
            }
            try unsafe Self.check(mdb_txn_commit(writer), "opening")
            try unsafe Self.check(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &reader), "opening")
        } catch {
            unsafe mdb_env_close(environment)
            throw error
        }
        guard let reader = unsafe reader else { preconditionFailure("LMDB gave no transaction") }
        unsafe mdb_txn_reset(reader)
        unsafe self.environment = unsafe environment
        self.table = table
        unsafe self.reader = unsafe reader
    }

    deinit { close() }

    /// The number of the last transaction, and the bytes that a whole file has at least.
    var extent: (transaction: Int, bytes: Int) {
        var info = unsafe MDB_envinfo()
        var statistics = MDB_stat()
        unsafe mdb_env_info(environment, &info)
        unsafe mdb_env_stat(environment, &statistics)
        return unsafe (info.me_last_txnid, (info.me_last_pgno + 1) * Int(statistics.ms_psize))
    }

    /// Runs `body` on what was committed last.
    func read<Value>(_ body: (CacheTransaction) throws(CacheFault) -> Value) throws(CacheFault) -> Value {
        try unsafe Self.check(mdb_txn_renew(reader), "reading")
        defer { unsafe mdb_txn_reset(reader) }
        return try unsafe body(CacheTransaction(handle: reader, table: table))
    }

    /// Runs `body`, whose changes stand together or not at all; again from its start where the file had to grow.
    func write<Value>(_ body: (CacheTransaction) throws(CacheFault) -> Value) throws(CacheFault) -> Value {
        while true {
            do throws(CacheFault) {
                return try writeOnce(body)
            } catch {
                guard error.kind == .mapFull, size < limit / Self.page * Self.page else { throw error }
            }
            try grow()
        }
    }

    private func grow() throws(CacheFault) {
        let larger = min(max(size * 2, Self.smallest), size + 256 << 20, limit / Self.page * Self.page)
        try unsafe Self.reserve(larger, of: environment)
        try unsafe Self.check(mdb_env_set_mapsize(environment, larger), "growing")
        size = larger
    }

    /// Takes the room on the disk, or says that there is none; by the open file, which may have no name any more.
    private static func reserve(_ size: Int, of environment: OpaquePointer) throws(CacheFault) {
        var descriptor: Int32 = -1
        try unsafe check(mdb_env_get_fd(environment, &descriptor), "growing")
        var code = posix_fallocate(descriptor, 0, off_t(size))
        while code == EINTR { code = posix_fallocate(descriptor, 0, off_t(size)) }
        try check(code, "growing")
    }

    private static func length(of path: String) -> Int {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? Int(status.st_size) / page * page : 0
    }

    private func writeOnce<Value>(_ body: (CacheTransaction) throws(CacheFault) -> Value) throws(CacheFault)
        -> Value
    {
        var begun: OpaquePointer?
        try unsafe Self.check(mdb_txn_begin(environment, nil, 0, &begun), "writing to")
        guard let handle = unsafe begun else { preconditionFailure("LMDB gave no transaction") }
        let value: Value
        do throws(CacheFault) {
            value = try unsafe body(CacheTransaction(handle: handle, table: table))
        } catch {
            unsafe mdb_txn_abort(handle)
            throw error
        }
        // Freed by the call, whatever it answers.
        try unsafe Self.check(mdb_txn_commit(handle), "writing to")
        return value
    }

    /// Brings to the disk what was committed.
    func sync() throws(CacheFault) { try unsafe Self.check(mdb_env_sync(environment, 1), "syncing") }

    /// Frees everything.
    ///
    /// Safe to call again; no other call may follow.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        unsafe mdb_txn_abort(reader)
        unsafe mdb_env_close(environment)
    }

    static func check(_ code: Int32, _ attempt: String) throws(CacheFault) {
        guard code == MDB_SUCCESS else { throw fault(code, attempt) }
    }

    static func fault(_ code: Int32, _ attempt: String) -> CacheFault {
        let reason = unsafe mdb_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        let kind: CacheFault.Kind =
            switch code {
            // A write that a full disk cut short is an EIO of the library's.
            case MDB_MAP_FULL: .mapFull
            case ENOSPC, EDQUOT, EFBIG, EIO, MDB_TXN_FULL: .full
            case EACCES, EROFS, EPERM, ENOENT, ENOTDIR, ENOMEM, EMFILE, ENFILE, EINVAL: .failed
            default: .damaged
            }
        return CacheFault(kind: kind, attempt: attempt, reason: reason)
    }
}
