import Core
import JSON

/// Decides the requests for one window whose records come oldest first: each begins at the last record's time, and
/// the records of a time that fills a page are asked for in the order of their key (rule 3 of every extractor).
///
/// Times are whole units of the window's format. A window has ended when the API says so, or when behind its last
/// record an empty page came: never with a short one (I2). What the machine remembers is of one page's size, and of the
/// records of one unit of time that came before their turn by key (I7).
struct KeysetMachine: Sendable {
    /// What to ask for next.
    enum Ask: Hashable, Sendable {
        /// From a time on, itself in it.
        case range(from: Instant)
        /// Of one unit of time, behind a key.
        case ties(at: Instant, after: JSONValue?)
    }

    /// A page, as far as it matters here.
    struct Page {
        /// The time of each record, in whole units.
        var times: [Instant]
        /// The key of a record as text, by its position.
        var key: (Int) -> [UInt8]
        /// The same with its version: what came before as it is.
        var identity: (Int) -> [UInt8]
        /// The last record's key as a value; nil for an empty page.
        var lastKey: JSONValue?
        /// Whether the API says that nothing follows; nil where it does not say.
        var isLast: Bool?
        /// A record that bears this time or a later one may stand in an index under an older one still.
        var fresh = Instant(nanoseconds: .max)
        /// One of this time or later most likely does; every index has listed what is older, as a rule.
        var unsettled = Instant(nanoseconds: .max)
    }

    /// What makes it impossible to go on.
    struct Problem: Error {
        var isIgnoredFilter = false
        var message: String
    }

    /// A time at which a request begins, and the keys that must come with it again.
    private struct Anchor {
        var time: Instant
        var keys: Set<[UInt8]> = []
        var identities: Set<[UInt8]> = []
    }

    private static let maximumAnchors = 4
    private static let maximumStepsBack = 16

    let from: Instant
    let to: Instant
    private let unit: Duration
    private let hasTies: Bool
    /// Nil when the window is read to its end.
    private(set) var ask: Ask?
    /// Where the request at hand begins is the last one.
    private var anchors: [Anchor] = []
    /// Records that an index still has under an older time than they bear: none of them can be gone on from.
    private var ghosts: Set<[UInt8]> = []
    private var stepsBack = 0
    /// Everything before this came.
    private(set) var readTo: Instant
    /// Of the time whose ties are asked for: the identities of what came before.
    private var given: Set<[UInt8]> = []
    private var repetition = RepetitionGuard(token: nil)

    /// A window of whole units, [from, to).
    init(from: Instant, to: Instant, unit: Duration, hasTies: Bool) {
        self.from = from
        self.to = to
        self.unit = unit
        self.hasTies = hasTies
        readTo = from
        ask = from < to ? .range(from: from) : nil
    }

    /// The records of one unit of time alone, by key; those `given` are known already.
    init(tiesAt time: Instant, unit: Duration, given: Set<[UInt8]>) {
        self.init(from: time, to: time.advanced(by: unit), unit: unit, hasTies: true)
        self.given = given
        ask = .ties(at: time, after: nil)
    }

    /// Takes the page that was asked for, and gives which of its records are new.
    mutating func take(_ page: Page) throws(Problem) -> [Int] {
        switch ask {
        case .range(let start): try takeRange(page, from: start)
        case .ties(let time, let after): try takeTies(page, at: time, after: after)
        case nil: preconditionFailure("a window that was read to its end has no further page")
        }
    }
}

// MARK: - A range

extension KeysetMachine {
    private mutating func takeRange(_ page: Page, from start: Instant) throws(Problem) -> [Int] {
        guard isConfirmed(page) else {
            try stepBack()
            return []
        }
        readTo = max(readTo, start)
        try checkOrder(page)
        let known = anchors.last?.identities ?? []
        let new = page.times.indices.filter { position in
            page.times[position] < to
                && !(page.times[position] == start && known.contains(page.identity(position)))
        }
        let candidates = page.times.indices.filter { position in
            (start..<to).contains(page.times[position])
                && (ghosts.isEmpty || !ghosts.contains(page.key(position)))
        }
        if candidates.isEmpty {
            try endWithoutRecords(page)
        } else if page.isLast == true {
            end()
        } else if let time = next(candidates.map { page.times[$0] }, from: start, page) {
            anchor(page, at: time)
            ask = .range(from: time)
        } else {
            try askForTies(page, at: start)
        }
        return new
    }

    /// The time of the last record that can be gone on from; nil where that is the time at hand.
    ///
    /// Of a record that was changed just now an index may still have the older time, and what lies between the two would
    /// be left out. Among such records themselves it does no harm: the overlap reads them again. Where all of them are,
    /// the last that is settled is gone on from, should there be one.
    private func next(_ times: [Instant], from start: Instant, _ page: Page) -> Instant? {
        let later = times.filter { $0 > start }
        if let time = later.last(where: { $0 < page.fresh }) { return time }
        // One alone may be a mistaken one.
        if later.count == 1, start < page.fresh, hasTies { return nil }
        return later.last { $0 < page.unsettled } ?? later.last
    }

