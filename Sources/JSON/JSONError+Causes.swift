extension JSONError {
    /// The text ended inside `what`.
    static func cut(at offset: Int, in what: String) -> JSONError {
        JSONError(.cut, at: offset, "the text ends inside \(what)")
    }

    /// A byte that cannot stand there.
    static func unexpected(_ byte: UInt8, at offset: Int, wanted: String) -> JSONError {
        JSONError(.syntax, at: offset, "found \(name(of: byte)) where \(wanted) is needed")
    }

    /// A control character in a string.
    static func control(_ byte: UInt8, at offset: Int) -> JSONError {
        JSONError(.badString, at: offset, "found \(name(of: byte)) in a string, where it must be escaped")
    }

    /// A backslash before something else than the nine known.
    static func badEscape(_ byte: UInt8, at offset: Int) -> JSONError {
        JSONError(.badString, at: offset, "there is no escape of a backslash and \(name(of: byte))")
    }

    /// An escape by number that has no number.
    static func badHexadecimal(at offset: Int) -> JSONError {
        JSONError(.badString, at: offset, "\\u needs four hexadecimal digits")
    }

    /// Bytes that are no character.
    static func badUTF8(at offset: Int) -> JSONError {
        JSONError(.badUTF8, at: offset, "found bytes that are not UTF-8")
    }

    /// A number such as `012`.
    static func leadingZero(at offset: Int) -> JSONError {
        JSONError(.badNumber, at: offset, "a number may not begin with a zero and a further digit")
    }

    /// A number such as `1.` or `-a`.
    static func noDigit(_ byte: UInt8, at offset: Int) -> JSONError {
        JSONError(.badNumber, at: offset, "found \(name(of: byte)) where a number needs a digit")
    }

    /// Something after the document.
    static func trailing(_ byte: UInt8, at offset: Int) -> JSONError {
        JSONError(.trailing, at: offset, "found \(name(of: byte)) after the end of the document")
    }

    /// Too many arrays and objects within each other.
    static func tooDeep(at offset: Int, limit: Int) -> JSONError {
        JSONError(.tooDeep, at: offset, "more than \(limit) arrays and objects stand within each other")
    }

    /// A name again.
    static func duplicate(_ name: String, at offset: Int) -> JSONError {
        JSONError(.duplicateName, at: offset, "the name \"\(name)\" stands twice in one object")
    }

    /// A byte as it is shown to a reader: printable ASCII as itself, anything else as hexadecimal.
    static func name(of byte: UInt8) -> String {
        guard byte > 0x20, byte < 0x7F else {
            let digits = String(byte, radix: 16, uppercase: true)
            return "the byte 0x" + (digits.count == 1 ? "0" : "") + digits
        }
        return "\"\(Character(Unicode.Scalar(byte)))\""
    }
}
