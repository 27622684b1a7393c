import Scheduling

extension ClockChange {
    /// Which way, as metrics have it; nil where nothing happened.
    var direction: String? {
        switch self {
        case .started, .steady: nil
        case .forward: "forward"
        case .backward: "backward"
        case .suspended: "suspended"
        }
    }

    /// What happened, in words.
    var text: String {
        switch self {
        case .started: "the clock is looked at for the first time"
        case .steady: "the clock goes on"
        case .forward(let length): "the clock was put forward by \(Self.text(length))"
        case .backward(let length): "the clock was put back by \(Self.text(length))"
        case .suspended(let length): "the machine slept for \(Self.text(length))"
        }
    }

    private static func text(_ length: Duration) -> String {
        LengthText.short(Int(length.components.seconds))
    }
}
