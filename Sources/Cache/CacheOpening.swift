import Core

/// Opens a cache's file where it can be trusted, else a new one in its place.
struct CacheOpening {
    struct Opened {
        var place: CachePlace
        var file: CacheFile
        var position: CachePosition
        var discarded: String?
    }

    let identity: CacheIdentity
    /// Where the log ends.
    let end: Int64
    let retention: Duration?
    let limit: Int
    let now: Instant
    let boot: String

    func open(folder: String) throws(CacheFault) -> Opened {
        let place = try CachePlace(folder: folder)
        let mark = place.readMark()
        var discarded: String?
        if place.fileBytes != nil {
            discarded =
                mark.map { $0.distrust(identity: identity, boot: boot) }
                ?? "nothing says what it was filled from"
        }
        var kept: (file: CacheFile, position: CachePosition)?
        // Opening it can make it longer.
        if let bytes = place.fileBytes, discarded == nil, let mark {
            do throws(CacheFault) {
                kept = try check(CacheFile(path: place.file, limit: limit), mark, bytes)
            } catch  where error.kind == .damaged {
                discarded = error.reason
            }
        }
        if kept == nil { try place.clear() }
        // Before the first change can reach the disk: from now on the file is only trusted until the machine goes down.
        try place.write(CacheMark(identity: identity, condition: .open(boot: boot)))
        if let kept {
            return Opened(place: place, file: kept.file, position: kept.position, discarded: nil)
        }
        let file = try CacheFile(path: place.file, limit: limit)
        let position = CachePosition(offset: 0, isCurrentAt: now)
        try file.write { transaction throws(CacheFault) in try position.write(to: transaction) }
        return Opened(place: place, file: file, position: position, discarded: discarded)
    }

    /// What the file itself tells; one that does not fit is damaged.
    private func check(_ file: CacheFile, _ mark: CacheMark, _ bytes: Int) throws(CacheFault) -> (
        file: CacheFile, position: CachePosition
    ) {
        do throws(CacheFault) {
            let extent = file.extent
            // Past its end the file's memory must not be touched: looking there ends the process.
            switch mark.condition {
            case .closed(let transaction, let length):
                guard bytes == length, extent.transaction == transaction else {
                    throw Self.unfit("it is not as it was left")
                }
            case .open:
                guard bytes >= extent.bytes else { throw Self.unfit("its file was cut") }
            }
            let position = try file.read { transaction throws(CacheFault) in
                try CachePosition(in: transaction)
            }
            guard let position else { throw Self.unfit("it does not say how far it came") }
            guard position.offset <= end else {
                throw Self.unfit("it had come to \(position.offset), and the log ends at \(end)")
            }
            guard isFresh(position) else {
                throw Self.unfit("it was up to date too long ago, and the log may have forgotten since")
            }
            return (file, position)
        } catch {
            file.close()
            throw error
        }
    }

    /// With an eighth to spare, for reading on takes time too; and a clock that was wrong proves nothing.
    private func isFresh(_ position: CachePosition) -> Bool {
        guard let retention else { return true }
        let age = now.since(position.isCurrentAt)
        return age > .seconds(-60) && age < retention - retention / 8
    }

    private static func unfit(_ reason: String) -> CacheFault {
        CacheFault(kind: .damaged, attempt: "opening", reason: reason)
    }
}
