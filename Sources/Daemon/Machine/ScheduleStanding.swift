package import Core
package import Scheduling

/// How a schedule stands: what the machine knows of it for whoever shows it.
package struct ScheduleStanding: Sendable {
    package var id: String
    package var state: ScheduleView.State
    package var pause: ScheduleMachine.Pause?
    package var next: [UpcomingTick]
    package var waiting: [ScheduleView.Waiting]
    /// The run that is active.
    package var active: String?
    package var failures: Int
    package var lastSuccess: Instant?
    /// Ticks that did not run, by the code of their reason, since the daemon began.
    package var skipped: [String: Int]
}
