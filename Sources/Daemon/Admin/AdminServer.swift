import Configuration
package import Core
import Web

/// The admin API and the page: what people and their programs see of the daemon, and ask of it.
package final class AdminServer: Sendable {
    /// Where it listens, and who may ask.
    package struct Configuration: Sendable {
        /// A numeric address of this machine.
        package var host = "127.0.0.1"
        /// 0 lets the system choose.
        package var port: UInt16 = 0
        /// How many ports behind it may stand in for it, the next first, where it cannot be listened on.
        package var spares = 0
        /// More names that it is called by: the one of the machine, or of a proxy in front of it.
        package var names: Set<String> = []
        /// By the name of whoever holds it: what stands in the log of changes.
        ///
        /// None are needed on a loopback address.
        package var tokens: [String: Secret] = [:]

        /// A configuration.
        package init(
            host: String = "127.0.0.1",
            port: UInt16 = 0,
            names: Set<String> = [],
            tokens: [String: Secret] = [:]
        ) {
            self.host = host
            self.port = port
            self.names = names
            self.tokens = tokens
        }

        /// Whether only this machine can reach it.
        package var isLoopback: Bool { ListenAddress(host: host, port: Int(port))?.isLoopback ?? false }
    }

    /// More than every body that a command needs.
    static let bodyLimit = 64 << 10

    private let web: WebServer
    private let feed: ChangeFeed

    /// Listens; requests that need the daemon wait for `run()`.
    ///
    /// - Throws: if the address needs a token and there is none, or cannot be listened on.
    package convenience init(
        control: any DaemonControl,
        configuration: Configuration = Configuration(),
        time: Monotonic = .system
    ) throws {
        let page = PageFiles()
        try self.init(control: control, configuration: configuration, time: time) { page }
    }

    init(
        control: any DaemonControl,
        configuration: Configuration,
        time: Monotonic,
        page: @escaping @Sendable () -> PageFiles
    ) throws {
        guard configuration.isLoopback || !configuration.tokens.isEmpty else {
            throw AdminError(
                .tokenNeeded,
                "\(configuration.host) can be reached by others, and there is no token: give one, or listen on "
                    + "127.0.0.1"
            )
        }
        for (name, token) in configuration.tokens.sorted(by: { $0.key < $1.key })
        where token.revealed.utf8.count < DaemonSettings.shortestToken {
            throw AdminError(
                .weakToken,
                "the token '\(name)' has fewer than \(DaemonSettings.shortestToken) characters: take that of `openssl rand -hex 32`"
            )
        }
        feed = ChangeFeed(control: control, time: time)
        let router = AdminRouter(
            gate: AdminGate(configuration),
            routes: AdminAPI(control: control, feed: feed).routes,
            page: page
        )
        var settings = WebServer.Configuration(host: configuration.host, port: configuration.port)
        settings.bodyLimit = Self.bodyLimit
        settings.refusal = { status, text in AdminProblem(status: status, refusedWith: text).response }
        web = try Self.listen(settings, spares: configuration.spares) { request in router.answer(request) }
    }

    private static func listen(
        _ settings: WebServer.Configuration,
        spares: Int,
        _ handler: @escaping @Sendable (WebRequest) -> WebAnswer
    ) throws(WebError) -> WebServer {
        var next = settings
        while true {
            do throws(WebError) {
                return try WebServer(configuration: next, handler: handler)
            } catch {
                let isOver = next.port == .max || Int(next.port) >= Int(settings.port) + spares
                guard error.code == .cannotListen, settings.port > 0, !isOver else { throw error }
                next.port += 1
            }
        }
    }

    /// The port that it listens on.
    package var port: UInt16 { web.port }

    /// Serves until `stop()` is called or the task is cancelled.
    package func run() async {
        await withTaskGroup { group in
            group.addTask { [web] in await web.run() }
            group.addTask { [feed] in await feed.run() }
            await group.next()
            group.cancelAll()
        }
    }

    /// Refuses new connections, ends what listens for changes, and returns when all is closed; blocks up to `grace`.
    package func stop(grace: Duration = .seconds(5)) { web.stop(grace: grace) }
}

/// An admin server that could not be started.
package struct AdminError: SluiceError {
    /// What went wrong, in a form that programs may compare.
    package struct Code: Hashable, Sendable {
        private enum Kind: String, CaseIterable {
            case tokenNeeded = "admin.token_needed"
            case weakToken = "admin.weak_token"
        }
        private var kind: Kind

        /// Others can reach the address, and nothing keeps them out.
        package static let tokenNeeded = Code(kind: .tokenNeeded)
        /// A token that can be guessed.
        package static let weakToken = Code(kind: .weakToken)

        /// Every code's text form.
        package static var allTexts: [String] { Kind.allCases.map(\.rawValue) }
        /// The stable text form.
        package var text: String { kind.rawValue }
    }

    package var code: Code
    package var message: String

    /// An error.
    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var codeText: String { code.text }
    package var recovery: Recovery { .failRun }
    package var exitCode: ExitCode { .configuration }
}
