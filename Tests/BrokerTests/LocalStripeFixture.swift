import Foundation
import JSON
import Kafka
import ProcessSupport

/// A localstripe with objects in all of its lists, an account's file and a topic prefix of its own.
struct LocalStripeFixture {
    /// How many objects the test makes itself.
    struct Counts {
        var customers: Int
        var products: Int
        var subscriptions: Int
        var charges: Int
        var refunds: Int

        /// What the lists hold then: each subscription brings an invoice, and the charge that pays it.
        var lists: [String: Int] {
            [
                "customers": customers, "products": products, "subscriptions": subscriptions,
                "invoices": subscriptions, "charges": subscriptions + charges, "refunds": refunds,
            ]
        }
    }

    /// The lists of the extractor that the tests fill at localstripe.
    static let lists = ["customers", "products", "charges", "refunds", "subscriptions", "invoices"]

    let service: LocalStripe
    private let folder: String
    private let prefix: String
    private let bootstrap: String

    init(_ counts: Counts) async throws {
        folder = FileManager.default.temporaryDirectory.path + "/sluice-localstripe-\(UUID().uuidString)"
        prefix = "l\(UInt32.random(in: 0 ... .max))"
        bootstrap = try TestBroker.settings.bootstrap
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        service = try await LocalStripe()
        try service.accountFile(account: "local").write(
            toFile: "\(folder)/stripe.yaml",
            atomically: true,
            encoding: .utf8
        )
        do {
            try await fill(counts)
        } catch {
            end()
            throw error
        }
    }

    func topic(_ list: String) -> String { "\(prefix).stripe.local.\(list)" }
    var topics: [String] { Self.lists.map(topic) }

    /// `sluice sync` of the whole account.
    func sync(_ more: [String] = []) throws -> SluiceProcess {
        try SluiceProcess(
            [
                "sync", "--config", "\(folder)/stripe.yaml", "--kafka", bootstrap, "--topic-prefix", prefix,
                "--output", "json", "--quiet", "--lock-folder", "\(folder)/locks",
            ] + more,
            environment: LocalStripe.environment
        )
    }

    /// The summary of a sync that went through but for the lists that are not there.
    func finishedSync(_ more: [String] = []) async throws -> JSONValue {
        let process = try sync(more)
        guard await process.waitForEnd(atMost: 300), process.exitCode == 5 else {
            throw LocalStripe.Failure(
                description: "sync ended with \(process.exitCode): \(process.standardError)"
            )
        }
        return try JSONValue.parse(Array(process.standardOutput.utf8))
    }

    func end() {
        service.end()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Products last: localstripe looks through all that it has for each object of another kind that it shows.
    private func fill(_ counts: Counts) async throws {
        let customers = try await make(counts.customers, "customers") { number in
            // What a copy could damage: escapes, other planes, signs of the transport.
            ["name": "Zoë \"\(number)\" 🦀", "email": "c+\(number)@example.com", "metadata[row]": "\(number)"]
        }
        // What was changed or deleted before the lists are read.
        _ = try await service.update("customers", customers[0], ["description": "changed"])
        let gone = try await make(1, "customers") { _ in [:] }
        _ = try await service.delete("customers", gone[0])
        let buyers = customers.prefix(max(counts.subscriptions, counts.charges))
        for buyer in buyers {
            _ = try await service.create(
                "customers/\(buyer)/sources",
                [
                    "source[object]": "card", "source[number]": "4242424242424242",
                    "source[exp_month]": "12", "source[exp_year]": "2090", "source[cvc]": "123",
                ]
            )
        }
        let sold = try await make(1, "products") { _ in ["name": "Sold"] }
        let plan = try await make(1, "plans") { _ in
            ["product": sold[0], "amount": "990", "currency": "eur", "interval": "month"]
        }
        let subscriptions = try await make(counts.subscriptions, "subscriptions") { number in
            ["customer": buyers[number], "items[0][plan]": plan[0]]
        }
        // A canceled one is in the list only for who asks for all.
        for subscription in subscriptions.prefix(5) {
            _ = try await service.delete("subscriptions", subscription)
        }
        let charges = try await make(counts.charges, "charges") { number in
            ["customer": buyers[number], "amount": "\(1_000 + number)", "currency": "eur"]
        }
        _ = try await make(counts.refunds, "refunds") { number in
            ["charge": charges[number % charges.count], "amount": "10"]
        }
        _ = try await make(counts.products - 1, "products") { ["name": "Product \($0)"] }
    }

    private func make(
        _ count: Int,
        _ list: String,
        _ fields: (Int) -> KeyValuePairs<String, String>
    ) async throws -> [String] {
        var ids: [String] = []
        for number in 0..<count {
            let object = try await service.create(list, fields(number))
            guard let id = object["id"]?.text else {
                throw LocalStripe.Failure(description: "\(list): an object without id")
            }
            ids.append(id)
        }
        return ids
    }
}
