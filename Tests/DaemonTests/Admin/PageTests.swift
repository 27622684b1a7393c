import Core
import Foundation
import ProcessSupport
import Testing

@testable import Daemon

@Suite struct PageTests {
    private static let folder = "\(SluiceProcess.packageRoot)/Sources/Daemon/Page"

    /// The files of the page as they lie in the sources.
    private static func sources() throws -> [String: [UInt8]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
            ["html", "css", "js", "svg"].contains { name.hasSuffix(".\($0)") }
        }
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                (name, Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))))
            }
        )
    }

    @Test func everyFileIsBuiltIn() throws {
        let wanted = PageFiles(try Self.sources()).files
        let built = PageFiles().files
        #expect(Set(built.keys) == Set(wanted.keys))
        for (path, file) in wanted { #expect(built[path]?.tag == file.tag, "\(path) is an old one") }
    }

    @Test func nothingIsInlineOrFromElsewhere() throws {
        for (name, bytes) in try Self.sources() where !name.hasSuffix(".svg") {
            let text = String(decoding: bytes, as: UTF8.self)
            let addresses = text.matches(of: /https?:\/\/[^\s"'`)]+/).map { String($0.output) }
            #expect(addresses.allSatisfy { $0 == "http://www.w3.org/2000/svg" }, "\(name): \(addresses)")
            #expect(!text.contains("innerHTML"), "\(name): what came from APIs is text, never HTML")
            #expect(
                text.firstMatch(of: /\sstyle="|\son[a-z]+="|<style/) == nil,
                "\(name): the policy forbids it"
            )
        }
    }

    @Test(.enabled(if: Chromium.isAvailable))
    func doesWhatItShowsInARealBrowser() async throws {
        try await withAdmin(isMoving: true) { _, server in
            try await Chromium.drive("page", "http://127.0.0.1:\(server.port)")
        }
    }

    @Test(.enabled(if: Chromium.isAvailable))
    func asksForTheTokenInARealBrowser() async throws {
        let token = "0123456789abcdef-ana"
        let commands = try await withAdmin(.init(tokens: ["ana": Secret(token)])) { fake, server in
            try await Chromium.drive("page", "http://127.0.0.1:\(server.port)", token)
            return fake.commands
        }
        #expect(commands.map(\.by) == ["ana"])
    }

    /// For whoever works on the page: its files as they lie in the sources, until the test is ended.
    ///
    /// Without `SLUICE_PAGE_PORT` it does nothing, and is no test.
    @Test func isServedToWorkOnIt() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let port = environment["SLUICE_PAGE_PORT"].flatMap(UInt16.init) else { return }
        let server = try AdminServer(
            control: FakeDaemon(try Scene.make(isMoving: true)),
            configuration: .init(port: port),
            time: .system,
            page: { PageFiles((try? Self.sources()) ?? [:]) }
        )
        await server.run()
    }
}
