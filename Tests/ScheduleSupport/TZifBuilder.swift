/// Makes TZif files, sound ones and others.
package struct TZifBuilder: Sendable {
    package var version: UInt8
    package var times: [Int64]
    package var kinds: [UInt8]
    package var offsets: [(seconds: Int32, isDaylight: Bool, letters: UInt8)]
    package var letters: String
    package var leapSeconds: Int
    package var footer: String?
    /// What the 32-bit block of a slim file leaves out.
    package var isSlim: Bool

    /// A file; without a word, of a zone that is UTC.
    package init(
        version: UInt8 = UInt8(ascii: "2"),
        times: [Int64] = [],
        kinds: [UInt8] = [],
        offsets: [(seconds: Int32, isDaylight: Bool, letters: UInt8)] = [(0, false, 0)],
        letters: String = "UTC\0",
        leapSeconds: Int = 0,
        footer: String? = "",
        isSlim: Bool = false
    ) {
        self.version = version
        self.times = times
        self.kinds = kinds
        self.offsets = offsets
        self.letters = letters
        self.leapSeconds = leapSeconds
        self.footer = footer
        self.isSlim = isSlim
    }

    package var bytes: [UInt8] {
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
