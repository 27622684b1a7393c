/// Numbers that look random and follow from a seed and a place alone, so that any object can be made at any time.
struct SeededHash: Sendable {
    let seed: UInt64

    /// The number at a place.
    func callAsFunction(_ place: UInt64, _ salt: UInt64 = 0) -> UInt64 {
        Self.mix(Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15 &* (salt &+ 1)) ^ place)
    }

    /// SplitMix64's last step.
    static func mix(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A permutation of the numbers of 46 bits: neighbours end up far apart, and `unscramble` finds back.
    func scramble(_ value: UInt64) -> UInt64 {
        var (left, right) = (value >> 23 & Self.half, value & Self.half)
        for round in 0..<4 as Range<UInt64> {
            (left, right) = (right, left ^ (self(right, round) & Self.half))
        }
        return left << 23 | right
    }

    /// The number that `scramble` made this one of.
    func unscramble(_ value: UInt64) -> UInt64 {
        var (left, right) = (value >> 23 & Self.half, value & Self.half)
        for round in (0..<4 as Range<UInt64>).reversed() {
            (left, right) = (right ^ (self(left, round) & Self.half), left)
        }
        return left << 23 | right
    }

    private static let half: UInt64 = (1 << 23) - 1
}
