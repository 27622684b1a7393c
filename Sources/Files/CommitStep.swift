import Core

/// How far a commit came: told between the calls, to who wants to look or to die there.
enum CommitStep: Hashable, CaseIterable, Sendable {
    /// Nothing is written.
    case begun
    /// Every line is written, and none is known to be on the disk.
    case linesWritten
    /// The first file is on the disk.
    case firstSynced
    /// The state is on the disk under another name: nothing is committed.
    case stateWritten
    /// The state has its name: the commit happened.
    case renamed
    /// The name is on the disk too, and what is remembered is known.
    case committed

    /// The crash point of the same place in a transaction.
    var crashPoint: CrashPoint {
        switch self {
        case .begun: .afterBegin
        case .linesWritten: .midProduce
        case .firstSynced: .duringFlush
        case .stateWritten: .afterState
        case .renamed: .afterEndTransaction
        case .committed: .afterCommit
        }
    }
}
