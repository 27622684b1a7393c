package import Core

/// What a transaction is to hold of a stream beside its page: what is told of it, and that it was told.
package struct StreamNews: Sendable {
    /// What is remembered.
    package var state: StateRecord
    package var notices: [Notice]

    /// News.
    package init(state: StateRecord, notices: [Notice]) {
        self.state = state
        self.notices = notices
    }
}
