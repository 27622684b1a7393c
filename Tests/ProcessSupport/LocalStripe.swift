import Foundation
package import JSON

/// localstripe, a Stripe server that others wrote, as a process of its own on a free port, empty at first.
///
/// It lists oldest first, has no prices, refuses filters that it does not know, gives the first page for a
/// `starting_after` that it does not know, and keeps the events of what is done to it.
package struct LocalStripe: Sendable {
    /// A refusal, or no answer that makes sense.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String

        package init(description: String) { self.description = description }
    }

    /// Any key that starts so is good to it.
    package static let key = "sk_test_localstripe"

    /// `SLUICE_TEST_LOCALSTRIPE`, else the one that `scripts/localstripe` makes.
    private static let path =
        ProcessInfo.processInfo.environment["SLUICE_TEST_LOCALSTRIPE"].flatMap { $0.isEmpty ? nil : $0 }
        ?? "\(SluiceProcess.packageRoot)/.build/localstripe/bin/localstripe"

    /// The Python of its virtual environment, where the client for Kafka lives too.
    package static let python = URL(fileURLWithPath: path).deletingLastPathComponent().path + "/python3"

    /// The folder of the programs that run in that Python.
    package static let programs = "\(SluiceProcess.packageRoot)/Tests/Localstripe"

    /// Whether there is one; says once why not.
    package static let isAvailable: Bool = {
        if [path, python].allSatisfy(FileManager.default.isExecutableFile) { return true }
        print(
            "SKIPPED: the tests against localstripe do not run: no \(path) with a python3 beside it; "
                + "run scripts/localstripe, or set SLUICE_TEST_LOCALSTRIPE to one in a virtual environment"
        )
        return false
    }()

    package let port: UInt16
    private let process: SluiceProcess
    private let client: LoopbackClient

    package init() async throws {
        process = try SluiceProcess(
            program: Self.python,
            ["\(Self.programs)/serve.py"],
            environment: ["PYTHONUNBUFFERED": "1"]
        )
        let line = await process.line(holding: "http://127.0.0.1:", atMost: 60)
        let digits = line?.firstRange(of: "127.0.0.1:").flatMap { found in
            line?[found.upperBound...].prefix(while: \.isNumber)
        }
        guard let port = digits.flatMap({ UInt16($0) }) else {
            await process.killNow()
            throw Failure(description: "localstripe did not start: \(process.standardError)")
        }
        self.port = port
        client = LoopbackClient(port: port)
    }

    /// Kills it; all its objects are gone.
    package func end() { process.signal(SIGKILL) }

    /// The file with which `sluice sync --config FILE` reads it.
    package func accountFile(account: String) -> String {
        """
        extractor: stripe
        account: \(account)
        settings:
          base_url: http://127.0.0.1:\(port)
          api_key: env:LOCALSTRIPE_KEY
          requests_per_second: 500

        """
    }

    /// What the file refers to.
    package static let environment = ["LOCALSTRIPE_KEY": key]

    // MARK: - Objects

    /// Creates an object; nested fields are written as Stripe does, `items[0][plan]`.
    package func create(
        _ list: String,
        _ fields: KeyValuePairs<String, String>
    ) async throws -> JSONValue {
        try await send("POST", list, fields)
    }

    /// Changes fields of an object.
    package func update(
        _ list: String,
        _ id: String,
        _ fields: KeyValuePairs<String, String>
    ) async throws -> JSONValue {
        try await send("POST", "\(list)/\(id)", fields)
    }

    /// Deletes an object; a subscription is canceled by it.
    package func delete(_ list: String, _ id: String) async throws -> JSONValue {
        try await send("DELETE", "\(list)/\(id)", [:])
    }

    /// All objects of a list in its order, by one page without an end, so that no paging is trusted.
    package func objects(_ list: String) async throws -> [JSONValue] {
        let filter = list == "subscriptions" ? "&status=all" : ""
        let page = try await send("GET", "\(list)?limit=1000000\(filter)", [:])
        guard let objects = page["data"]?.elements, page["has_more"]?.bool == false else {
            throw Failure(description: "\(list): not a whole list")
        }
        return objects
    }

    /// Any request, by the path after `/v1/`.
    package func send(
        _ method: String,
        _ path: String,
        _ fields: KeyValuePairs<String, String>
    ) async throws -> JSONValue {
        let body = fields.map { "\(Self.escaped($0.key))=\(Self.escaped($0.value))" }.joined(separator: "&")
        let answer = await client.request(
            method,
            "/v1/\(path)",
            headers: [
                "Authorization: Bearer \(Self.key)", "Content-Type: application/x-www-form-urlencoded",
            ],
            body: body
        )
        guard answer.status == 200, let value = try? JSONValue.parse(answer.body) else {
            let said = String(decoding: answer.body.prefix(400), as: UTF8.self)
            throw Failure(
                description:
                    "\(method) /v1/\(path): \(answer.status.map(String.init) ?? "\(answer.end)") \(said)"
            )
        }
        return value
    }

    private static func escaped(_ text: String) -> String {
        let plain = CharacterSet(
            charactersIn: "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        )
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }
}
