extension RecordSchema {
    /// What a schema says of a place in records.
    package enum Knowledge: Hashable, Sendable {
        /// It describes what stands there.
        case described
        /// Something may stand there that it does not name.
        case possible
        /// Nothing can, or nothing is known of it.
        case unknown(among: [String])
    }

    /// What it says of what a path leads to; through arrays to each element.
    ///
    /// Of a name that it does not know, those that it knows beside it.
    package func knowledge(of path: [String]) -> Knowledge { knowledge(of: path[...], 0) }

    private func knowledge(of path: ArraySlice<String>, _ node: Int) -> Knowledge {
        guard let name = path.first else { return .described }
        let node = nodes[node]
        if !node.choices.isEmpty {
            let found = node.choices.map { knowledge(of: path, $0) }
            if found.contains(.described) { return .described }
            return found.first { $0 == .possible } ?? found.first ?? .unknown(among: [])
        }
        let bytes = Array(name.utf8)
        if let position = node.members.position(of: bytes.indices, in: bytes) {
            return knowledge(of: path.dropFirst(), node.members.nodes[position])
        }
        if let items = node.items {
            let inside = knowledge(of: path, items)
            if !node.types.contains(.object) { return inside }
        }
        guard node.types.contains(.object) || node.types.contains(.array) && node.items == nil else {
            return .unknown(among: [])
        }
        switch node.others {
        case .allowed: return .possible
        case .node(let others): return path.count == 1 ? .possible : knowledge(of: path.dropFirst(), others)
        case .undeclared, .refused:
            return .unknown(among: node.members.names.map { String(decoding: $0, as: UTF8.self) })
        }
    }
}
