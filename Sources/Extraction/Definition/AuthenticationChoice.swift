package import Expressions
package import JSON

/// The ways in which an account can prove who asks, one of which its settings choose.
package struct AuthenticationChoice: Hashable, Sendable {
    /// One of them.
    package struct Way: Hashable, Sendable {
        /// Over the settings; without it the way is taken where no other is.
        package var condition: Template?
        package var authentication: Authentication

        /// A way.
        package init(_ authentication: Authentication, when condition: Template? = nil) {
            self.authentication = authentication
            self.condition = condition
        }
    }

    package var ways: [Way]

    /// Several ways.
    package init(_ ways: [Way]) { self.ways = ways }

    /// The one way that there is.
    package init(_ authentication: Authentication) { ways = [Way(authentication)] }

    /// The way that the settings choose; several, or none, are a mistake in the account and no order of preference: what
    /// is set would be left unused without a word.
    func chosen(_ filler: SettingsFiller) throws(ExtractionError) -> Authentication {
        var chosen: [Way] = []
        for way in ways {
            guard let condition = way.condition else { continue }
            if try filler.meets(condition, "auth: when") { chosen.append(way) }
        }
        if chosen.count > 1 {
            let conditions = chosen.compactMap { $0.condition?.source }.joined(separator: " and ")
            throw filler.failure(
                "the settings choose \(chosen.count) ways to prove who asks, by \(conditions): set those of one only"
            )
        }
        if let way = chosen.first ?? ways.first(where: { $0.condition == nil }) { return way.authentication }
        var names: [String] = []
        for reference in ways.flatMap({ $0.condition?.references ?? [] }) {
            if let name = reference.path.last, !names.contains(name) { names.append(name) }
        }
        throw filler.failure(
            "nothing is set that proves who asks: set one of \(names.joined(separator: ", ")) for the account"
        )
    }
}

extension ExtractorDefinition {
    /// The way that an account's settings choose.
    package func authentication(settings: [String: JSONValue]) throws(ExtractionError) -> Authentication {
        try AccountAccess(self, settings: settings).authentication
    }

    /// Whether each use of the account's credential gives another one in its place, which has to be kept.
    package func replacesCredential(settings: [String: JSONValue]) throws(ExtractionError) -> Bool {
        let access = try AccountAccess(self, settings: settings)
        guard case .login(let login) = access.authentication else { return false }
        return try login.rotates(access.filler)
    }
}
