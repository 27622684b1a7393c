import Core
import Foundation
import HTTP
import JSON
import Kafka
import ProcessSupport

/// An account whose refresh token is good once, at a local Zendesk of its own, for `sluice sync` as a process.
struct RotatingAccount {
    private static let client = ["client_id": "simulated", "client_secret": "secret_simulated"]

    let prefix: String
    private let folder: String
    private let bootstrap: String
    private let simulator: LocalSimulator
    private var address: String { simulator.address }

    init() async throws {
        folder = FileManager.default.temporaryDirectory.path + "/sluice-tokens-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: "\(folder)/desk", withIntermediateDirectories: true)
        prefix = "o\(UInt32.random(in: 0 ... .max))"
        bootstrap = try TestBroker.settings.bootstrap
        simulator = try await LocalSimulator("zendesk", records: 20)
        try Self.definition.write(
            toFile: "\(folder)/desk/extractor.yaml",
            atomically: true,
            encoding: .utf8
        )
        try configure(refreshToken: "refresh_simulated")
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        try await admin.create(topic: topic, partitions: 1, replication: 1, configuration: [])
        await admin.close()
    }

    func end() {
        simulator.end()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Where its groups go.
    var topic: String { "\(prefix).desk.acme.groups" }

    private static let definition = """
        extractor: desk
        description: The groups of a help desk, by an OAuth token that is replaced at each use
        settings:
          base_url: {required: true}
          client_secret: {secret: true, required: true}
          refresh_token: {secret: true, required: true}
        base_url: "{{ config.base_url }}"
        auth:
          oauth:
            grant: refresh_token
            token_url: /oauth/tokens
            client_id: simulated
            client_secret: "{{ config.client_secret }}"
            refresh_token: "{{ config.refresh_token }}"
            rotates: true
        errors: {message: [description, error_description, error.message], code: error}
        streams:
          groups:
            get: /api/v2/groups
            query: {"page[size]": 100}
            records: groups
            key: id
            paging: {cursor: {field: meta.after_cursor, param: "page[after]", more: meta.has_more}}
            progress: full
        """

    /// Writes the account's file with another refresh token.
    func configure(refreshToken: String) throws {
        try """
        extractor: desk
        account: acme
        settings:
          base_url: \(address)
          client_secret: secret_simulated
          refresh_token: \(refreshToken)
        """.write(toFile: "\(folder)/desk.yaml", atomically: true, encoding: .utf8)
    }

    /// A sync, on a host: what makes one is its folder of locks.
    func sync(_ more: [String] = [], host: String = "a", crash: String? = nil) throws -> SluiceProcess {
        try SluiceProcess(
            [
                "sync", "--config", "\(folder)/desk.yaml", "--extractors", folder, "--kafka", bootstrap,
                "--topic-prefix", prefix, "--output", "json", "--quiet", "--lock-folder",
                "\(folder)/locks-\(host)", "--cache-folder", "\(folder)/cache-\(host)",
            ] + more,
            environment: ["SLUICE_STATE_KEY": "0123456789abcdef0123456789abcdef"]
                .merging(crash.map { ["SLUICE_CRASH_AT": $0] } ?? [:]) { $1 }
        )
    }

    /// Authorises anew, as a person would with a browser, and gives the refresh token.
    func authorise() async throws -> String {
        let body = Self.client.merging(["grant_type": "authorization_code", "code": "code_simulated"]) { $1 }
        let answer = try await LocalAPI.ask(
            "POST",
            "\(address)/oauth/tokens",
            JSONValue.object(body.map { .init(name: $0.key, value: .string($0.value)) })
        )
        guard let token = answer["refresh_token"]?.text else { throw TestFailure(answer.compactText) }
        return token
    }

    /// How often a token was asked for, by what came of it.
    func exchanges() async throws -> [String: Int] {
        var outcomes: [String: Int] = [:]
        let paths = try await LocalAPI.ask("GET", "\(address)/_control/requests")["paths"]
        for outcome in paths?["/oauth/tokens"]?.members ?? [] {
            outcomes[outcome.name] = outcome.value.int
        }
        return outcomes
    }

    /// The keys that a read_committed consumer sees.
    func keys() async throws -> [String] {
        try await TestBroker.records(of: topic).joined().map { String(decoding: $0.key ?? [], as: UTF8.self) }
    }

    /// How many groups there are.
    func groups() async throws -> Int {
        try await LocalAPI.ask("GET", "\(address)/_control/truth?stream=groups&form=key&count=1000")["data"]?
            .elements?.count
            ?? 0
    }
}
