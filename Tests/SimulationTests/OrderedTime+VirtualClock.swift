import Core
import ProcessSupport
import Simulators

extension OrderedTime {
    /// The time of a clock that moves by this alone.
    convenience init(_ clock: VirtualClock) {
        let start = clock.now
        self.init { clock.advance(to: start.advanced(by: $0)) }
    }
}
