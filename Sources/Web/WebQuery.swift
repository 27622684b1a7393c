/// The decoded query of a request, in the order in which it came.
package struct WebQuery: Hashable, Sendable {
    /// One `name=value`.
    package struct Item: Hashable, Sendable {
        /// Decoded, brackets and all: `created[gte]`.
        package var name: String
        package var value: String

        /// The name without its brackets: `created`.
        package var root: Substring { name.prefix { $0 != "[" } }

        /// What stands in the brackets, outermost first: `["gte"]`; nil where they do not balance.
        package var keys: [Substring]? {
            var keys: [Substring] = []
            var rest = name[root.endIndex...]
            while rest.first == "[" {
                guard let end = rest.firstIndex(of: "]") else { return nil }
                keys.append(rest[rest.index(after: rest.startIndex)..<end])
                rest = rest[rest.index(after: end)...]
            }
            return rest.isEmpty ? keys : nil
        }
    }

    package var items: [Item] = []

    /// Decodes the text after the question mark.
    package init(parsing text: some Collection<UInt8>) {
        for part in text.split(separator: UInt8(ascii: "&")) {
            let end = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let value = end == part.endIndex ? part[end...] : part[part.index(after: end)...]
            items.append(
                Item(
                    name: PercentEncoding.decode(part[..<end], plusIsSpace: true),
                    value: PercentEncoding.decode(value, plusIsSpace: true)
                )
            )
        }
    }

    /// The first value of exactly that name.
    package subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// All values of a list, however it is written: `name`, `name[]` and `name[0]`.
    package func list(_ name: String) -> [String] {
        items.filter { item in
            guard item.root == name, let keys = item.keys else { return false }
            return keys.isEmpty || keys.count == 1 && keys[0].allSatisfy(\.isWholeNumber)
        }
        .map(\.value)
    }
}
