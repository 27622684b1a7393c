/// Whether the records of streams go out as entities as well.
package enum EntityMode: String, CaseIterable, Sendable {
    case none
    /// Beside the streams' own topics.
    case beside
    /// In their place, of streams that become entities.
    case instead
}
