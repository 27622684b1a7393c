import Core

/// Reads the list of all that a stream has, page by page.
package final class ReconcileReader: Sendable {
    private let keys: KeyListReader

    /// A reader from a place on, for a stream that has such a list.
    package init(
        stream: StreamDefinition,
        requester: Requester,
        from progress: ListProgress = .start,
        discovered: Discovered = .none
    ) throws(ExtractionError) {
        guard let reconcile = stream.reconcile else {
            preconditionFailure("\(stream.name) has no reconcile")
        }
        var subject = RequestSubject(stream)
        subject.text += ", reconcile"
        let list = ListReader(
            subject: subject,
            shape: RecordShape(recordsPath: reconcile.recordsPath, key: reconcile.key),
            paging: reconcile.paging,
            first: try requester.access.request(reconcile.request, place: subject.text, discovered.variables),
            requester: requester,
            from: progress
        )
        keys = KeyListReader(subject: subject, list: list, at: nil, access: requester.access)
    }

    /// Where the reading stands: behind the last page that `next` gave.
    package var progress: ListProgress { keys.progress }

    /// The next page, or nil where the list was read to its end.
    package func next() async throws -> KeyPage? { try await keys.next() }
}
