/// What makes an account hard to follow: chosen when it happens, by seed, and for good.
struct ZendeskTraps: Sendable {
    /// The share of changes that exports show only some seconds after whoever reads them has gone past.
    var late = FaultPlan.Fault()
    /// The share of changes that are followed by one of the system to another ticket, which shows no later `updated_at`.
    var reemitted = FaultPlan.Fault()
    /// The share of created objects that are deleted within the same second.
    var shortLived = FaultPlan.Fault()
    /// The share of tickets whose comments, audits and side conversations may not be read.
    var restricted = FaultPlan.Fault()
    /// Whether a page of a time export ends within a second.
    var stuckTies = false
    /// Whether a start time that is too recent is refused as it used to be.
    var oldTooRecent = false
    /// Whether counts stop at 100,000 without saying when they were taken.
    var cappedCounts = false
    /// Whether the plan has no side conversations.
    var hasNoSideConversations = false
    /// Whether requests are not counted.
    var hasNoLimits = false

    init(_ plan: FaultPlan) {
        late = plan.standing("late_visible")
        reemitted = plan.standing("reemitted")
        shortLived = plan.standing("short_lived")
        restricted = plan.standing("restricted_tickets")
        stuckTies = plan.standing("stuck_ties").rate > 0
        oldTooRecent = plan.standing("old_too_recent").rate > 0
        cappedCounts = plan.standing("capped_counts").rate > 0
        hasNoSideConversations = plan.standing("no_side_conversations").rate > 0
        hasNoLimits = plan.standing("no_limits").rate > 0
    }
}
