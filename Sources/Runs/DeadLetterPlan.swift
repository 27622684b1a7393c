/// How many records of a stream a run goes past that cannot be published, and what its letters name it by.
package struct DeadLetterPlan: Hashable, Sendable {
    /// Where nothing is said: few enough to be looked at one by one, and more than some odd records.
    package static let usualLimit = 100

    /// The run, as its letters have it.
    package var run: String
    /// Letters a stream and run, behind which the stream stops; with 0 the first such record stops it.
    package var limit: Int

    /// A plan.
    package init(run: String, limit: Int = DeadLetterPlan.usualLimit) {
        self.run = run
        self.limit = limit
    }

    /// No record is gone past: for a destination that has no place for letters.
    package static let none = DeadLetterPlan(run: "", limit: 0)
}
