import Foundation
import JSON
import ProcessSupport
import Testing

/// Own authorities, client certificates and proxies, from the file or the flags to a TLS server on this machine.
@Suite(
    "A sync over connections with settings of their own",
    .enabled(if: TestBroker.isAvailable),
    .enabled(if: TestCertificates.canBeMade, "openssl is not installed: apt install openssl"),
    .timeLimit(.minutes(5))
)
struct SyncConnectionTests {
    /// A server with two customers, the certificates that lead to it, and what a sync needs.
    private struct Fixture {
        let sync: SyncFixture
        let certificates: TestCertificates
        let server: TLSServer

        init(_ options: (TestCertificates) -> [String] = { _ in [] }) async throws {
            sync = try await SyncFixture()
            certificates = try TestCertificates()
            let page = #"{"object":"list","data":[{"id":"cus_2"},{"id":"cus_1"}],"has_more":false}"#
            _ = try sync.write(
                "www/v1/customers?limit=100",
                "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(page.utf8.count)\r\n\r\n"
                    + page
            )
            // A list that no feed follows, as the server can answer nothing but files.
            _ = try sync.write(
                "extractors/shop/extractor.yaml",
                """
                extractor: shop
                base_url: "{{ config.base_url }}"
                settings: {api_key: {secret: true, required: true}, base_url: {required: true}}
                auth: {bearer: "{{ config.api_key }}"}
                streams:
                  customers:
                    get: /v1/customers
                    query: {limit: 100}
                    records: data
                    key: id
                    paging: {last_record: {param: starting_after, more: has_more}}
                """
            )
            server = try await TLSServer(
                certificates,
                ["-HTTP"] + options(certificates),
                folder: "\(sync.folder)/www"
            )
        }

        /// The account's file, with these lines in its connection.
        func config(host: String = "127.0.0.1", _ lines: [String]) throws -> String {
            let connection = lines.isEmpty ? "" : "connection:\n" + lines.map { "  \($0)\n" }.joined()
            return try sync.write(
                "acme.yaml",
                """
                extractor: shop
                account: acme
                settings: {api_key: sk_test_x, base_url: "https://\(host):\(server.port)"}
                streams: [customers]
                \(connection)
                """
            )
        }

        func run(_ words: [String], config: String, environment: [String: String] = [:]) async throws
            -> SyncFixture.Ended
        {
            let extractors = "\(sync.folder)/extractors"
            return try await sync.run(
                ["--extractors", extractors] + words,
                config: config,
                environment: environment
            )
        }

        var authority: String { "ca_file: \(certificates.file("right.pem"))" }
    }

    @Test("an own authority: from the file, and a flag beats it")
    func authority() async throws {
        let fixture = try await Fixture()
        defer { fixture.server.stop() }
        let config = try fixture.config([fixture.authority])
        let refused = try await fixture.run(
            ["--ca-file", fixture.certificates.file("wrong.pem")],
            config: config
        )
        #expect(refused.code == 3, "\(refused.errors)")
        #expect(refused.summary["error"]?["code"]?.text == "http.certificate")
        #expect(refused.errors.contains("--ca-file"))
        // A certificate that is not trusted is no case for another try.
        #expect(refused.summary["requests"]?.int == 1)
        let ended = try await fixture.run([], config: config)
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(ended.summary["records"]?.int == 2)
    }

    @Test("a client certificate, its key behind a passphrase, paths from the file's folder")
    func clientCertificate() async throws {
        let fixture = try await Fixture { certificates in
            ["-Verify", "1", "-verify_return_error", "-CAfile", certificates.file("client.pem")]
        }
        defer { fixture.server.stop() }
        let folder = URL(fileURLWithPath: fixture.sync.folder)
        for name in ["client.pem", "client.encrypted.key"] {
            try FileManager.default.copyItem(
                atPath: fixture.certificates.file(name),
                toPath: folder.appending(path: name).path
            )
        }
        let lines = [
            fixture.authority, "client_certificate: client.pem", "client_key: client.encrypted.key",
            "client_key_passphrase: env:KEY_PASSPHRASE",
        ]
        let wrong = try await fixture.run(
            [],
            config: try fixture.config(lines),
            environment: ["KEY_PASSPHRASE": "battery staple"]
        )
        #expect(wrong.code == 3, "\(wrong.errors)")
        #expect(wrong.errors.contains("is the passphrase right?"))
        #expect(!wrong.errors.contains("battery staple"))
        let ended = try await fixture.run(
            [],
            config: try fixture.config(lines),
            environment: ["KEY_PASSPHRASE": TestCertificates.passphrase]
        )
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(ended.summary["records"]?.int == 2)
    }

    @Test("a proxy: from the file, a flag or the environment; none beats the environment")
    func proxy() async throws {
        let fixture = try await Fixture()
        defer { fixture.server.stop() }
        let proxy = try TunnelProxy(to: fixture.server.port)
        let address = "http://me:topsecret@127.0.0.1:\(proxy.port)"
        let host = TestCertificates.host
        let plain = try fixture.config(host: host, [fixture.authority])
        let environment = ["https_proxy": address, "PROXY": address]

        let none = try await fixture.run(
            ["--proxy", "none"],
            config: plain,
            environment: environment
        )
        #expect(none.code == 3, "\(none.errors)")
        #expect(none.errors.contains("cannot be resolved"))
        #expect(proxy.requests.isEmpty)

        let rounds: [([String], String)] = [
            ([], "environment"), (["--proxy", "env:PROXY", "--account", "two"], "flag"),
            (["--account", "three"], "file"),
        ]
        for (number, (words, origin)) in rounds.enumerated() {
            let lines = [fixture.authority] + (origin == "file" ? ["proxy: \(address)"] : [])
            let ended = try await fixture.run(
                words,
                config: try fixture.config(host: host, lines),
                environment: origin == "environment" ? environment : ["PROXY": address]
            )
            #expect(ended.code == 0, "\(origin): \(ended.errors)")
            #expect(ended.summary["records"]?.int == 2)
            #expect(proxy.requests.count == number + 1)
        }
        for head in proxy.requests {
            #expect(head.hasPrefix("CONNECT \(host):\(fixture.server.port) HTTP/1.1\r\n"))
            // me:topsecret
            #expect(head.contains("Proxy-Authorization: Basic bWU6dG9wc2VjcmV0"))
            #expect(!head.contains("sk_test_x"))
        }
    }
}
