/// What makes a change hard to follow: chosen when it happens, by seed, and for good.
struct StripeTraps: Sendable {
    /// The share of events that are listed late, by up to so many seconds.
    var late = FaultPlan.Fault()
    /// The share of events that bear an earlier second, by up to so many seconds.
    var unordered = FaultPlan.Fault()
    /// The share of events whose place within their second is not the order of happening.
    var shuffled = FaultPlan.Fault()
    /// The share of events that show their object as an older version of the API has it.
    var old = FaultPlan.Fault()
    /// The share of created and updated objects that are deleted within the same second.
    var shortLived = FaultPlan.Fault()
    /// The share of changes that may be such of which no event tells.
    var silent = FaultPlan.Fault()

    init(_ plan: FaultPlan) {
        late = plan.standing("late_events")
        unordered = plan.standing("unordered_events")
        shuffled = plan.standing("shuffled_ties")
        old = plan.standing("old_snapshots")
        shortLived = plan.standing("short_lived")
        silent = plan.standing("silent_changes")
    }
}
