extension Bookmark {
    /// The bookmark of a stream among its account's state records; nil where it was never read.
    package init?(in records: [[UInt8]: [UInt8]], account: AccountName, stream: StreamName)
        throws(StateError)
    {
        guard let value = records[StateKey.bookmark(account, stream).bytes] else { return nil }
        try self.init(value, account: account, stream: stream)
    }

    /// The bookmarks, as they are to be, of streams that are read anew because events of theirs are lost, or all that
    /// was remembered is.
    ///
    /// They commit with what says how long the destination is now: nothing else would say then that it lost something,
    /// and a run that dies before its first commit would leave bookmarks that stand for events which are gone, or for
    /// what is remembered no more (I2).
    package static func anew(
        _ streams: StreamChoice,
        lost: Set<StreamName>,
        isMemoryLost: Bool,
        in records: [[UInt8]: [UInt8]],
        account: AccountName
    ) throws(StateError) -> [StateRecord] {
        var anew: [StateRecord] = []
        let read = try bookmarked(in: records)
        for stream in read.sorted() where streams.contains(stream) {
            guard isMemoryLost || lost.contains(stream),
                let bookmark = try Bookmark(in: records, account: account, stream: stream)
            else { continue }
            anew.append(
                try bookmark.anew(isLost: lost.contains(stream)).record(account: account, stream: stream)
            )
        }
        return anew
    }

    /// The streams that were read before, among an account's state records.
    package static func bookmarked(in records: [[UInt8]: [UInt8]]) throws(StateError) -> Set<StreamName> {
        var streams: Set<StreamName> = []
        for bytes in records.keys {
            guard case .bookmark(_, let stream)? = try StateKey(bytes) else { continue }
            streams.insert(stream)
        }
        return streams
    }
}
