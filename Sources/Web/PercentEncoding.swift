/// The `%XX` escapes of targets and forms.
enum PercentEncoding {
    /// Decodes what stands between two separators; a `%` without two digits stays, and broken UTF-8 is repaired.
    static func decode(_ text: some Collection<UInt8>, plusIsSpace: Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var place = text.startIndex
        while place != text.endIndex {
            let byte = text[place]
            text.formIndex(after: &place)
            if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(UInt8(ascii: " "))
                continue
            }
            guard byte == UInt8(ascii: "%"), place != text.endIndex else {
                bytes.append(byte)
                continue
            }
            let second = text.index(after: place)
            guard second != text.endIndex, let high = digit(text[place]), let low = digit(text[second]) else {
                bytes.append(byte)
                continue
            }
            bytes.append(high << 4 | low)
            place = text.index(after: second)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
