/// Says when memory that runs left behind is worth giving back: once after each busy time, when it has been over for a while.
struct MemoryRelief: Sendable {
    /// What comes every few seconds finds its memory there.
    private static let rest = Duration.seconds(20)

    /// Reading the folder was one.
    private var owes = true
    private var lastBusy: Duration?

    /// Whether it is to be given back now, by the monotonic clock.
    mutating func isDue(isBusy: Bool, at now: Duration) -> Bool {
        if isBusy {
            owes = true
            lastBusy = now
        }
        let since = lastBusy ?? now
        lastBusy = since
        guard owes, !isBusy, now - since >= Self.rest else { return false }
        owes = false
        return true
    }
}
