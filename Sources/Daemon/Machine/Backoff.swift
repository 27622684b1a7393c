/// How long to wait before something is tried again: twice as long each time.
enum Backoff {
    /// Before a run that could not begin is tried again, first and at most.
    static let vain: (first: Duration, longest: Duration) = (.seconds(10), .seconds(300))
    /// No pause is longer than this.
    private static let longest: Duration = .seconds(86_400)

    /// The pause before the try after so many.
    static func pause(_ first: Duration, after tries: Int, longest: Duration = longest) -> Duration {
        var pause = first
        for _ in 1..<max(1, min(tries, 64)) where pause < longest { pause *= 2 }
        return min(pause, longest)
    }
}
