package import Core
package import JSON

/// Where a value came from.
package enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
    /// The extractor's definition.
    case definition
    case file(String, line: Int, column: Int)
    /// An option of the command, by its name.
    case flag(String)
    case environment(String)

    package var description: String {
        switch self {
        case .definition: "default"
        case .file(let name, let line, let column): "\(name):\(line):\(column)"
        case .flag(let name): name
        case .environment(let name): name
        }
    }
}

/// A setting as somebody gave it, references unread.
package struct GivenSetting: Hashable, Sendable {
    package var name: String
    package var value: GivenValue
    package var origin: SettingOrigin
}

/// A value as it was given: a text may be a reference or, on a command line, stand for a number.
///
/// Never described: nobody knows yet whether it is a secret.
package enum GivenValue: Hashable, Sendable {
    case text(Secret)
    /// A value with a type, as only files have them.
    case typed(JSONValue, written: String)
    case list([Secret])
}

extension GivenValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { Secret.mask }
    package var debugDescription: String { Secret.mask }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
