import Core

/// A `NAME=VALUE` of a command line.
package enum SettingFlag {
    /// Reads the values of a repeatable option, of which the last one for a name holds.
    package static func parse(_ texts: [String], option: String) throws(ConfigurationError) -> [GivenSetting]
    {
        var settings: [GivenSetting] = []
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                // The text is not repeated: it may be a secret that somebody gave without its name.
                throw ConfigurationError(
                    .badFlag,
                    "\(option) needs NAME=VALUE, and what it got has no name or no ="
                )
            }
            let name = String(text[..<equals])
            settings.removeAll { $0.name == name }
            let value = Secret(String(text[text.index(after: equals)...]))
            settings.append(GivenSetting(name: name, value: .text(value), origin: .flag(option)))
        }
        return settings
    }
}
