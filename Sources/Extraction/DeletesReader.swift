import Core

/// Reads the list of a stream's deletes, page by page.
package final class DeletesReader: Sendable {
    private let keys: KeyListReader

    /// A reader from a place on, for a stream that has such a list.
    package init(
        stream: StreamDefinition,
        requester: Requester,
        from progress: ListProgress = .start,
        discovered: Discovered = .none
    ) throws(ExtractionError) {
        guard let deletes = stream.deletes else {
            preconditionFailure("\(stream.name) has no deletes")
        }
        var subject = RequestSubject(stream)
        subject.text += ", deletes"
        let list = ListReader(
            subject: subject,
            shape: RecordShape(recordsPath: deletes.recordsPath, key: deletes.key, version: deletes.at?.path),
            paging: deletes.paging,
            first: try requester.access.request(deletes.request, place: subject.text, discovered.variables),
            requester: requester,
            from: progress
        )
        keys = KeyListReader(subject: subject, list: list, at: deletes.at, access: requester.access)
    }

    /// Where the reading stands: behind the last page that `next` gave.
    package var progress: ListProgress { keys.progress }

    /// The next page, or nil where the list was read to its end.
    package func next() async throws -> KeyPage? { try await keys.next() }
}
