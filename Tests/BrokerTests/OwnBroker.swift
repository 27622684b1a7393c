import Foundation
import Kafka
import ProcessSupport

/// A broker of one test's own, which may die.
final class OwnBroker: Sendable {
    static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: TestBroker.script) }

    let bootstrap: String
    private let folder: String

    var settings: KafkaSettings { KafkaSettings(bootstrap: bootstrap) }

    /// Starts one, which ends with the process at the latest.
    static func start(_ settings: [String] = []) async throws -> OwnBroker {
        guard let port = TestBroker.freePort() else { throw TestFailure("no free port") }
        let folder = FileManager.default.temporaryDirectory.path + "/sluice-own-broker-\(UUID().uuidString)"
        let words = ["start", "--dir", folder, "--port", "\(port)"] + settings.flatMap { ["--set", $0] }
        guard await run(words), TestBroker.watch(folder) else {
            throw TestFailure("\(TestBroker.script) did not start a broker in \(folder)")
        }
        return OwnBroker(bootstrap: "127.0.0.1:\(port)", folder: folder)
    }

    private init(bootstrap: String, folder: String) {
        self.bootstrap = bootstrap
        self.folder = folder
    }

    /// Ends it as a power cut would.
    func kill() async throws {
        guard await Self.run(["kill", "0", "--dir", folder]) else {
            throw TestFailure("no broker was killed")
        }
    }

    /// Lets it stand still, as a disk that answers nothing does, or go on.
    func pause() async throws { try await tell("pause") }
    func resume() async throws { try await tell("resume") }

    private func tell(_ word: String) async throws {
        guard await Self.run([word, "0", "--dir", folder]) else {
            throw TestFailure("the broker in \(folder) did not \(word)")
        }
    }

    /// Brings it back with what it had.
    func restart() async throws {
        guard await Self.run(["restart", "0", "--dir", folder]) else {
            throw TestFailure("the broker did not come back; its logs are in \(folder)")
        }
    }

    func stop() async { _ = await Self.run(["stop", "--dir", folder, "--wipe"]) }

    private static func run(_ words: [String]) async -> Bool {
        await onThread { TestBroker.run(TestBroker.script, words) }
    }
}
