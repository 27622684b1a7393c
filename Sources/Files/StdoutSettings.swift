package import Core

/// What a session with the standard output as its destination needs.
package struct StdoutSettings: Sendable {
    package var account: AccountName
    package var run: String
    package var host: String
    /// The file of the account's state; without one the next run knows nothing of this one.
    package var stateFile: String?
    /// Goes on although what was remembered is gone (`--accept`).
    package var acceptsLoss = false
    /// Streams that are read anew anyhow (`--resync`): where no other was read, what was remembered may be gone.
    package var resyncs: StreamChoice = []
    /// Where what a run without a state file remembers lies on the disk while it runs.
    package var temporaryFolder = "/tmp"
    /// The descriptor that the lines go to.
    package var descriptor: Int32 = 1
    package var wallClock: WallClock = Instant.systemClock
    /// Takes one line for the user, at the start.
    package var notice: @Sendable (String) -> Void

    /// The settings of a session.
    package init(
        account: AccountName,
        run: String,
        host: String,
        stateFile: String?,
        notice: @escaping @Sendable (String) -> Void
    ) {
        self.account = account
        self.run = run
        self.host = host
        self.stateFile = stateFile
        self.notice = notice
    }
}
