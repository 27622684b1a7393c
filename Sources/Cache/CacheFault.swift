import Core

/// What went wrong with the cache's file, and in doing what.
struct CacheFault: Error {
    enum Kind: Equatable {
        /// The disk is full.
        case full
        /// The file has reached its size.
        case mapFull
        /// What is there is no cache of ours, or a damaged one.
        case damaged
        /// The disk fails, or the folder is closed to us.
        case failed
    }

    var kind: Kind
    var attempt: String
    var reason: String

    /// The error of the cache in a folder, with the remedy.
    func error(in folder: String) -> StateError {
        let what = "\(attempt) the cache in \(folder): \(reason)"
        switch kind {
        case .full, .mapFull:
            return StateError(
                .diskFailed,
                "\(what); free some room, or name another folder with --cache-folder: nothing is lost, what was "
                    + "committed is read from the log at the next start"
            )
        case .damaged:
            return StateError(
                .diskFailed,
                "\(what); delete the folder: nothing is lost, it is filled anew from the log"
            )
        case .failed:
            return StateError(.diskFailed, "\(what); name another folder with --cache-folder")
        }
    }
}
