import Core
package import JSON
import Synchronization

/// An account's settings as they were read last, for the templates of its credentials.
final class LiveSettings: Sendable {
    private let definition: ExtractorDefinition
    private let access: AccountAccess
    private let reread: Rereading?
    private let scope: Locked<[String: JSONValue]>

    /// The settings that a run began with; `reread` reads them once more.
    init(_ definition: ExtractorDefinition, access: AccountAccess, reread: Rereading?) {
        self.definition = definition
        self.access = access
        self.reread = reread
        scope = Locked(access.filler.scope)
    }

    /// Fills templates from them.
    var filler: SettingsFiller {
        var filler = access.filler
        filler.scope = scope.withLock { $0 }
        return filler
    }

    /// Reads them again; says whether they have changed.
    func readAgain() async throws -> Bool {
        guard let reread else { return false }
        let read = try AccountAccess.scope(of: definition, settings: await reread())
        access.secretBook.learn(AccountAccess.secrets(in: read, of: definition))
        return scope.withLock { scope in
            defer { scope = read }
            return scope != read
        }
    }
}

/// Reads an account's settings once more, as they are now.
package typealias Rereading = @Sendable () async throws -> [String: JSONValue]
