package import Core

/// What a session with a folder as its destination needs.
package struct FolderSettings: Sendable {
    package var folder: String
    package var account: AccountName
    package var run: String
    package var host: String
    /// The streams that the run may write, as far as they are known at its start; their files are looked at before
    /// anything else.
    package var streams: [StreamName]
    /// Goes on although files or what was remembered are gone or changed (`--accept`).
    package var acceptsLoss = false
    /// Streams that are read anew anyhow: nothing about their files is refused (`--resync`).
    package var resyncs: StreamChoice = []
    package var wallClock: WallClock = Instant.systemClock
    /// The bytes that the log of versions may always grow by before it is written anew.
    var logSlack = 1 << 20

    /// The settings of a session, the rest as the design has it.
    package init(folder: String, account: AccountName, run: String, host: String, streams: [StreamName]) {
        self.folder = folder
        self.account = account
        self.run = run
        self.host = host
        self.streams = streams
    }
}
