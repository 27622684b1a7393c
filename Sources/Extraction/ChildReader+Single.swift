extension ChildReader {
    /// All children of one parent, which the list of parents has: none where an answer proves that it is gone.
    ///
    /// Its progress says nothing: who walks the parents knows where they are.
    package static func children(
        of parent: [UInt8],
        in stream: StreamDefinition,
        requester: Requester
    ) async throws -> ParentRead {
        let set = try await ChildSet.read(of: parent, in: stream, requester: requester)
        // A parent that its list has is gone only by an answer that proves it (I2).
        if let doubt = set.doubt { throw doubt }
        return ParentRead(
            parent: parent,
            pages: set.pages,
            progress: .start,
            times: set.times,
            requests: set.requests
        )
    }
}
