package import Core
import JSON

/// Makes the entities of a stream's events: what several services know in words of their own, in one form.
///
/// Made of the events that are published, so that what repeats costs nothing. One scan over their values takes out what the
/// mappings read; everything else of a record goes along as it is, under `custom`.
package struct EntityMapper: Sendable {
    private let stream: String
    private let isAccountInKey: Bool
    private let scanner: PageScanner
    private let targets: [EntityTarget]

    /// A mapper of one stream's events; `isAccountInKey` and `protection` as `EventBuilder` has them.
    package init(
        _ mappings: [EntityMapping],
        currencies: CurrencyTable,
        account: AccountName,
        stream: String,
        isAccountInKey: Bool = false,
        prefix: TopicPrefix,
        protection: RecordProtection? = nil
    ) {
        var paths: [[String]] = []
        for path in mappings.flatMap(\.paths) where !paths.contains(path) { paths.append(path) }
        self.stream = stream
        self.isAccountInKey = isAccountInKey
        scanner = PageScanner(plan: ScanPlan(records: [], recordFields: paths, pageFields: []))
        targets = mappings.map { mapping in
            EntityTarget(mapping, of: stream, account: account, currencies: currencies, prefix: prefix) {
                path in
                RecordPlace(
                    position: paths.firstIndex(of: path) ?? 0,
                    path: path,
                    action: protection?.treatment(of: path).action ?? .pass
                )
            }
        }
    }

    /// The topics of the entities, in the order of the mappings.
    package var topics: [String] { targets.map(\.topic) }

    /// The pages of entities that the events of a page make, one a mapping.
    ///
    /// A delete deletes them all, and a record that is not of an entity any more deletes it. `parent` is the key of the parent
    /// whose children the page has.
    package func pages(of page: EventPage, parent: [UInt8]? = nil) throws(EventError) -> [EventPage] {
        let upserts = page.events.filter { $0.kind == .upsert }
        var scanned: ScannedPage?
        if !upserts.isEmpty {
            var list: [UInt8] = [UInt8(ascii: "[")]
            list.reserveCapacity(upserts.reduce(2) { $0 + Int($1.value.count) + 1 })
            for (number, event) in upserts.enumerated() {
                if number > 0 { list.append(UInt8(ascii: ",")) }
                list.append(contentsOf: page.values[event.value.range])
            }
            list.append(UInt8(ascii: "]"))
            do {
                scanned = try scanner.scan(list)
            } catch {
                throw EventError(
                    .badEntity,
                    "\(stream): a record cannot be read for its entity: \(error)",
                    stream: stream
                )
            }
        }
        let keys = page.events.map { recordKey(of: $0, in: page) }
        var pages: [EventPage] = []
        for target in targets { pages.append(try entities(target, of: page, keys, scanned, parent)) }
        return pages
    }

    /// The records of a page that make no entity, though others of it may.
    ///
    /// Each is tried by itself: asked only where `pages(of:parent:)` throws.
    package func refusals(of page: EventPage, parent: [UInt8]? = nil) -> [RefusedRecord] {
        var refused: [RefusedRecord] = []
        for event in page.events where event.kind == .upsert {
            var alone = page
            alone.events = [event]
            do {
                _ = try pages(of: alone, parent: parent)
            } catch {
                refused.append(
                    RefusedRecord(record: event.value, key: event.key, reason: error.reason)
                )
            }
        }
        return refused
    }

    private func entities(
        _ target: EntityTarget,
        of page: EventPage,
        _ keys: [ArraySlice<UInt8>],
        _ scanned: ScannedPage?,
        _ parent: [UInt8]?
    )
        throws(EventError)
        -> EventPage
    {
        var values: [UInt8] = []
        values.reserveCapacity((scanned?.bytes.count ?? 0) + page.events.count * 160)
        var text: [UInt8] = []
        text.reserveCapacity(page.text.count + page.events.count * 40)
        var events: [Event] = []
        events.reserveCapacity(page.events.count)
        var record = 0
        for (event, key) in zip(page.events, keys) {
            let keyStart = text.count
            text.append(contentsOf: target.idPrefix)
            text.append(contentsOf: key)
            let keySlice = ByteSlice(offset: keyStart, count: text.count - keyStart)
            // Behind the key stand the version and the count.
            text.append(contentsOf: page.text[event.id.range].dropFirst(Int(event.key.count)))
            let id = ByteSlice(offset: keyStart, count: text.count - keyStart)
            let timeStart = text.count
            text.append(contentsOf: page.text[event.time.range])
            var made = Event(
                kind: .delete,
                value: .absent,
                key: keySlice,
                id: id,
                time: ByteSlice(offset: timeStart, count: text.count - timeStart)
            )
            if event.kind == .upsert, let scanned {
                let start = values.count
                do {
                    let reading = RecordReading(page: scanned, record: record, parent: parent)
                    if try target.append(reading, id: text[keySlice.range], key: key, to: &values) {
                        made.kind = .upsert
                        made.value = ByteSlice(offset: start, count: values.count - start)
                    }
                } catch {
                    let record = String(decoding: key, as: UTF8.self)
                    throw EventError(
                        .badEntity,
                        "\(stream): record \(record) makes no \(target.name): \(error.text); mend the record, or the entity in the "
                            + "extractor's definition",
                        stream: stream
                    )
                }
                record += 1
            }
            events.append(made)
        }
        return EventPage(
            stream: page.stream,
            topic: target.topic,
            source: page.source,
            upsertType: "entity.\(target.name).upsert",
            deleteType: "entity.\(target.name).delete",
            values: values,
            text: text,
            events: events,
            envelope: page.envelope
        )
    }

    /// What names the record within its stream: its event's key, without the account.
    private func recordKey(of event: Event, in page: EventPage) -> ArraySlice<UInt8> {
        RecordName.name(of: page.text[event.key.range], isAccountInKey: isAccountInKey)
    }
}
