import Core
import Glibc
import Synchronization
import Web

/// How a simulator listens: its socket, compressed answers, delays by its clock, and the file that leads to it.
final class SimulatorServer: Sendable {
    private let configuration: SimulatorConfiguration
    private let clock: VirtualClock
    private let gzip = GzipEncoder()
    private let server = Locked(WebServer?.none)

    init(_ configuration: SimulatorConfiguration, clock: VirtualClock) {
        self.configuration = configuration
        self.clock = clock
    }

    /// The port, while it listens.
    var port: UInt16? { server.withLock { $0?.port } }

    /// The origin of its addresses: `http://127.0.0.1:8420`.
    var origin: String { "http://127.0.0.1:\(port ?? configuration.port)" }

    /// Listens; the port it listens on.
    ///
    /// - Throws: if it cannot listen, or not write the configuration file.
    func start(_ simulator: some Simulator) throws(SimulatorError) -> UInt16 {
        precondition(port == nil, "the simulator was started before")
        let started: WebServer
        do {
            started = try WebServer(
                configuration: .init(port: configuration.port),
                handler: { request in .response(self.sent(simulator.answer(request), for: request)) }
            )
        } catch {
            throw SimulatorError(error.message)
        }
        server.withLock { $0 = started }
        if let path = configuration.configOut {
            do throws(SimulatorError) {
                try write(simulator.configurationFile(), to: path)
            } catch {
                stop()
                throw error
            }
        }
        return started.port
    }

    /// Closes all connections.
    func stop() {
        let running = server.withLock { server in server.take() }
        running?.stop()
    }

    /// The answer as it goes over a socket.
    private func sent(_ response: WebResponse, for request: WebRequest) -> WebResponse {
        var response = response
        if case .delayed(let delay, let body) = response.body {
            response.body = .delayed(clock.real(delay), body)
        }
        let isPacked = configuration.compresses && !request.path.hasPrefix("/_control/")
        return isPacked ? gzip.encode(response, for: request) : response
    }

    private func write(_ text: String, to path: String) throws(SimulatorError) {
        let bytes = Array(text.utf8)
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(path) }
        let count = unsafe Glibc.write(file, bytes, bytes.count)
        guard close(file) == 0, count == bytes.count else { throw failure(path) }
    }

    private func failure(_ path: String) -> SimulatorError {
        SimulatorError("cannot write \(path): \(unsafe String(cString: strerror(errno)))")
    }
}
