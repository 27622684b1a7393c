package import Events

/// What the catalogue is to say of a stream in a run.
package struct CatalogPlan: Sendable {
    /// One for each topic that the stream's records go to.
    package var entries: [CatalogEntry]
    /// What it was told before; nil where nothing was.
    package var known: CatalogRecord?

    /// A plan.
    package init(entries: [CatalogEntry], known: CatalogRecord?) {
        self.entries = entries
        self.known = known
    }
}
