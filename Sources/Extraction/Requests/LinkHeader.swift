/// Reads `Link` headers (RFC 8288).
package enum LinkHeader {
    /// The target of the first link with this relation, over all values of the header, as it stands there.
    package static func target(relation: String, in values: [String]) -> String? {
        for value in values {
            var rest = Substring(value)
            while let link = nextLink(&rest) {
                let relations = link.relation.split(separator: " ").map { $0.lowercased() }
                if relations.contains(relation.lowercased()) { return link.target }
            }
        }
        return nil
    }

    /// Takes one `<target>; name=value; …` off the front; what is no link ends the value.
    private static func nextLink(_ rest: inout Substring) -> (target: String, relation: String)? {
        rest = rest.drop { $0 == "," || $0 == " " || $0 == "\t" }
        guard rest.first == "<", let end = rest.firstIndex(of: ">") else { return nil }
        let target = String(rest[rest.index(after: rest.startIndex)..<end])
        rest = rest[rest.index(after: end)...]
        var relation: String?
        while let parameter = nextParameter(&rest) {
            // The first counts, as the RFC has it.
            if parameter.name == "rel", relation == nil { relation = parameter.value }
        }
        return (target, relation ?? "")
    }

    private static func nextParameter(_ rest: inout Substring) -> (name: String, value: String)? {
        rest = rest.drop { $0 == " " || $0 == "\t" }
        guard rest.first == ";" else { return nil }
        rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
        let name = rest.prefix { !"=;, \t".contains($0) }
        rest = rest[name.endIndex...].drop { $0 == " " || $0 == "\t" }
        guard rest.first == "=" else { return (name.lowercased(), "") }
        rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
        guard rest.first == "\"" else {
            let value = rest.prefix { !";, \t".contains($0) }
            rest = rest[value.endIndex...]
            return (name.lowercased(), String(value))
        }
        return (name.lowercased(), quotedString(&rest))
    }

    private static func quotedString(_ rest: inout Substring) -> String {
        var value = ""
        var isEscaped = false
        rest = rest.dropFirst()
        while let character = rest.popFirst() {
            if isEscaped {
                value.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                break
            } else {
                value.append(character)
            }
        }
        return value
    }
}
