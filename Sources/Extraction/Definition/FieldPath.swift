/// A path to a field of a JSON document, as a definition writes it: names joined by dots.
///
/// A dot that belongs to a name is written `\.` (`@odata\.nextLink`), a backslash `\\`.
package enum FieldPath {
    /// The names of a path, or nil where a name is empty or a backslash stands before something else.
    package static func parse(_ text: String) -> [String]? {
        var names = [""]
        var isEscaped = false
        for character in text {
            if isEscaped {
                guard character == "." || character == "\\" else { return nil }
                names[names.count - 1].append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "." {
                names.append("")
            } else {
                names[names.count - 1].append(character)
            }
        }
        return isEscaped || names.contains("") ? nil : names
    }

    /// The reverse of `parse`.
    package static func text(_ names: [String]) -> String {
        names.map { name in
            name.reduce(into: "") { text, character in
                if character == "." || character == "\\" { text.append("\\") }
                text.append(character)
            }
        }.joined(separator: ".")
    }
}
