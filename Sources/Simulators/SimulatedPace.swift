import Core
import Synchronization

/// The changes that come to an account by themselves: in which seconds, and how many.
final class SimulatedPace: Sendable {
    /// How many come in a virtual minute.
    private let perMinute: Int
    /// The second up to which they have come.
    private let lived: Locked<Int>

    init(perMinute: Int, from now: Int) {
        self.perMinute = perMinute
        lived = Locked(now)
    }

    /// The seconds with changes since the account was last looked at, which are lived through with this.
    ///
    /// Of a longer jump of the clock only the last hour is lived.
    func seconds(until now: Int) -> [Int] {
        guard perMinute > 0 else { return [] }
        let first = lived.withLock { lived in
            defer { lived = max(lived, now) }
            return max(lived + 1, now - 3599)
        }
        return first <= now ? (first...now).filter { $0 % 4 == 0 } : []
    }

    /// How many changes one of the seconds has.
    func count(_ dice: inout SeededDice) -> Int { (perMinute * 4 + dice(60)) / 60 }
}