    private mutating func end() {
        ask = nil
        readTo = to
    }

    /// Whether the record that the page before ended with stands in this one, as it must: the request begins with it.
    ///
    /// One that does not was changed since, or an index has it under an older time than it bears; then what lies between
    /// the two times would be left out.
    private func isConfirmed(_ page: Page) -> Bool {
        guard let anchor = anchors.last else { return true }
        return page.times.indices.contains { anchor.keys.contains(page.key($0)) }
    }

    private static let lostRecords = Problem(
        message:
            "the records that a page ended with do not come again where the next one begins: the request has to"
            + " include the time that it begins at (>=, not >)"
    )

    private mutating func stepBack() throws(Problem) {
        stepsBack += 1
        guard stepsBack <= Self.maximumStepsBack, let anchor = anchors.popLast() else {
            throw Self.lostRecords
        }
        ghosts.formUnion(anchor.keys)
        ask = .range(from: anchors.last?.time ?? readTo)
    }

    /// Some records may stand out of their order, as an index may lag; a page without any order is another thing.
    private func checkOrder(_ page: Page) throws(Problem) {
        var steps = 0
        var descents = 0
        for (earlier, later) in zip(page.times, page.times.dropFirst()) where earlier != later {
            steps += 1
            if later < earlier { descents += 1 }
        }
        guard descents > 2, descents * 3 > steps else { return }
        throw Problem(
            isIgnoredFilter: true,
            message:
                "the records do not come oldest first (\(descents) of \(steps) times an older one follows a"
                + " newer): the API ignores the order that was asked for"
        )
    }

    /// No record of the page can be gone on from.
    private mutating func endWithoutRecords(_ page: Page) throws(Problem) {
        if page.times.isEmpty, page.isLast == false {
            throw Problem(message: "the page is empty, yet says that there are more")
        }
        guard page.times.isEmpty || page.isLast == true else {
            if page.times.contains(where: { (from..<to).contains($0) }) { throw Self.lostRecords }
            throw Problem(
                message: "all records of the page were changed since, and none says where to go on; the index"
                    + " of the API lags behind, run it again later"
            )
        }
        end()
    }

    /// The next request begins at the page's last time, or, should that be a mistaken one, at the time before it.
    private mutating func anchor(_ page: Page, at time: Instant) {
        var before: Instant?
        for position in page.times.indices where page.times[position] < time {
            before = max(before ?? page.times[position], page.times[position])
        }
        if let before, before > (anchors.last?.time ?? from) { anchors.append(anchor(of: page, at: before)) }
        anchors.append(anchor(of: page, at: time))
        anchors.removeFirst(max(0, anchors.count - Self.maximumAnchors))
    }

    private func anchor(of page: Page, at time: Instant) -> Anchor {
        var anchor = Anchor(time: time)
        for position in page.times.indices where page.times[position] == time {
            anchor.keys.insert(page.key(position))
            anchor.identities.insert(page.identity(position))
        }
        return anchor
    }
}

// MARK: - Ties

extension KeysetMachine {
    /// The whole page is one unit of time, and more of it may follow.
    private mutating func askForTies(_ page: Page, at time: Instant) throws(Problem) {
        guard hasTies else {
            throw Problem(
                message:
                    "a whole page of records has the time \(time.rfc3339()), and nothing says how to ask for"
                    + " the others: add ties: {…} to the window"
            )
        }
        given = anchors.last?.identities ?? []
        for position in page.times.indices where page.times[position] == time {
            given.insert(page.identity(position))
        }
        repetition = RepetitionGuard(token: nil)
        ask = .ties(at: time, after: nil)
    }

    private mutating func takeTies(_ page: Page, at time: Instant, after: JSONValue?) throws(Problem) -> [Int]
    {
        if page.times.isEmpty, page.isLast == false {
            throw Problem(message: "the page is empty, yet says that there are more")
        }
        // A record that was changed since bears a later time; none bears an earlier one.
        if page.times.contains(where: { $0 < time }), !page.times.contains(time) {
            throw Problem(
                isIgnoredFilter: true,
                message: "records of \(time.rfc3339()) were asked for and none came: the API ignores tie.at"
            )
        }
        if let next = page.lastKey, page.isLast != true {
            if let problem = repetition.check(nil, next: next) {
                throw Problem(message: "\(problem): the API ignores tie.after, or the order by key")
            }
            ask = .ties(at: time, after: next)
        } else {
            anchors = []
            let next = time.advanced(by: unit)
            readTo = next
            ask = next < to ? .range(from: next) : nil
        }
        return page.times.indices.filter { page.times[$0] < to && !given.contains(page.identity($0)) }
    }
}
