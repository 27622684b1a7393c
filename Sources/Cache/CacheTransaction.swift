import CLMDB

/// A transaction of a `CacheFile`, valid inside the call that gave it.
@safe
struct CacheTransaction {
    private let handle: OpaquePointer
    private let table: MDB_dbi

    init(handle: OpaquePointer, table: MDB_dbi) {
        unsafe self.handle = unsafe handle
        self.table = table
    }

    /// The value of a key, inside the file's own memory; nil where there is none.
    func get<Value>(_ key: [UInt8], _ body: (Span<UInt8>) throws(CacheFault) -> Value) throws(CacheFault)
        -> Value?
    {
        var found = unsafe MDB_val()
        let code = unsafe withValue(of: key) { key in unsafe mdb_get(handle, table, key, &found) }
        if code == MDB_NOTFOUND { return nil }
        try CacheFile.check(code, "reading")
        return try unsafe body(Self.buffer(found).span)
    }

    /// Sets a key's value.
    func put(_ key: [UInt8], _ value: [UInt8]) throws(CacheFault) {
        let code = unsafe withValue(of: key) { key in
            unsafe withValue(of: value) { value in unsafe mdb_put(handle, table, key, value, 0) }
        }
        try CacheFile.check(code, "writing to")
    }

    /// Takes a key away, where it is there.
    func delete(_ key: [UInt8]) throws(CacheFault) {
        let code = unsafe withValue(of: key) { key in unsafe mdb_del(handle, table, key, nil) }
        if code != MDB_NOTFOUND { try CacheFile.check(code, "writing to") }
    }

    /// Takes everything away.
    func clear() throws(CacheFault) { try unsafe CacheFile.check(mdb_drop(handle, table, 0), "emptying") }

    /// Gives the rows from a key on, in the order of their bytes, until `body` says false.
    func scan(from key: [UInt8], _ body: (Span<UInt8>, Span<UInt8>) throws(CacheFault) -> Bool)
        throws(CacheFault)
    {
        var cursor: OpaquePointer?
        try unsafe CacheFile.check(mdb_cursor_open(handle, table, &cursor), "reading")
        defer { unsafe mdb_cursor_close(cursor) }
        var value = unsafe MDB_val()
        var name = unsafe MDB_val()
        var code = unsafe withValue(of: key) { key in
            unsafe name = key.pointee
            return unsafe mdb_cursor_get(cursor, &name, &value, MDB_SET_RANGE)
        }
        while code == MDB_SUCCESS {
            guard try unsafe body(Self.buffer(name).span, Self.buffer(value).span) else { return }
            code = unsafe mdb_cursor_get(cursor, &name, &value, MDB_NEXT)
        }
        if code != MDB_NOTFOUND { try CacheFile.check(code, "reading") }
    }

    @inline(__always)
    private func withValue<Value>(of bytes: [UInt8], _ body: (UnsafeMutablePointer<MDB_val>) -> Value)
        -> Value
    {
        unsafe bytes.withUnsafeBytes { buffer in
            // The library only reads what it is given.
            var value = unsafe MDB_val(
                mv_size: buffer.count,
                mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress)
            )
            return unsafe body(&value)
        }
    }

    @inline(__always)
    private static func buffer(_ value: MDB_val) -> UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(
            start: value.mv_data?.assumingMemoryBound(to: UInt8.self),
            count: value.mv_size
        )
    }
}
