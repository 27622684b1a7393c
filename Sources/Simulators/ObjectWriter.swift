import JSON

/// Writes JSON objects member by member, in order.
struct ObjectWriter {
    var bytes: [UInt8] = []
    private var needsComma = false
    private var depth = 0
    /// Members that take the place of those of the same name, in the objects of one depth.
    private var replacements: [String: String] = [:]
    private var replacedDepth = -1

    /// Room for so many bytes.
    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// An object as an element, or after a name.
    mutating func object(_ members: (inout ObjectWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        depth += 1
        members(&self)
        depth -= 1
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// An object as a member.
    mutating func object(_ name: String, _ members: (inout ObjectWriter) -> Void) {
        guard self.name(name) else { return }
        object(members)
    }

    /// A member whose value is written whole by somebody else.
    mutating func value(_ name: String, _ value: (inout ObjectWriter) -> Void) {
        guard self.name(name) else { return }
        value(&self)
    }

    /// An array as a member.
    mutating func array(_ name: String, _ elements: (inout ObjectWriter) -> Void) {
        guard self.name(name) else { return }
        bytes.append(UInt8(ascii: "["))
        elements(&self)
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// A string; nil is null.
    mutating func text(_ name: String, _ value: String?) {
        guard self.name(name) else { return }
        guard let value else { return append("null") }
        JSONText.appendQuoted(value.utf8, to: &bytes)
        needsComma = true
    }

    /// A string as an element.
    mutating func text(_ value: String) {
        separate()
        JSONText.appendQuoted(value.utf8, to: &bytes)
        needsComma = true
    }

    /// An array of strings.
    mutating func texts(_ name: String, _ values: [String]) {
        array(name) { writer in
            for value in values { writer.text(value) }
        }
    }

    /// An integer; nil is null.
    mutating func number(_ name: String, _ value: Int?) {
        guard self.name(name) else { return }
        append(value.map(String.init) ?? "null")
    }

    /// A truth value.
    mutating func bool(_ name: String, _ value: Bool) {
        guard self.name(name) else { return }
        append(value ? "true" : "false")
    }

    /// JSON that is already written.
    mutating func raw(_ name: String, _ json: String) {
        guard self.name(name) else { return }
        append(json)
    }

    /// Members that are always null.
    mutating func nulls(_ names: String...) {
        for name in names { raw(name, "null") }
    }

    /// Writes members of the object at hand; those named are written as given instead.
    mutating func replacing(_ members: [String: String], _ body: (inout ObjectWriter) -> Void) {
        (replacements, replacedDepth) = (members, members.isEmpty ? -1 : depth)
        body(&self)
        (replacements, replacedDepth) = ([:], -1)
    }

    /// Writes a name; false if its value came with it.
    private mutating func name(_ name: String) -> Bool {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
        guard depth == replacedDepth, let json = replacements[name] else { return true }
        append(json)
        return false
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }
}
