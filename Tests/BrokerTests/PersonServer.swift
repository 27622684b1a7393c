import ProcessSupport
import Synchronization
import Web

/// A shop's API in this process, with customers and the orders of each, and the extractor that reads it.
final class PersonServer: Sendable {
    private let server: WebServer
    private let held: Held

    private final class Held: Sendable {
        private let bodies: Mutex<[String: [String]]>
        init(_ bodies: [String: [String]]) { self.bodies = Mutex(bodies) }
        func list(_ path: String) -> [String]? { bodies.withLock { $0[path] } }
        func set(_ path: String, _ records: [String]?) { bodies.withLock { $0[path] = records } }
    }

    /// Of the customers `ann` and `bob`, of whom the first has orders; one is a dead letter.
    init() throws {
        let held = Held([
            "/customers": [Self.customer("ann"), Self.customer("bob")],
            "/customers/ann/orders": [Self.order("o1"), Self.order("o2")],
            "/customers/bob/orders": [#"{"id":"o9","total":5,"note":"of bob"}"#],
            "/payments": [Self.payment("ann", amount: #""free""#), Self.payment("bob", amount: "7")],
        ])
        self.held = held
        server = try WebServer(configuration: .init()) { request in
            guard let records = held.list(request.path) else {
                return .response(WebResponse(status: 404, body: .bytes(Array("{}".utf8))))
            }
            return .response(
                WebResponse(
                    status: 200,
                    headers: ["Content-Type": "application/json"],
                    body: .bytes(Array("{\"data\":[\(records.joined(separator: ","))]}".utf8))
                )
            )
        }
    }

    deinit { server.stop() }

    func set(_ path: String, _ records: [String]?) { held.set(path, records) }

    /// What only this person's records hold.
    static let secret = "Ann-von-Unverwechselbar"

    static func customer(_ id: String, at: Int = 5, name: String? = nil) -> String {
        let name = name ?? (id == "ann" ? secret : "Bob")
        return #"{"id":"\#(id)","name":"\#(name)","at":\#(at)}"#
    }

    static func order(_ id: String) -> String {
        #"{"id":"\#(id)","total":5,"note":"of \#(secret)"}"#
    }

    static func payment(_ id: String, amount: String) -> String {
        #"{"id":"\#(id)","amount":\#(amount),"payer":"\#(id == "ann" ? secret : "Bob")"}"#
    }

    private func extractor() -> String {
        """
        extractor: people
        base_url: http://127.0.0.1:\(server.port)
        defaults: {records: data, key: id, paging: single_page}
        streams:
          customers:
            get: /customers
            version: {field: at, format: number}
            progress: full
            entity: {Customer: {fields: {name: name}}}
          orders:
            for_each: customers
            get: /customers/{{ parent.id }}/orders
            replaces: children
            entity: {Order: {fields: {number: id}}}
          payments:
            get: /payments
            progress: full
            entity: {Payment: {fields: {amount: {minor: amount, currency_code: EUR}}}}
        """ + "\n"
    }

    /// Writes the definition and the account's file into a fixture's folder.
    func write(into fixture: SyncFixture) throws {
        _ = try fixture.write("people/extractor.yaml", extractor())
        _ = try fixture.write(
            "people.yaml",
            "extractor: \(fixture.folder)/people/\naccount: simulated\nentities: beside\n"
        )
    }
}
