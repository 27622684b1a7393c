import Configuration
import Core
import ProcessSupport
import Testing

@Suite("How an API is reached: file and flags")
struct ConnectionSettingsTests {
    private static let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    private static let key = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
    private static let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"

    private let folder = TemporaryFolder()

    init() {
        folder.write("ca.pem", Self.certificate)
        folder.write("other.pem", Self.certificate)
        folder.write("client.pem", Self.certificate)
        folder.write("both.pem", Self.certificate + Self.key)
        folder.write("client.key", Self.key)
        folder.write("encrypted.key", Self.encrypted)
        folder.write("passphrase", "hunter2\n")
    }

    /// `DIR` in a flag stands for the folder; the file lies in it.
    private func resolve(_ file: String?, _ flags: [String], environment: [String: String] = [:]) throws
        -> ConnectionSettings
    {
        let texts = flags.map { $0.replacing("DIR", with: folder.path) }
        return try ConnectionSettings.resolve(
            file: file.map {
                try AccountFile.parse(Array("connection: {\($0)}".utf8), path: "\(folder.path)/a.yaml")
            },
            flags: SettingFlag.parse(texts, option: "--flag"),
            reader: SecretReader(environment: environment)
        )
    }

    @Test func theFileSaysEverything() throws {
        let settings = try resolve(
            "ca_file: ca.pem, client_certificate: client.pem, client_key: encrypted.key, "
                + "client_key_passphrase: file:passphrase, proxy: 'http://me:topsecret@proxy.internal:3128'",
            []
        )
        #expect(settings.caFile == "\(folder.path)/ca.pem")
        #expect(settings.clientCertificate == "\(folder.path)/client.pem")
        #expect(settings.clientKey == "\(folder.path)/encrypted.key")
        #expect(settings.clientKeyPassphrase?.revealed == "hunter2")
        #expect(settings.proxy?.revealed == "http://me:topsecret@proxy.internal:3128")
        #expect(settings.secrets == ["hunter2", "topsecret"])
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("hunter2") && !dumped.contains("topsecret"))
    }

    @Test func aFlagBeatsTheFile() throws {
        let settings = try resolve(
            "ca_file: missing.pem, proxy: proxy.internal",
            ["ca_file=DIR/other.pem", "proxy=none"]
        )
        #expect(settings.caFile == "\(folder.path)/other.pem")
        #expect(settings.proxy?.revealed == "")
    }

    @Test func nothingIsNothing() throws {
        let settings = try resolve(nil, [])
        #expect(settings.caFile == nil && settings.clientCertificate == nil && settings.proxy == nil)
        #expect(settings.secrets.isEmpty)
    }

    @Test func oneFileMayHoldCertificateAndKey() throws {
        let settings = try resolve("client_certificate: both.pem", [])
        #expect(settings.clientCertificate == "\(folder.path)/both.pem")
        #expect(settings.clientKey == nil)
    }

    @Test(
        arguments: [
            "proxy.internal", "proxy.internal:3128", "http://10.0.0.1:3128", "https://proxy.internal/",
            "socks5h://[::1]:1080", "http://me:topsecret@proxy.internal:1", "none", "",
        ]
    )
    func proxies(_ text: String) throws {
        #expect(try resolve("proxy: '\(text)'", []).proxy?.revealed == (text == "none" ? "" : text))
    }

    @Test func aProxyMayComeFromTheEnvironment() throws {
        let settings = try resolve(
            nil,
            ["proxy=env:PROXY"],
            environment: ["PROXY": "http://me:topsecret@proxy.internal:3128"]
        )
        #expect(settings.secrets == ["topsecret"])
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var file: String? = nil
        var flags: [String] = []
        var code: String
        var says: [String]
        var testDescription: String { file ?? flags.joined(separator: " ") }
    }

    static let refusals = [
        Refusal(
            file: "ca_file: nowhere.pem",
            code: "configuration.unreadable_file",
            says: ["a.yaml:1:23: ca_file", "DIR/nowhere.pem", "No such file", "name a PEM file"]
        ),
        Refusal(
            flags: ["client_certificate=DIR/nowhere.pem"],
            code: "configuration.unreadable_file",
            says: ["--flag: client_certificate", "DIR/nowhere.pem", "No such file"]
        ),
        Refusal(
            flags: ["ca_file=DIR"],
            code: "configuration.unreadable_file",
            says: ["--flag: ca_file", "Is a directory"]
        ),
        Refusal(
            file: "ca_file: client.key",
            code: "configuration.bad_setting",
            says: ["a.yaml:1:23: ca_file", "holds no certificate", "openssl"]
        ),
        Refusal(
            file: "client_certificate: client.pem, client_key: ca.pem",
            code: "configuration.bad_setting",
            says: ["a.yaml:1:58: client_key", "holds no private key"]
        ),
        Refusal(
            file: "client_certificate: client.pem",
            code: "configuration.bad_setting",
            says: ["a.yaml:1:34: client_certificate", "holds no private key", "--client-key"]
        ),
        Refusal(
            file: "client_key: client.key",
            code: "configuration.bad_setting",
            says: ["a.yaml:1:26: client_key needs client_certificate as well", "--client-certificate"]
        ),
        Refusal(
            file: "client_key_passphrase: file:passphrase",
            code: "configuration.bad_setting",
            says: ["a.yaml:1:37: client_key_passphrase needs client_certificate as well"]
        ),
        Refusal(
            file: "client_certificate: client.pem, client_key: encrypted.key",
            code: "configuration.bad_setting",
            says: ["a.yaml:1:58: client_key", "is encrypted", "--client-key-passphrase", "env:NAME"]
        ),
        Refusal(
            file: "client_certificate: both.pem, client_key_passphrase: env:NOT_SET",
            code: "configuration.secret_unavailable",
            says: ["a.yaml:1:67: client_key_passphrase", "env:NOT_SET"]
        ),
        Refusal(
            flags: ["client_certificate=DIR/both.pem", "client_key_passphrase=topsecret"],
            code: "configuration.literal_secret",
            says: ["--flag: client_key_passphrase", "env:NAME"]
        ),
        Refusal(
            flags: ["proxy=http://me:topsecret@proxy.internal:3128"],
            code: "configuration.literal_secret",
            says: ["--flag: proxy", "env:NAME"]
        ),
        Refusal(
            file: "proxy: 'ftp://me:topsecret@proxy.internal'",
            code: "configuration.bad_setting",
            says: ["a.yaml:1:21: proxy is no proxy's address", "HOST:PORT"]
        ),
        Refusal(file: "proxy: 'http://'", code: "configuration.bad_setting", says: ["proxy"]),
        Refusal(file: "proxy: 'http://a/path'", code: "configuration.bad_setting", says: ["proxy"]),
        Refusal(file: "proxy: 'a b'", code: "configuration.bad_setting", says: ["proxy"]),
        Refusal(file: "proxy: [a]", code: "configuration.bad_setting", says: ["a text, not a list"]),
        Refusal(file: "ca_fil: x", code: "configuration.bad_file", says: ["did you mean ca_file?"]),
    ]

    @Test("what cannot work is said with its place and its remedy, never with a secret", arguments: refusals)
    func refuses(_ row: Refusal) {
        let error = #expect(throws: ConfigurationError.self) { try resolve(row.file, row.flags) }
        #expect(error?.codeText == row.code)
        #expect(error?.exitCode == .configuration)
        let message = (error?.message ?? "").replacing(folder.path, with: "DIR")
        for part in row.says { #expect(message.contains(part), "\(message)") }
        #expect(!message.contains("topsecret"))
    }
}
