/// How much of a stream may be missing at once and still be taken for deleted.
///
/// A filter or a permission that hides records looks like their deletion: what exceeds the share waits for a person.
package struct AbsenceGuard: Hashable, Sendable {
    /// Of what was published, in hundredths.
    package var share: Int
    /// So many records always are taken for deleted: of few, a share is soon exceeded.
    package var always: Int

    /// A guard; by default a fifth, and ten records.
    package init(share: Int = 20, always: Int = 10) {
        self.share = share
        self.always = always
    }

    /// Whether so many that are absent, of so many that were published, wait.
    package func withholds(absent: Int, live: Int) -> Bool {
        absent > always && absent * 100 > live * share
    }
}
