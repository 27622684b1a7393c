import Extraction

/// Decides what it says that a parent's list of children is not there, or may not be read (I2).
///
/// Of a parent that is gone the children are gone, and one that is refused is passed: its children stay as they are. But
/// a wrong path, or a permission that was taken away, is answered in the same way for every parent: as long as no
/// parent of the stream was there in a run, none is taken for gone, and none is passed.
struct ParentWitness: Sendable {
    /// A parent whose children may not be read.
    struct Refused: Sendable {
        var parent: [UInt8]
        var error: ExtractionError
    }

    /// So many refused parents without one that is there are the stream's own refusal.
    static let patience = 100

    /// Whether a parent's list was there.
    private(set) var isProved = false
    /// The parents whose lists were not there.
    private(set) var gone = 0
    /// The first parent that was refused, and how many were.
    private(set) var firstRefused: Refused?
    private(set) var refused = 0
    /// The first ones of them: one that is asked twice is one.
    private(set) var refusedKeys: Set<[UInt8]> = []
    /// Whether a parent that was there before was asked for, to tell.
    var isSought = false

    /// Notes what was answered for some parents.
    mutating func note(there: Int, gone: Int) {
        if there > 0 { isProved = true }
        self.gone += gone
    }

    /// Notes a parent whose children may not be read.
    mutating func note(refused parent: [UInt8], _ error: ExtractionError) {
        if firstRefused == nil { firstRefused = Refused(parent: parent, error: error) }
        guard !refusedKeys.contains(parent) else { return }
        refused += 1
        if refusedKeys.count < Self.patience { refusedKeys.insert(parent) }
    }

    /// Whether all that seemed gone so far may be there.
    var isDoubtful: Bool { gone > 0 && !isProved }

    /// Whether all that were refused so far may be so because the stream is: nothing may move past them.
    var holdsRefused: Bool { refused > 0 && !isProved }
}
