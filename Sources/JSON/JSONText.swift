/// Strings between their form in JSON text and plain UTF-8.
package enum JSONText {
    /// Appends the UTF-8 that a string token stands for.
    ///
    /// The token has its quotes and was scanned before: bytes that no scanner lets through give some text,
    /// never a trap. The escape of a surrogate without its other half becomes U+FFFD.
    package static func decodeString(_ token: Span<UInt8>, into text: inout [UInt8]) {
        let end = token.count - 1
        var runStart = 1
        var index = 1
        while index < end {
            guard token[index] == UInt8(ascii: "\\"), index + 1 < end else {
                index += 1
                continue
            }
            append(token.extracting(runStart..<index), to: &text)
            index += 2
            switch token[index - 1] {
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"): appendScalar(of: token, at: &index, end: end, to: &text)
            case let escape: text.append(escape)
            }
            runStart = index
        }
        if runStart < end { append(token.extracting(runStart..<end), to: &text) }
    }

    private static func append(_ run: Span<UInt8>, to text: inout [UInt8]) {
        unsafe run.withUnsafeBufferPointer { buffer in unsafe text.append(contentsOf: buffer) }
    }

    /// Appends the UTF-8 that a string token stands for.
    package static func decodeString(_ token: ArraySlice<UInt8>, into text: inout [UInt8]) {
        decodeString(token.span, into: &text)
    }

    /// Appends the UTF-8 that the string token at `slice` of `bytes` stands for.
    package static func decodeString(_ slice: ByteSlice, of bytes: [UInt8], into text: inout [UInt8]) {
        decodeString(bytes.span.extracting(slice.range), into: &text)
    }

    /// Appends UTF-8 as a string token; only `"`, `\` and control characters are escaped.
    @inlinable
    package static func appendQuoted(_ text: some Sequence<UInt8>, to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        let isWhole: Void? = text.withContiguousStorageIfAvailable { buffer in
            unsafe appendEscaped(buffer, to: &json)
        }
        if isWhole == nil {
            for byte in text { appendEscaped(byte, to: &json) }
        }
        json.append(UInt8(ascii: "\""))
    }

    /// Runs between escapes go over at once: nearly all text has no escape.
    @usableFromInline
    static func appendEscaped(_ text: UnsafeBufferPointer<UInt8>, to json: inout [UInt8]) {
        var start = 0
        for index in 0..<text.count where needsEscape(unsafe text[index]) {
            unsafe json.append(contentsOf: text[start..<index])
            unsafe appendEscaped(text[index], to: &json)
            start = index + 1
        }
        unsafe json.append(contentsOf: text[start..<text.count])
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    @usableFromInline
    static func appendEscaped(_ byte: UInt8, to json: inout [UInt8]) {
        guard needsEscape(byte) else {
            json.append(byte)
            return
        }
        json.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: json.append(UInt8(ascii: "b"))
        case 0x09: json.append(UInt8(ascii: "t"))
        case 0x0A: json.append(UInt8(ascii: "n"))
        case 0x0C: json.append(UInt8(ascii: "f"))
        case 0x0D: json.append(UInt8(ascii: "r"))
        case 0..<0x20:
            json.append(contentsOf: "u00".utf8)
            json.append(hexDigit(byte >> 4))
            json.append(hexDigit(byte & 0xF))
        default: json.append(byte)
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// `index` stands after the `u`; a second escape is taken with it where the two are a surrogate pair.
    private static func appendScalar(
        of token: borrowing Span<UInt8>,
        at index: inout Int,
        end: Int,
        to text: inout [UInt8]
    ) {
        var value = hexadecimal(of: token, at: index, end: end)
        index = min(index + 4, end)
        if value & 0xFC00 == 0xD800, index + 6 <= end,
            token[index] == UInt8(ascii: "\\"), token[index + 1] == UInt8(ascii: "u")
        {
            let low = hexadecimal(of: token, at: index + 2, end: end)
            if low & 0xFC00 == 0xDC00 {
                value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
                index += 6
            }
        }
        let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
        text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private static func hexadecimal(of token: borrowing Span<UInt8>, at index: Int, end: Int) -> UInt32 {
        var value: UInt32 = 0
        for position in index..<min(index + 4, end) {
            value = value << 4 | UInt32(hexValue(token[position]) ?? 0)
        }
        return value
    }

    /// What a hexadecimal digit stands for.
    @inline(__always)
    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
