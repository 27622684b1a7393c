/// A run of bytes of a buffer that somebody else holds.
@frozen
package struct ByteSlice: Hashable, Sendable {
    package var offset: Int32
    /// Negative where there is nothing: a field that the record does not have.
    package var count: Int32

    /// A slice of `count` bytes from `offset`.
    @inlinable
    package init(offset: Int, count: Int) {
        self.offset = Int32(truncatingIfNeeded: offset)
        self.count = Int32(truncatingIfNeeded: count)
    }

    /// No bytes at all: an absent field, which is another thing than `null` or an empty string.
    package static let absent = ByteSlice(offset: 0, count: -1)

    /// Whether there is nothing.
    @inlinable package var isAbsent: Bool { count < 0 }

    /// The positions of the bytes; empty where there are none.
    @inlinable package var range: Range<Int> { Int(offset)..<Int(offset) + Int(max(count, 0)) }
}
