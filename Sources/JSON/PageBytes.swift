/// The bytes of a page while it is scanned: tokens are found and checked here, and white space goes.
///
/// Positions are of the page as it came. White space is not moved away where it is met: `runStart` is where
/// the bytes not yet moved begin and `removed` how many were dropped before them, so that a byte at `i` ends
/// up at `i - removed`. Nothing moves while no white space was met, and what moves goes towards the front,
/// never past `runStart`: bytes still to be read are as they came.
///
/// Safety: this is the only file of the module that computes addresses. `base` is valid for `end` bytes as
/// long as the value lives, which `withBytes(of:_:)` sees to. Every load is preceded by a comparison of its
/// position with `end` in the same function or, for `byte(at:)` and `word(at:)`, in the caller: a position
/// that `significant(from:)` returned is below `end`.
@safe
struct PageBytes: ~Copyable {
    private let base: UnsafeMutablePointer<UInt8>
    let end: Int
    /// How many bytes of white space were met so far.
    private(set) var removed = 0
    private var runStart = 0
    /// Whether the last string had a backslash; set by `stringEnd(from:)`, cleared by who wants to know.
    var hasEscape = false

    private init(base: UnsafeMutablePointer<UInt8>, end: Int) {
        unsafe self.base = base
        self.end = end
    }

    /// Calls `body` with the bytes of a page, which may not be empty.
    static func withBytes<Result>(
        of page: inout [UInt8],
        _ body: (consuming PageBytes) throws(ScanFault) -> Result
    ) throws(ScanFault) -> Result {
        try unsafe page.withUnsafeMutableBufferPointer { buffer throws(ScanFault) in
            guard let base = buffer.baseAddress else { throw ScanFault(kind: .cut, offset: 0) }
            return try body(unsafe PageBytes(base: base, end: buffer.count))
        }
    }

    // MARK: - Tokens

    /// The position after the name at `index`.
    @inline(__always)
    mutating func nameEnd(from index: Int) throws(ScanFault) -> Int {
        guard byte(at: index) == UInt8(ascii: "\"") else {
            throw ScanFault(kind: .noName, byte: byte(at: index), offset: index)
        }
        return try stringEnd(from: index)
    }

    /// The position of the value after a name that ends at `index`.
    @inline(__always)
    mutating func valueStart(from index: Int) throws(ScanFault) -> Int {
        let colon = try significant(from: index)
        guard byte(at: colon) == UInt8(ascii: ":") else {
            throw ScanFault(kind: .noColon, byte: byte(at: colon), offset: colon)
        }
        return try significant(from: colon + 1)
    }

    /// The position after the string whose opening quote is at `start`: eight bytes at a time as long as all
    /// of them are plain, which is what most bytes of most pages are.
    @inline(__always)
    mutating func stringEnd(from start: Int) throws(ScanFault) -> Int {
        var index = start + 1
        while true {
            if index <= end - 8 {
                let special = Self.special(in: word(at: index))
                if special == 0 {
                    index += 8
                    continue
                }
                index += special.trailingZeroBitCount >> 3
            } else {
                index = try plainEnd(from: index)
            }
            if byte(at: index) == UInt8(ascii: "\"") { return index + 1 }
            index = try specialEnd(from: index)
        }
    }

    /// The high bit of the first byte that is a quote, a backslash, a control character or not ASCII, if any;
    /// bits above it may be set wrongly, as a subtraction borrows from the bytes above.
    @inline(__always)
    private static func special(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = (word ^ (ones &* 0x22)) &- ones
        let backslashes = (word ^ (ones &* 0x5C)) &- ones
        let controls = word &- (ones &* 0x20)
        return (quotes | backslashes | controls | word) & (ones &* 0x80)
    }

