/// Makes TZif files, sound ones and others.
struct TZifBuilder {
    var version: UInt8 = UInt8(ascii: "2")
    var times: [Int64] = []
    var kinds: [UInt8] = []
    var offsets: [(seconds: Int32, isDaylight: Bool, letters: UInt8)] = [(0, false, 0)]
    var letters = "UTC\0"
    var leapSeconds = 0
    var footer: String? = ""
    /// What the 32-bit block of a slim file leaves out.
    var isSlim = false

    var bytes: [UInt8] {
        guard version >= UInt8(ascii: "2") else { return header(isEmpty: false) + block(size: 4) }
        return header(isEmpty: isSlim) + (isSlim ? [0, 0, 0, 0, 0, 0, 0] : block(size: 4))
            + header(isEmpty: false)
            + block(size: 8) + (footer.map { Array("\n\($0)\n".utf8) } ?? [])
    }

    private func header(isEmpty: Bool) -> [UInt8] {
        let counts =
            isEmpty
            ? [0, 0, 0, 0, 1, 1] : [0, 0, leapSeconds, times.count, offsets.count, letters.utf8.count]
        return Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
            + counts.flatMap { Self.big(Int64($0), 4) }
    }

    private func block(size: Int) -> [UInt8] {
        var bytes = times.flatMap { Self.big($0, size) } + kinds
        for offset in offsets {
            bytes += Self.big(Int64(offset.seconds), 4) + [offset.isDaylight ? 1 : 0, offset.letters]
        }
        bytes += Array(letters.utf8)
        for number in 0..<leapSeconds { bytes += Self.big(Int64(number), size) + Self.big(Int64(number), 4) }
        return bytes
    }

    private static func big(_ value: Int64, _ size: Int) -> [UInt8] {
        (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> Int64($0 * 8)) }
    }
}
