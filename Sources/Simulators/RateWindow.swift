/// So many requests in a fixed window of time, as an API counts them.
struct RateWindow: Sendable {
    let limit: Int
    /// The length of a window, in seconds.
    let length: Int
    private var start: Int?
    private(set) var used = 0

    init(limit: Int, seconds: Int) {
        self.limit = limit
        length = seconds
    }

    /// What is left in the window at hand.
    var remaining: Int { max(0, limit - used) }

    /// Counts a request in that second; false if the window has no room for it.
    mutating func take(_ now: Int) -> Bool {
        let window = now / length * length
        if window != start { (start, used) = (window, 0) }
        guard used < limit else { return false }
        used += 1
        return true
    }

    /// The seconds until the next window.
    func resets(_ now: Int) -> Int { length - now % length }
}
