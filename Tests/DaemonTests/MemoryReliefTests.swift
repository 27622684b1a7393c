import Testing

@testable import Daemon

/// When memory is given back.
struct MemoryReliefTests {
    @Test func `once after the start, and once after each busy time that has been over for a while`() {
        var relief = MemoryRelief()
        let looks: [(second: Int, isBusy: Bool, isDue: Bool)] = [
            (100, false, false), (119, false, false), (120, false, true), (150, false, false),
            // Busy again and again: never while it lasts, nor right after it.
            (160, true, false), (170, false, false), (175, true, false), (190, false, false),
            (195, false, true), (300, false, false), (301, true, false), (400, true, false),
            (419, false, false),
            (420, false, true), (421, false, false),
        ]
        for look in looks {
            #expect(
                relief.isDue(isBusy: look.isBusy, at: .seconds(look.second)) == look.isDue,
                "second \(look.second)"
            )
        }
    }
}
