/// The obvious way to do a thing, to compare the fast way with.
package enum Naive {
    /// Valid JSON without white space outside of its strings.
    package static func compact(_ json: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isInString = false
        var isEscaped = false
        for byte in json {
            if isInString {
                result.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else if ![0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                isInString = byte == UInt8(ascii: "\"")
                result.append(byte)
            }
        }
        return result
    }
}
