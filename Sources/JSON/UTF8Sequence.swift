/// The well-formed byte sequences of UTF-8 (Unicode 3.9, table 3-7): no overlong forms, no surrogates.
enum UTF8Sequence {
    /// The bytes of the sequence that starts with `first`: 1 to 4; 0 where it is ill-formed; -1 where the
    /// text ends within one that is well-formed so far.
    ///
    /// `byte(n)` is the n-th byte after the first and is asked for only below `available`.
    @inline(__always)
    static func count(first: UInt8, available: Int, byte: (Int) -> UInt8) -> Int {
        if first < 0x80 { return 1 }
        let length: Int
        var low: UInt8 = 0x80
        var high: UInt8 = 0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, low) = (3, 0xA0)
        case 0xED: (length, high) = (3, 0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, low) = (4, 0x90)
        case 0xF4: (length, high) = (4, 0x8F)
        case 0xF1...0xF3: length = 4
        default: return 0
        }
        for position in 1..<length {
            guard position < available else { return -1 }
            let next = byte(position)
            guard next >= low, next <= high else { return 0 }
            (low, high) = (0x80, 0xBF)
        }
        return length
    }
}
