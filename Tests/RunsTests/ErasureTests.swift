import Core
import Events
import JSON
import Runs
import Testing

/// What is committed so that nothing is left of a key.
@Suite("What is committed to erase a key")
struct ErasureTests {
    private static let now = Instant(seconds: 1_772_366_400)

    private let account: AccountName
    private let prefix: TopicPrefix
    private let customers: StreamName
    private let orders: StreamName
    private let versions = MemoryVersions()

    init() throws {
        account = try AccountName("shop/acme")
        prefix = try TopicPrefix("p")
        customers = try StreamName("customers")
        orders = try StreamName("orders")
    }

    private func stream(
        _ name: StreamName,
        template: String = "<prefix>.<extractor>.<account>.<stream>",
        fingerprint: Fingerprint? = nil,
        kept: [String] = [],
        envelope: Envelope = .binary
    ) throws -> ErasedStream {
        var state: [[UInt8]: [UInt8]] = [:]
        if let fingerprint {
            let record = try Bookmark(fingerprint: fingerprint, list: .init(), updated: 0).record(
                account: account,
                stream: name
            )
            state[record.key] = record.value
        }
        for topic in kept {
            let record = try KeptTopic(topic: topic, ends: [1]).record(account: account)
            state[record.key] = record.value
        }
        return try ErasedStream(
            name,
            of: account,
            definition: nil,
            state: state,
            template: try TopicTemplate(parsing: template),
            envelope: envelope,
            prefix: prefix
        )
    }

    private func remember(_ stream: StreamName, _ key: String, parent: String? = nil) {
        let version = RememberedVersion(
            version: Array("7".utf8),
            content: ContentHash(high: 1, low: 2),
            count: 1,
            seen: Self.now,
            read: 1,
            parent: parent.map { Array($0.utf8) }
        )
        versions.apply([VersionChange(stream, .version(key: Array(key.utf8), version))])
    }

