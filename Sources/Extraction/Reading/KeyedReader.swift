/// Reads records by keys that something else has told, as a list of all that there is.
package struct KeyedReader: Sendable {
    private enum Way: Sendable {
        /// Many at once, as the records of a page.
        case whole(Hydrator)
        /// One by one, as a feed's objects.
        case single(ObjectReader)
    }

    private let way: Way
    /// So many keys may be asked for at once.
    package let size: Int

    /// A reader; nil where the stream has no request for records by their keys.
    package init?(stream: StreamDefinition, requester: Requester, discovered: Discovered = .none) {
        let hydrator = Hydrator(
            stream,
            subject: RequestSubject(stream),
            requester: requester,
            discovered: discovered
        )
        if let hydrator {
            way = .whole(hydrator)
            size = hydrator.size
        } else if stream.follow?.path != nil {
            way = .single(ObjectReader(stream: stream, requester: requester, discovered: discovered))
            size = 1
        } else {
            return nil
        }
    }

    /// The records of those that are there; `number` is what errors call the request.
    ///
    /// Of one that is not there any more nothing comes. What an answer leaves open is an error (I2).
    package func read(_ keys: [[UInt8]], number: Int) async throws -> [ExtractedPage] {
        switch way {
        case .whole(let hydrator): return [try await hydrator.records(of: keys, number: number)]
        case .single(let reader):
            var pages: [ExtractedPage] = []
            for key in keys {
                guard case .records(let found) = try await reader.look(key).found else { continue }
                pages += found
            }
            return pages
        }
    }
}

extension StreamDefinition {
    /// Whether it has a request for records by their keys.
    package var isReadByKey: Bool { hydrate != nil || follow?.path != nil }
}
