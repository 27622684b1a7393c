import ProcessSupport
import Synchronization
import Web

/// A shop's API in this process, with one list of products, and the extractor that reads it.
final class ShopServer: Sendable {
    private let server: WebServer
    private let products: Held

    private final class Held: Sendable {
        private let held: Mutex<[String]>
        init(_ products: [String]) { held = Mutex(products) }
        var all: [String] { held.withLock { $0 } }
        func set(_ products: [String]) { held.withLock { $0 = products } }
    }

    init(_ products: [String]) throws {
        let held = Held(products)
        self.products = held
        server = try WebServer(configuration: .init()) { _ in
            .response(
                WebResponse(
                    status: 200,
                    headers: ["Content-Type": "application/json"],
                    body: .bytes(Array("{\"data\":[\(held.all.joined(separator: ","))]}".utf8))
                )
            )
        }
    }

    deinit { server.stop() }

    /// The list is another one from now on.
    func set(_ products: [String]) { self.products.set(products) }

    static func product(_ id: String, price: String, at: Int = 1) -> String {
        #"{"id":"\#(id)","name":"Thing","price":\#(price),"at":\#(at)}"#
    }

    /// The definition, whose stream is read once, or whole in every run; `price` is what the entity's price is made of.
    func extractor(isReadWhole: Bool = false, price: String = "price") -> String {
        """
        extractor: shop
        base_url: http://127.0.0.1:\(server.port)
        defaults: {records: data, key: id, paging: single_page}
        streams:
          products:
            get: /products
            version: {field: at, format: number}
            entity: {Product: {fields: {name: name, defaultPrice: {minor: \(price), currency_code: EUR}}}}
        """ + (isReadWhole ? "\n    progress: full\n" : "\n")
    }

    /// Writes the definition and the account's file into a fixture's folder.
    func write(
        into fixture: SyncFixture,
        isReadWhole: Bool = false,
        price: String = "price",
        more: String = ""
    ) throws {
        _ = try fixture.write("shop/extractor.yaml", extractor(isReadWhole: isReadWhole, price: price))
        _ = try fixture.write(
            "shop.yaml",
            "extractor: \(fixture.folder)/shop/\naccount: simulated\n\(more)"
        )
    }
}