    private func erasure(
        _ keys: [String],
        of stream: ErasedStream,
        children: [ErasedStream] = [],
        forgets: Bool = false,
        letters: [DeadLetter] = []
    ) throws -> Erasure {
        let names = try keys.map { try #require(stream.recordName($0)) }
        return try Erasure(
            names,
            of: stream,
            children: children,
            forgets: forgets,
            versions: versions,
            letters: letters
        )
    }

    private func letter(_ stream: StreamName, _ key: String, parent: String? = nil) -> DeadLetter {
        DeadLetter(
            id: "\(stream)-\(key)",
            account: account,
            stream: stream,
            topic: "t",
            key: Array(key.utf8),
            parent: parent.map { Array($0.utf8) },
            reason: .init(code: "event.bad_entity", text: "x"),
            run: "r",
            at: Self.now,
            seen: Self.now,
            size: 2,
            sha256: "00",
            content: .whole(Array("{}".utf8))
        )
    }

    private func tombstones(_ groups: [TransactionGroup]) -> [String] {
        groups.flatMap(\.pages).flatMap { page in
            page.events.map { event in
                let text = { (slice: ByteSlice) in String(decoding: page.text[slice.range], as: UTF8.self) }
                let kind = event.kind == .delete ? page.deleteType : "event"
                return "\(page.topic) \(text(event.key)) \(text(event.id)) \(kind)"
            }
        }
    }

    @Test("its topics, its entities', its memory and its children's, in one transaction, the key last")
    func all() throws {
        remember(customers, "ann")
        remember(orders, "o1", parent: "ann")
        remember(orders, "o2", parent: "bob")
        let fingerprint = Fingerprint(
            key: ["id"],
            version: nil,
            progress: "window",
            topic: "p.shop.acme.customers and p.entity.Customer"
        )
        let stream = try stream(customers, fingerprint: fingerprint)
        let erasure = try erasure(
            ["ann"],
            of: stream,
            children: [try self.stream(orders)],
            letters: [
                letter(customers, "ann"), letter(orders, "o1"), letter(orders, "o7", parent: "ann"),
                letter(orders, "ann"), letter(customers, "bob"),
            ]
        )
        let seen = Erasure.Seen(records: 1, values: 1)
        let holdings: Erasure.Holdings = [
            "p.shop.acme.customers": [Array("ann".utf8): seen], "p.entity.Customer": [:],
            "p.shop.acme.orders": [:],
        ]
        let groups = erasure.groups(holdings, now: Self.now)
        #expect(groups.count == 1)
        #expect(
            tombstones(groups) == [
                "p.shop.acme.orders o1 o1:erased:2026-03-01T12:00:00.000Z shop.orders.delete",
                "p.shop.acme.customers ann ann:erased:2026-03-01T12:00:00.000Z shop.customers.delete",
                "p.entity.Customer shop/acme:customers:ann shop/acme:customers:ann:erased:2026-03-01T12:00:00.000Z "
                    + "entity.Customer.delete",
            ]
        )
        #expect(groups[0].settled.map(\.id) == ["customers-ann", "orders-o1", "orders-o7"])
        let left = groups[0].versions.map { change -> RememberedVersion? in
            if case .version(_, let version) = change.change { version } else { nil }
        }
        #expect(left.count == 2)
        for version in left {
            let version = try #require(version)
            #expect(version.isErased && version.version == Array("7".utf8) && version.parent == nil)
            #expect(version.count == 2)
        }
        let found = try #require(erasure.found(holdings).first)
        #expect(found.children == 1 && found.letters == 3 && found.remembered == 2 && found.isKnown)
        #expect(found.topics == ["p.shop.acme.customers": 1])

        versions.apply(groups[0].versions)
        let again = try self.erasure(["ann"], of: stream)
        #expect(again.groups(holdings, now: Self.now).flatMap(\.versions).isEmpty)
        let forgotten = try self.erasure(["ann"], of: stream, forgets: true)
        #expect(
            forgotten.groups([:], now: Self.now).flatMap(\.versions)
                == [VersionChange(customers, .version(key: Array("ann".utf8), nil))]
        )
    }

    @Test(
        "where the account stands in keys a number and a text are two; a key as it stands in the topic is taken as well"
    )
    func accountInKey() throws {
        let shared = try stream(customers, template: "<prefix>.<stream>")
        let erasure = try erasure(["42"], of: shared)
        #expect(
            tombstones(erasure.groups(["p.customers": [:]], now: Self.now)).map {
                $0.split(separator: " ")[1]
            } == [#"["shop/acme","42"]"#, #"["shop/acme",42]"#]
        )
        #expect(shared.recordName(#"["shop/acme","42"]"#) == Array("42".utf8))
        #expect(shared.recordName(#"["shop/other","42"]"#) == Array(#"["shop/other","42"]"#.utf8))
        #expect(shared.recordName("") == nil)
        let fingerprint = Fingerprint(
            key: ["a", "b"],
            version: nil,
            progress: "full, x",
            topic: "p.shop.acme.customers"
        )
        let composite = try stream(customers, fingerprint: fingerprint)
        #expect(composite.recordName(#"[ "x", 1.50 ]"#) == Array(#"["x",1.50]"#.utf8))
        #expect(composite.recordName("x") == nil && composite.recordName("[1]") == nil)
        let places = composite.places(of: Array(#"["x",1.50]"#.utf8))
        #expect(places.map(\.keys) == [[Array(#"["x",1.50]"#.utf8)]])
    }

    @Test("in a topic of the time before another template only what says that it is the stream's is erased")
    func otherTopics() throws {
        let stream = try stream(customers, kept: ["p.old", "p.entity.Person", "p.sluice.versions"])
        let erasure = try erasure(["ann"], of: stream)
        #expect(erasure.doubtfulPlaces.map(\.topic) == ["p.old"])
        #expect(erasure.doubtfulPlaces.map(\.source) == ["/shop/acme/customers"])
        #expect(erasure.places.keys.sorted() == ["p.entity.Person", "p.shop.acme.customers"])
        #expect(tombstones(erasure.groups(["p.old": [:]], now: Self.now)).isEmpty)
        let old = Array(#"["shop/acme","ann"]"#.utf8)
        let found = erasure.groups(["p.old": [old: .init(records: 2, values: 1)]], now: Self.now)
        #expect(tombstones(found).count == 1)
        #expect(erasure.found([:]).map(\.isKnown) == [false])
    }

    @Test(
        "an event without data goes before the delete where events are whole, and very many go in several transactions"
    )
    func envelopeAndMany() throws {
        let whole = try stream(customers, envelope: .structured)
        let groups = try erasure(["ann"], of: whole).groups(["p.shop.acme.customers": [:]], now: Self.now)
        #expect(tombstones(groups).count == 2)
        #expect(tombstones(groups).last?.hasSuffix("shop.customers.delete") == true)
        for number in 0..<4500 { remember(orders, "o\(number)", parent: "ann") }
        let many = try erasure(["ann"], of: try stream(customers), children: [try stream(orders)])
        let parts = many.groups(["p.shop.acme.customers": [:], "p.shop.acme.orders": [:]], now: Self.now)
        #expect(parts.count == 3 && parts.allSatisfy { $0.eventCount <= 2000 })
        #expect(tombstones(parts).last?.hasPrefix("p.shop.acme.customers ann ") == true)
    }
}
