/// What becomes of records that are not as their stream's schema says.
package enum DriftResponse: String, CaseIterable, Sendable {
    /// It is taken for the schema's own way: told to the topic of schemas, and nobody is bothered.
    case evolve
    /// The run says so, and goes on.
    case warn
    /// The stream ends before such a page is published.
    case stop

    /// The words, for errors.
    package static let words = "evolve, warn or stop"
}
