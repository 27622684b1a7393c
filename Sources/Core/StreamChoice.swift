/// Streams by name, and families whose streams an account's objects decide: of these every one.
package struct StreamChoice: Hashable, Sendable {
    package var names: Set<StreamName>
    /// The names of families.
    package var families: Set<String>

    /// A choice.
    package init(_ names: Set<StreamName>, families: Set<String> = []) {
        self.names = names
        self.families = families
    }

    /// Whether a stream is chosen, by its name or with its family.
    package func contains(_ stream: StreamName) -> Bool {
        names.contains(stream) || families.contains { FamilyName.isMember(stream.text, of: $0) }
    }

    /// Whether nothing is chosen.
    package var isEmpty: Bool { names.isEmpty && families.isEmpty }

    /// Whether all of these are chosen.
    package func containsAll(of streams: Set<StreamName>) -> Bool { streams.allSatisfy { contains($0) } }
}

extension StreamChoice: ExpressibleByArrayLiteral {
    package init(arrayLiteral names: StreamName...) { self.init(Set(names)) }
}
