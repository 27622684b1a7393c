package import Core

/// An error about a value that somebody gave, with the place where they gave it.
package struct PlacedError: SluiceError {
    package var origin: SettingOrigin
    package var base: any SluiceError

    /// The error of a value from `origin`.
    package init(_ base: any SluiceError, at origin: SettingOrigin) {
        self.origin = origin
        self.base = base
    }

    package var codeText: String { base.codeText }
    package var message: String { "\(origin): \(base.message)" }
    package var recovery: Recovery { base.recovery }
    package var exitCode: ExitCode { base.exitCode }
}

/// A text with the place where it was given.
package struct PlacedText: Hashable, Sendable {
    package var text: String
    package var origin: SettingOrigin

    /// A text from a place.
    package init(_ text: String, at origin: SettingOrigin) {
        self.text = text
        self.origin = origin
    }

    /// Reads the text; an error about it says where it stands.
    package func read<Value>(_ body: (String) throws -> Value) throws -> Value {
        do {
            return try body(text)
        } catch let error as any SluiceError {
            throw PlacedError(error, at: origin)
        }
    }
}
