import Core
import JSON
import Testing

@testable import Extraction

/// Several ways to prove who asks, of which an account's settings choose one.
@Suite struct AuthenticationChoiceTests {
    private static func yaml(_ last: String) -> String {
        LoginBench.definition(
            """

              - when: "{{ config.api_key }}"
                header: {name: X-Key, value: "{{ config.api_key }}"}
              - when: "{{ config.refresh_token and not config.api_key }}"
                oauth:
                  grant: refresh_token
                  token_url: /oauth/token
                  client_id: "{{ config.client_id }}"
                  refresh_token: "{{ config.refresh_token }}"
                  rotates: true
              - {\(last)basic: {user: ada, password: "{{ config.client_secret }}"}}
            """
        )
    }

    private static let closed = yaml("when: \"{{ config.client_secret }}\", ")
    private static let open = yaml("")

    @Test(
        arguments: [
            (["api_key": "key-12345678"], "X-Key", "key-12345678"),
            (["api_key": "key-12345678", "refresh_token": "refresh-seed-0001"], "X-Key", "key-12345678"),
            (["refresh_token": "refresh-seed-0001"], "Authorization", "Bearer token-0001"),
            (["client_secret": "pw"], "Authorization", "Basic YWRhOnB3"),
            (["client_secret": "pw", "api_key": ""], "Authorization", "Basic YWRhOnB3"),
        ] as [([String: JSONValue], String, String)]
    )
    func theSettingsChoose(settings: [String: JSONValue], header: String, value: String) async throws {
        for yaml in [Self.closed, Self.open] {
            let bench = LoginBench(login: { _, _ in .token("token-0001", refresh: "refresh-next-0002") })
            let requester = try bench.requester(yaml, settings: settings, stateKeys: RotationTests.keys)
            try requester.use(RotationTests.Store(), of: RotationTests.account)
            try await LoginBench.read(requester, yaml)
            #expect(bench.pages.map { $0.header(header) } == [value])
            #expect(bench.logins.count == (value.hasPrefix("Bearer") ? 1 : 0))
        }
    }

    @Test(
        arguments: [
            (
                [:],
                "nothing is set that proves who asks: set one of api_key, refresh_token, client_secret for the account"
            ),
            (
                ["api_key": "key-12345678", "client_secret": "pw-12345678"],
                "choose 2 ways to prove who asks, by {{ config.api_key }} and {{ config.client_secret }}: set those"
            ),
        ] as [([String: JSONValue], String)]
    )
    func noneAndSeveralAreTold(settings: [String: JSONValue], text: String) throws {
        let bench = LoginBench(login: { _, _ in .token("token-0001") })
        let error = #expect(throws: ExtractionError.self) {
            try bench.requester(Self.closed, settings: settings)
        }
        #expect(error?.code == .badSetting)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("12345678") == false)
    }

    @Test func onlyTheChosenWayNeedsWhatItNeeds() throws {
        let definition = try ExtractorDefinition.decode(Array(Self.open.utf8), file: "extractor.yaml")
        #expect(try definition.replacesCredential(settings: ["refresh_token": "refresh-seed-0001"]))
        #expect(try !definition.replacesCredential(settings: ["api_key": "key-12345678"]))
        // Without a key to seal it with no token is kept, and so none used.
        let bench = LoginBench(login: { _, _ in .token("token-0001") })
        #expect(throws: ExtractionError.self) {
            try bench.requester(Self.open, settings: ["refresh_token": "refresh-seed-0001"])
        }
        #expect(throws: Never.self) { try bench.requester(Self.open, settings: ["client_secret": "pw"]) }
    }

    @Test func aClientWithoutAnIdIsNone() throws {
        let yaml = LoginBench.definition(
            "{oauth: {grant: client_credentials, token_url: /oauth/token, client_id: \"{{ config.private_key }}\"}}"
        )
        let bench = LoginBench(login: { _, _ in .token("token-0001") })
        let error = #expect(throws: ExtractionError.self) { try bench.requester(yaml) }
        #expect(
            error?.message.contains("auth.client_id is not set: {{ config.private_key }} is null") == true
        )
    }
}
