import Core
import JSON

/// Takes keys out of a line of the log of runs, or finds them in an alert: out of what is told there in words, never out of what says which line it is.
struct RunLineEraser: Sendable {
    /// The members that hold words, or what a run tells of itself.
    private static let told: Set<String> = [
        "text", "error_message", "outcome", "streams", "before", "after", "reason", "message", "data",
    ]
    /// Words of ours within them.
    private static let fixed: Set<String> = [
        "status", "code", "phase", "why", "key", "schedule", "account", "run", "host",
    ]

    private let eraser: KeyEraser

    init(_ eraser: KeyEraser) { self.eraser = eraser }

    /// Whether the line names one of the keys.
    func names(_ bytes: [UInt8]) -> Bool { told(bytes) != nil }

    /// The line without the keys; nil where it names none of them, or cannot be read.
    func erased(_ bytes: [UInt8], at now: Instant) -> [UInt8]? {
        guard var members = told(bytes) else { return nil }
        members.removeAll { $0.name == RunLine.erasedMember }
        members.append(.init(name: RunLine.erasedMember, value: .time(now)))
        return JSONValue.object(members).bytes()
    }

    private func told(_ bytes: [UInt8]) -> [JSONValue.Member]? {
        guard var members = (try? JSONValue.parse(bytes))?.members else { return nil }
        var isNamed = false
        for index in members.indices where Self.told.contains(members[index].name) {
            guard let value = erased(members[index].value, isPlace: false) else { continue }
            members[index].value = value
            isNamed = true
        }
        return isNamed ? members : nil
    }

    /// `isPlace` where numbers may be keys as well: within a bookmark.
    private func erased(_ value: JSONValue, isPlace: Bool) -> JSONValue? {
        switch value {
        case .null, .bool: return nil
        case .number(let lexeme): return isPlace && eraser.names(lexeme) ? .string(KeyEraser.mark) : nil
        case .string(let text): return eraser.erased(text).map(JSONValue.string)
        case .array(let elements):
            var isNamed = false
            let new = elements.map { element in
                guard let new = erased(element, isPlace: isPlace) else { return element }
                isNamed = true
                return new
            }
            return isNamed ? .array(new) : nil
        case .object(let members):
            var isNamed = false
            let new = members.map { member in
                guard !Self.fixed.contains(member.name),
                    let value = erased(member.value, isPlace: isPlace || member.name == "bookmark")
                else { return member }
                isNamed = true
                return JSONValue.Member(name: member.name, value: value)
            }
            return isNamed ? .object(new) : nil
        }
    }
}
