import Core

/// What requests carry as proof of who asks, ready to send.
///
/// Holds secrets, and so never describes itself (I6).
struct Proof: Sendable {
    enum Form: Hashable, Sendable {
        case none
        case header(name: String, value: String)
        case query(name: String, value: String)
    }

    /// Counted up with each that replaces another.
    var generation: Int
    var form: Form
    /// Where the API is, as a login told; nil where the settings say it.
    var base: HTTPAddress?
}
