/// Decides what it says that a parent's list of children is not there (I2).
///
/// Of a parent that is gone the children are gone. But a wrong path, or a permission that was taken away, is answered in
/// the same way for every parent: as long as no parent of the stream was there in a run, none is taken for gone.
struct ParentWitness: Sendable {
    /// Whether a parent's list was there.
    private(set) var isProved = false
    /// The parents whose lists were not there.
    private(set) var gone = 0

    /// Notes what was answered for some parents.
    mutating func note(there: Int, gone: Int) {
        if there > 0 { isProved = true }
        self.gone += gone
    }

    /// Whether all that seemed gone so far may be there.
    var isDoubtful: Bool { gone > 0 && !isProved }
}
