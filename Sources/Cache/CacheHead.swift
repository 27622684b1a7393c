import Core

/// What the rows of a table begin with: what they are, and the stream's name with an end that no name contains.
enum CacheHead {
    /// The row of the cache's position.
    static let position = Array("m".utf8)

    /// What the rows begin with that are of a stream and can be there by themselves.
    static let letters = Array("ve".utf8)

    static func versions(_ stream: StreamName) -> [UInt8] { head("v", stream) }
    static func entries(_ stream: StreamName) -> [UInt8] { head("e", stream) }
    /// The keys that have a parent, by a hash of it.
    static func children(_ stream: StreamName) -> [UInt8] { head("p", stream) }

    /// The keys of one parent, and of others with its hash.
    static func children(of parent: [UInt8], _ stream: StreamName) -> [UInt8] {
        var head = children(stream)
        // FNV-1a: the hash only narrows down, so nobody gains by making two meet.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in parent { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        head.appendNumber(hash)
        return head
    }

    private static func head(_ letter: Character, _ stream: StreamName) -> [UInt8] {
        Array("\(letter)\(stream)\0".utf8)
    }
}
