/// When a zone's clocks changed, and the rule by which they go on changing; shared by all names of one file.
final class ZoneTable: Sendable {
    /// The first seconds of the while that follows, ascending.
    let times: [Int64]
    /// Which of the offsets each begins.
    let kinds: [UInt8]
    /// The offsets; the first one holds before the first change.
    let offsets: [ZoneOffset]
    /// What holds from the last change on; nil where the last offset stays.
    let footer: ZoneFooter?

    init(times: [Int64], kinds: [UInt8], offsets: [ZoneOffset], footer: ZoneFooter?) {
        self.times = times
        self.kinds = kinds
        self.offsets = offsets
        self.footer = footer
    }

    static let utc = ZoneTable(
        times: [],
        kinds: [],
        offsets: [ZoneOffset(seconds: 0, abbreviation: "UTC")],
        footer: nil
    )

    /// The while around an instant.
    func span(at seconds: Int64) -> ZoneSpan {
        let following = firstIndex(after: seconds)
        let start = following > 0 ? times[following - 1] : nil
        guard following == times.count else {
            return ZoneSpan(start: start, end: times[following], offset: offset(before: following))
        }
        guard let footer else { return ZoneSpan(start: start, offset: offset(before: following)) }
        // The rule's own changes count only after the last one of the table.
        var span = footer.span(at: seconds)
        if let start { span.start = max(start, span.start ?? start) }
        return span
    }

    private func offset(before index: Int) -> ZoneOffset {
        index > 0 ? offsets[Int(kinds[index - 1])] : offsets[0]
    }

    private func firstIndex(after seconds: Int64) -> Int {
        var low = 0
        var high = times.count
        while low < high {
            let middle = (low + high) / 2
            if times[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension ZoneTable {
    /// Whether both say the same of every moment.
    func isSame(as other: ZoneTable) -> Bool {
        times == other.times && kinds == other.kinds && offsets == other.offsets && footer == other.footer
    }
}
