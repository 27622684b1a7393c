/// The name of a time zone, which becomes a path below the database's folder.
enum ZoneName {
    /// Refuses what names no file of the database: a way out of its folder, or letters that no zone has.
    static func check(_ name: String) throws(ScheduleError) {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isSound =
            name.utf8.count <= 100 && parts.count <= 4
            && parts.allSatisfy { part in
                !part.isEmpty && part.first != UInt8(ascii: "-") && part.allSatisfy(isAllowed)
            }
        guard isSound else {
            throw ScheduleError(
                .unknownZone,
                "\"\(name)\" is no name of a time zone; use one of the database, such as Europe/Berlin, or UTC"
            )
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The known name that somebody may have meant: another case, a space for `_`, the city alone, or a slip.
    static func nearest(to name: String, among known: [String]) -> String? {
        let plain = simplified(name)
        return known.first { simplified($0) == plain }
            ?? known.first { simplified($0.split(separator: "/").last.map(String.init) ?? $0) == plain }
            ?? known.first { isOneSlip(simplified($0), plain) }
    }

    private static func simplified(_ name: String) -> [UInt8] {
        name.lowercased().utf8.map {
            $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0
        }
    }

    /// Whether one letter was changed, left out, put in, or swapped with the next.
    private static func isOneSlip(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard abs(left.count - right.count) <= 1 else { return false }
        let start = zip(left, right).prefix { $0 == $1 }.count
        let longer = left.count >= right.count ? left : right
        let shorter = left.count >= right.count ? right : left
        if longer.count > shorter.count { return longer[(start + 1)...] == shorter[start...] }
        guard start < left.count else { return true }
        if left[(start + 1)...] == right[(start + 1)...] { return true }
        return start + 1 < left.count && left[start] == right[start + 1] && left[start + 1] == right[start]
            && left[(start + 2)...] == right[(start + 2)...]
    }
}
