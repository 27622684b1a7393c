import JSON

/// Writes JSON objects member by member, in order.
struct ObjectWriter {
    var bytes: [UInt8] = []
    private var needsComma = false

    /// Room for so many bytes.
    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// An object as an element, or after a name.
    mutating func object(_ members: (inout ObjectWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        members(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// An object as a member.
    mutating func object(_ name: String, _ members: (inout ObjectWriter) -> Void) {
        self.name(name)
        object(members)
    }

    /// An array as a member.
    mutating func array(_ name: String, _ elements: (inout ObjectWriter) -> Void) {
        self.name(name)
        bytes.append(UInt8(ascii: "["))
        elements(&self)
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// A string; nil is null.
    mutating func text(_ name: String, _ value: String?) {
        self.name(name)
        guard let value else { return append("null") }
        JSONText.appendQuoted(value.utf8, to: &bytes)
        needsComma = true
    }

    /// An integer; nil is null.
    mutating func number(_ name: String, _ value: Int?) {
        self.name(name)
        append(value.map(String.init) ?? "null")
    }

    /// A truth value.
    mutating func bool(_ name: String, _ value: Bool) {
        self.name(name)
        append(value ? "true" : "false")
    }

    /// JSON that is already written.
    mutating func raw(_ name: String, _ json: String) {
        self.name(name)
        append(json)
    }

    /// Members that are always null.
    mutating func nulls(_ names: String...) {
        for name in names { raw(name, "null") }
    }

    private mutating func name(_ name: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
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
