import JSON

/// Notices a list that does not get on (I2): a token or a page that comes again, in memory of a constant size.
///
/// Rule 4 of every extractor, with the windows' look at whether their filter was heeded.
struct RepetitionGuard: Sendable {
    /// What a page begins and ends with.
    struct PageMark: Hashable, Sendable {
        var first: [UInt8]
        var last: [UInt8]
        var count: Int
    }

    private var previousMark: PageMark?
    private var token: JSONValue?
    /// Brent's algorithm: a token kept for 1, 2, 4, … pages meets itself again in a cycle of any length.
    private var anchor: JSONValue?
    private var steps = 0
    private var power = 1

    /// A guard for a list that goes on at this token.
    init(token: JSONValue?) {
        self.token = token
        anchor = token
    }

    /// Takes a page and the token behind it, and gives what is wrong, if anything.
    mutating func check(_ mark: PageMark?, next: JSONValue?) -> String? {
        if let mark {
            if mark == previousMark { return "the page is the one before again: same first and last key" }
            previousMark = mark
        }
        guard let next else { return nil }
        if next == token { return "the token for the next page is the one that led to this page" }
        if next == anchor { return "the token for the next page led to an earlier page already" }
        token = next
        steps += 1
        if steps == power {
            anchor = next
            power *= 2
            steps = 0
        }
        return nil
    }
}
