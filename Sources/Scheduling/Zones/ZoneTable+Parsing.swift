/// Why bytes are no zone.
struct ZoneFault: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}

extension ZoneTable {
    /// Reads a TZif file (RFC 8536, RFC 9636): the 64-bit block where there is one, else the 32-bit one.
    static func parse(_ bytes: [UInt8]) throws(ZoneFault) -> ZoneTable {
        var reader = TZifReader(bytes: bytes)
        var header = try reader.header()
        guard header.version >= UInt8(ascii: "2") else {
            return try reader.table(header, timeSize: 4, hasFooter: false)
        }
        try reader.skip(header.size(timeSize: 4))
        header = try reader.header()
        return try reader.table(header, timeSize: 8, hasFooter: true)
    }
}

private struct TZifHeader {
    var version: UInt8
    var utcCount: Int
    var standardCount: Int
    var leapCount: Int
    var timeCount: Int
    var kindCount: Int
    var letterCount: Int

    func size(timeSize: Int) -> Int {
        timeCount * (timeSize + 1) + kindCount * 6 + letterCount + leapCount * (timeSize + 4) + standardCount
            + utcCount
    }
}

private struct TZifReader {
    private let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) throws(ZoneFault) {
        guard count <= bytes.count - position else { throw ZoneFault("it ends in the middle of its table") }
        position += count
    }

    private mutating func take(_ count: Int) throws(ZoneFault) -> ArraySlice<UInt8> {
        let start = position
        try skip(count)
        return bytes[start..<position]
    }

    private mutating func integer(_ size: Int) throws(ZoneFault) -> Int64 {
        var value: Int64 = 0
        for byte in try take(size) { value = value << 8 | Int64(byte) }
        return size == 4 ? Int64(Int32(truncatingIfNeeded: value)) : value
    }

    mutating func header() throws(ZoneFault) -> TZifHeader {
        guard try take(4).elementsEqual("TZif".utf8) else { throw ZoneFault("it is no TZif file") }
        let version = try take(16).first ?? 0
        var counts: [Int] = []
        for _ in 0..<6 {
            let count = Int(try integer(4))
            // Nothing can be longer than the file; the sums stay far from overflow.
            guard (0...bytes.count).contains(count) else {
                throw ZoneFault("its header counts more than it holds")
            }
            counts.append(count)
        }
        return TZifHeader(
            version: version,
            utcCount: counts[0],
            standardCount: counts[1],
            leapCount: counts[2],
            timeCount: counts[3],
            kindCount: counts[4],
            letterCount: counts[5]
        )
    }

    /// What a header counts, and the line behind it.
    mutating func table(_ header: TZifHeader, timeSize: Int, hasFooter: Bool) throws(ZoneFault) -> ZoneTable {
        // Its instants are not those of the rest of the world, 27 seconds and more apart.
        guard header.leapCount == 0 else {
            throw ZoneFault("it counts leap seconds; use the zone without right/ in its name")
        }
        guard (1...256).contains(header.kindCount), header.letterCount > 0 else {
            throw ZoneFault("it has no offset")
        }
        let end = position + header.size(timeSize: timeSize)
        var times: [Int64] = []
        times.reserveCapacity(header.timeCount)
        for _ in 0..<header.timeCount {
            let time = try integer(timeSize)
            if let last = times.last, last >= time { throw ZoneFault("its changes are out of order") }
            times.append(time)
        }
        let kinds = Array(try take(header.timeCount))
        guard kinds.allSatisfy({ Int($0) < header.kindCount }) else {
            throw ZoneFault("it names an offset that it does not have")
        }
        var raw: [(seconds: Int, isDaylight: Bool, letters: Int)] = []
        for _ in 0..<header.kindCount {
            let seconds = Int(try integer(4))
            guard (-89_999...93_599).contains(seconds) else {
                throw ZoneFault("it has an offset of \(seconds) seconds")
            }
            let isDaylight = try integer1() != 0
            raw.append((seconds, isDaylight, Int(try integer1())))
        }
        let letters = try take(header.letterCount)
        var offsets: [ZoneOffset] = []
        for kind in raw {
            guard kind.letters < letters.count else { throw ZoneFault("an offset's name lies outside it") }
            let name = letters[(letters.startIndex + kind.letters)...].prefix { $0 != 0 }
            offsets.append(
                ZoneOffset(
                    seconds: kind.seconds,
                    isDaylight: kind.isDaylight,
                    abbreviation: String(decoding: name, as: UTF8.self)
                )
            )
        }
        try skip(end - position)
        return ZoneTable(
            times: times,
            kinds: kinds,
            offsets: offsets,
            footer: hasFooter ? try footer() : nil
        )
    }

    private mutating func integer1() throws(ZoneFault) -> UInt8 { try take(1).first ?? 0 }

    /// The rule for later years; nil where the file has none.
    private mutating func footer() throws(ZoneFault) -> ZoneFooter? {
        guard try take(1).first == UInt8(ascii: "\n") else { throw ZoneFault("its last line is missing") }
        let text = bytes[position...].prefix { $0 != UInt8(ascii: "\n") }
        guard text.endIndex < bytes.endIndex else { throw ZoneFault("its last line has no end") }
        guard !text.isEmpty else { return nil }
        guard let footer = ZoneFooter(text) else {
            throw ZoneFault("its rule \"\(String(decoding: text, as: UTF8.self))\" is none that is known")
        }
        return footer
    }
}