    /// The position of the next byte that is not plain, near the page's end.
    @inline(never)
    private func plainEnd(from start: Int) throws(ScanFault) -> Int {
        var index = start
        while index < end {
            let byte = byte(at: index)
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                return index
            }
            index += 1
        }
        throw ScanFault(kind: .cut, offset: end)
    }

    /// The position after the escape or after the characters beyond ASCII at `index`.
    @inline(never)
    private mutating func specialEnd(from start: Int) throws(ScanFault) -> Int {
        var index = start
        let first = byte(at: index)
        if first == UInt8(ascii: "\\") {
            hasEscape = true
            return try escapeEnd(from: index)
        }
        guard first >= 0x80 else { throw ScanFault(kind: .control, byte: first, offset: index) }
        while index < end, byte(at: index) >= 0x80 {
            let position = index
            let count = UTF8Sequence.count(first: byte(at: index), available: end - index) {
                byte(at: position + $0)
            }
            guard count >= 0 else { throw ScanFault(kind: .cut, offset: end) }
            guard count > 0 else { throw ScanFault(kind: .badUTF8, offset: index) }
            index += count
        }
        return index
    }

    private func escapeEnd(from start: Int) throws(ScanFault) -> Int {
        let index = start + 1
        guard index < end else { throw ScanFault(kind: .cut, offset: end) }
        switch byte(at: index) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index + 1
        case UInt8(ascii: "u"):
            for digit in (index + 1)..<(index + 5) {
                guard digit < end else { throw ScanFault(kind: .cut, offset: end) }
                guard JSONText.hexValue(byte(at: digit)) != nil else {
                    throw ScanFault(kind: .badHexadecimal, offset: digit)
                }
            }
            return index + 5
        case let byte:
            throw ScanFault(kind: .badEscape, byte: byte, offset: index)
        }
    }

    /// The position after the number at `start`, which begins with a minus or a digit.
    @inline(__always)
    func numberEnd(from start: Int) throws(ScanFault) -> Int {
        var index = start
        if byte(at: index) == UInt8(ascii: "-") { index += 1 }
        if index < end, byte(at: index) == UInt8(ascii: "0") {
            index += 1
            guard index == end || !Self.isDigit(byte(at: index)) else {
                throw ScanFault(kind: .leadingZero, offset: index)
            }
        } else {
            index = try digitsEnd(from: index)
        }
        guard index < end else { return index }
        if byte(at: index) == UInt8(ascii: ".") {
            index = try digitsEnd(from: index + 1)
            guard index < end else { return index }
        }
        guard byte(at: index) | 0x20 == UInt8(ascii: "e") else { return index }
        index += 1
        if index < end, byte(at: index) == UInt8(ascii: "+") || byte(at: index) == UInt8(ascii: "-") {
            index += 1
        }
        return try digitsEnd(from: index)
    }

    @inline(__always)
    private func digitsEnd(from start: Int) throws(ScanFault) -> Int {
        var index = start
        while index < end, Self.isDigit(byte(at: index)) { index += 1 }
        guard index > start else {
            guard index < end else { throw ScanFault(kind: .cut, offset: end) }
            throw ScanFault(kind: .noDigit, byte: byte(at: index), offset: index)
        }
        return index
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// The position after `true`, `false` or `null`.
    @inline(__always)
    func wordEnd(from start: Int, first: UInt8) throws(ScanFault) -> Int {
        switch first {
        case UInt8(ascii: "t"): try wordEnd(from: start, "true")
        case UInt8(ascii: "f"): try wordEnd(from: start, "false")
        case UInt8(ascii: "n"): try wordEnd(from: start, "null")
        default: throw ScanFault(kind: .noValue, byte: first, offset: start)
        }
    }

    @inline(__always)
    private func wordEnd(from start: Int, _ word: StaticString) throws(ScanFault) -> Int {
        for position in 1..<word.utf8CodeUnitCount {
            guard start + position < end else { throw ScanFault(kind: .cut, offset: end) }
            guard unsafe byte(at: start + position) == word.utf8Start[position] else {
                throw ScanFault(kind: .badWord, byte: byte(at: start + position), offset: start + position)
            }
        }
        return start + word.utf8CodeUnitCount
    }

    // MARK: - White space

    /// The position of the first byte from `index` on that is not white space; a page without one is cut.
    @inline(__always)
    mutating func significant(from index: Int) throws(ScanFault) -> Int {
        guard index < end else { throw ScanFault(kind: .cut, offset: end) }
        guard byte(at: index) <= 0x20 else { return index }
        let next = skipWhiteSpace(from: index)
        guard next < end else { throw ScanFault(kind: .cut, offset: end) }
        return next
    }

    /// Moves the run that ends at `start`, drops the white space there; returns the position after it.
    @inline(never)
    mutating func skipWhiteSpace(from start: Int) -> Int {
        if removed > 0 { moveRun(upTo: start) }
        var index = start
        while index <= end - 8, word(at: index) == 0x2020_2020_2020_2020 { index += 8 }
        while index < end, Self.isWhiteSpace(byte(at: index)) { index += 1 }
        removed += index - start
        runStart = index
        return index
    }

    /// Moves the bytes from `runStart` to `stop` to where they belong.
    ///
    /// A short run goes in pieces of 16 bytes, the last of which may take bytes from behind the run along:
    /// they land before `stop` as long as 16 bytes were removed, where nothing is read any more.
    @inline(__always)
    private func moveRun(upTo stop: Int) {
        let count = stop - runStart
        let source = unsafe UnsafeMutableRawPointer(base + runStart)
        let target = unsafe source - removed
        guard removed >= 16, count <= 64, stop <= end - 16 else {
            unsafe target.copyMemory(from: source, byteCount: count)
            return
        }
        var position = 0
        while position < count {
            let piece = unsafe (source + position).loadUnaligned(as: SIMD16<UInt8>.self)
            unsafe (target + position).storeBytes(of: piece, as: SIMD16<UInt8>.self)
            position += 16
        }
    }

    @inline(__always)
    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    // MARK: - Memory

    /// The byte at `index`, which the caller knows to be below `end`.
    @inline(__always)
    func byte(at index: Int) -> UInt8 {
        assert(index >= 0 && index < end)
        return unsafe base[index]
    }

    /// The eight bytes from `index` on, the first one lowest; the caller knows `index + 8` to be at most `end`.
    @inline(__always)
    private func word(at index: Int) -> UInt64 {
        assert(index >= 0 && index <= end - 8)
        return unsafe UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
    }
}
