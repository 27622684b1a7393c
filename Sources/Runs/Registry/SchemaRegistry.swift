package import Core
package import Extraction
import JSON

/// A schema registry that speaks Confluent's REST API.
package struct SchemaRegistry: Sendable {
    package static let contentType = "application/vnd.schemaregistry.v1+json"
    /// Before each further try of something that was not answered: half a minute in all.
    private static let pauses: [Duration] = [
        .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(8), .seconds(8),
    ]

    private let address: HTTPAddress
    private let authorization: Secret?
    private let registers: Bool
    private let naming: SubjectNaming
    private let transport: any HTTPTransport
    private let clock: WaitingClock

    /// A registry; `registers` says whether a schema that it lacks is given to it, or is an error.
    package init(
        _ address: HTTPAddress,
        user: String? = nil,
        password: Secret? = nil,
        registers: Bool = true,
        naming: SubjectNaming = .topic,
        transport: any HTTPTransport,
        clock: WaitingClock
    ) {
        self.address = address
        authorization = user.map {
            Secret("Basic " + Base64.encode(Array("\($0):\(password?.revealed ?? "")".utf8)))
        }
        self.registers = registers
        self.naming = naming
        self.transport = transport
        self.clock = clock
    }

    /// The id that the registry knows a schema by, which is registered where it lacks it and would take it.
    func id(of schema: TopicSchema) async throws -> Int32 {
        let subject = naming.subject(topic: schema.topic, title: schema.title)
        var machine = RegistrationMachine(
            .init(source: schema.source, topic: schema.topic, subject: subject),
            registers: registers
        )
        let body = JSONValue.object([
            .init(name: "schemaType", value: "JSON"), .init(name: "schema", value: .string(schema.text)),
        ]).bytes()
        while true {
            let path = Self.path(machine.question, HTTPAddress.encodeQueryComponent(subject))
            let (answer, place) = try await ask("POST", path, body)
            switch machine.take(answer, from: place) {
            case .ask: continue
            case .known(let id): return id
            case .failed(let error): throw error
            }
        }
    }

    private static func path(_ question: RegistrationMachine.Question, _ subject: String) -> String {
        switch question {
        case .lookUp: "/subjects/\(subject)"
        case .compare: "/compatibility/subjects/\(subject)/versions/latest?verbose=true"
        case .register: "/subjects/\(subject)/versions"
        }
    }

    /// Whether it is there, lets these credentials in and knows JSON Schema; asked once, without patience.
    package func check() async throws {
        let (answer, place) = try await ask("GET", "/schemas/types", nil, isPatient: false)
        if answer.status == 401 || answer.status == 403 {
            throw RegistryError(
                .notAuthorized,
                "\(place) answered \(answer.status): \(answer.words); set registry.user and registry.password"
            )
        }
        guard answer.isSuccess, let types = answer.body.elements?.compactMap(\.text) else {
            throw RegistryError(
                .unexpected,
                "\(place) answered \(answer.status): \(answer.words); look whether registry.url is the address of a schema "
                    + "registry"
            )
        }
        guard types.contains("JSON") else {
            throw RegistryError(
                .badSchema,
                "\(place): it knows \(types.joined(separator: ", ")) and no JSON Schema; name a registry that does"
            )
        }
    }

    // MARK: One request

    /// The answer, and where it came from as it may be told; what might pass is tried again for a while.
    private func ask(_ method: String, _ path: String, _ body: [UInt8]?, isPatient: Bool = true) async throws
        -> (
            RegistryAnswer, String
        )
    {
        var headers = [(name: "accept", value: "\(Self.contentType), application/json")]
        if body != nil { headers.append((name: "content-type", value: Self.contentType)) }
        if let authorization { headers.append((name: "authorization", value: authorization.revealed)) }
        let base = address.logged.hasSuffix("/") ? String(address.logged.dropLast()) : address.logged
        let request = HTTPRequest(
            method: method,
            address: base + path,
            headers: headers,
            body: body,
            maximumBody: 4 << 20,
            totalTimeout: .seconds(15)
        )
        var pauses = (isPatient ? Self.pauses : [])[...]
        while true {
            let failure: RegistryError
            do {
                let answer = RegistryAnswer(try await transport.perform(request))
                guard answer.isTemporary else { return (answer, request.loggedAddress) }
                failure = RegistryError(
                    .unreachable,
                    "\(request.loggedAddress) answered \(answer.status)\(isPatient ? " for half a minute" : ""): "
                        + "\(answer.words). \(Self.unpublished)"
                )
            } catch let error as HTTPError {
                failure = RegistryError(
                    .unreachable,
                    "the schema registry at \(base): \(error.message) [\(error.codeText)]. \(Self.unpublished)"
                )
                // A certificate does not become valid by waiting.
                guard case .retry = error.recovery else { throw failure }
            }
            guard let pause = pauses.popFirst() else { throw failure }
            try await clock.sleep(pause)
        }
    }

    private static let unpublished =
        "Nothing was published of which it does not know the schema, and bookmarks stay; look at the registry, at registry.url, "
        + "registry.ca_file and the network between"
}
