package import Core
import Cryptography
package import JSON

/// Makes the events of a page: key, id, time and headers' constants, by the rules that hold for ten years.
///
/// The key is a string's decoded UTF-8, a number's lexeme, or a compact JSON array of several, the account first
/// where the topic does not name it; the id is `<key>:<version>`, so the key is written once and the id extends it.
package struct EventBuilder: Sendable {
    private let stream: String
    private let topic: String
    private let source: String
    private let typePrefix: String
    private let version: VersionFormat?
    private let remembers: Bool
    private let isAccountInKey: Bool
    private let envelope: Envelope
    /// What becomes of personal fields; nil where nothing does.
    package let protection: RecordProtection?
    /// What a composite key begins with: `[`, or `["stripe/acme",` where topics do not name the account.
    private let keyStart: [UInt8]

    /// A builder for one stream of an account.
    ///
    /// `version` is the form of the declared version field; nil where the content is the version. `isAccountInKey`
    /// makes the account the first part of every key, so that topic and key together always name it. `remembers` says
    /// whether its events are compared with what was published before, so that each needs its content's hash.
    package init(
        extractor: String,
        account: String,
        stream: String,
        topic: String,
        isAccountInKey: Bool = false,
        version: VersionFormat?,
        remembers: Bool = false,
        envelope: Envelope = .binary,
        protection: RecordProtection? = nil
    ) {
        self.stream = stream
        self.topic = topic
        self.source = "/\(extractor)/\(account)/\(stream)"
        self.typePrefix = "\(extractor).\(stream)"
        self.version = version
        self.remembers = remembers
        self.envelope = envelope
        self.protection = protection
        self.isAccountInKey = isAccountInKey
        var keyStart = [UInt8(ascii: "[")]
        if isAccountInKey {
            JSONText.appendQuoted("\(extractor)/\(account)".utf8, to: &keyStart)
            keyStart.append(UInt8(ascii: ","))
        }
        self.keyStart = keyStart
    }

    /// The events of a scanned page, in its order; a key that stands twice goes out once, as its newest.
    ///
    /// `keyFields` and `versionField` are positions among the page's record fields; `now` is the API's own time, and
    /// `happened` the time of the feed's entry where one led to the page. A record that says that it is deleted
    /// (`deleted`; empty where none does) deletes its key under its version, and one that swallowed others (`merged`)
    /// deletes theirs under its own.
    ///
    /// Key, version and what else `page` was asked for are the record's as it came; all that goes on from here is made of it as
    /// its protection leaves it.
    ///
    /// A record whose version is none is refused by itself; one without a key throws, since nothing tells what it is.
    package func build(
        _ page: consuming ScannedPage,
        keyFields: Range<Int>,
        versionField: Int?,
        now: Instant,
        happened: Instant? = nil,
        deleted: [Bool] = [],
        merged: [(record: Int, key: [UInt8])] = []
    ) throws(EventError) -> EventPage {
        let (values, records) = protection?.protected(page) ?? (page.bytes, page.records)
        var text = [UInt8]()
        text.reserveCapacity(page.records.count * 64 + 32)
        Self.append(happened, now, to: &text)
        let nowSlice = ByteSlice(offset: 0, count: text.count)
        var events = [Event]()
        events.reserveCapacity(page.records.count + merged.count)
        var refused = [RefusedRecord]()
        // With the account in them a key that is a number has two forms.
        var table = KeyTable(capacity: page.records.count + merged.count * 2)
        var hasRepeats = false
        func add(_ event: Event) {
            events.append(event)
            guard let earlier = table.insert(events.count - 1, events: events, text: text) else { return }
            hasRepeats = true
            keepNewest(earlier, events.count - 1, &events, text: text, now: now)
        }
        // By record, as the events of those that stand twice may change places.
        var versions: [(version: Range<Int>, time: ByteSlice)?] = []
        for record in page.records.indices {
            let keyStart = text.count
            try appendKey(of: record, fields: keyFields, page: page, to: &text)
            let key = ByteSlice(offset: keyStart, count: text.count - keyStart)
            text.append(UInt8(ascii: ":"))
            let token = versionField.map { page.field($0, ofRecord: record) } ?? .absent
            let content = hash(of: records[record].range, in: values, page: page, token: token)
            let time: EventTime
            do {
                time = try appendVersion(
                    token,
                    of: record,
                    page: page,
                    content: content,
                    now: nowSlice,
                    to: &text
                )
            } catch {
                refused.append(RefusedRecord(record: records[record], key: key, reason: error.reason))
                if !merged.isEmpty { versions.append(nil) }
                continue
            }
            let id = ByteSlice(offset: keyStart, count: text.count - keyStart)
            let timeSlice = Self.place(time, in: &text)
            let isDeleted = !deleted.isEmpty && deleted[record]
            let event = Event(
                kind: isDeleted ? .delete : .upsert,
                value: isDeleted ? .absent : records[record],
                key: key,
                id: id,
                time: timeSlice,
                content: content
            )
            if !merged.isEmpty {
                versions.append((hasVersion(token, page) ? event.version : 0..<0, timeSlice))
            }
            add(event)
        }
        for (record, name) in merged {
            // What a record swallowed that is refused goes with it.
            guard let (version, time) = versions[record] else { continue }
            for event in deletes(of: name, under: version, time: time, to: &text) { add(event) }
        }
        if hasRepeats { events.removeAll { $0.key.isAbsent } }
        var built = self.page(values: values, text: text, events: events)
        built.refused = refused
        return built
    }

    /// The deletes of a key that a record swallowed, under the record's version, which stands in the text; without one
    /// under the key's name alone.
    private func deletes(
        of name: [UInt8],
        under version: Range<Int>,
        time: ByteSlice,
        to text: inout [UInt8]
    ) -> [Event] {
        // A copy: a slice of the text itself would make all of it be copied.
        let version = Array(text[version])
        return keys(naming: name).map { key in
            let slice = ByteSlice(offset: text.count, count: key.count)
            text.append(contentsOf: key)
            if !version.isEmpty {
                text.append(UInt8(ascii: ":"))
                text.append(contentsOf: version)
            }
            let id = ByteSlice(offset: Int(slice.offset), count: text.count - Int(slice.offset))
            return Event(kind: .delete, value: .absent, key: slice, id: id, time: time)
        }
    }

    /// The keys under which an object that a feed names by this text may have been published.
    ///
    /// One, but where the account stands before it: there a number and a text of the same digits are two. A key of
    /// several `parts` is named by its JSON array.
    package func keys(naming object: [UInt8], parts: Int = 1) -> [[UInt8]] {
        guard isAccountInKey else { return [object] }
        guard parts == 1 else { return [keyStart + object.dropFirst()] }
        var text = keyStart
        JSONText.appendQuoted(object, to: &text)
        text.append(UInt8(ascii: "]"))
        guard case .number? = try? JSONValue.parse(object) else { return [text] }
        return [text, keyStart + object + [UInt8(ascii: "]")]]
    }

    /// The events that delete some keys, in their order; their ids are given when they enter their transaction,
    /// from what is remembered of each key.
    package func deletes(of keys: [[UInt8]], now: Instant, happened: Instant? = nil) -> EventPage {
        var text = [UInt8]()
        Self.append(happened, now, to: &text)
        let time = ByteSlice(offset: 0, count: text.count)
        let events = keys.map { key in
            let slice = ByteSlice(offset: text.count, count: key.count)
            text.append(contentsOf: key)
            return Event(kind: .delete, value: .absent, key: slice, id: slice, time: time)
        }
        return page(values: [], text: text, events: events)
    }

    /// A delete that stands in no record of the stream's own.
    package struct Delete: Hashable, Sendable {
        package var key: [UInt8]
        /// When it happened, which is its version where the stream's versions are times; nil where nobody says.
        package var time: Instant?

        /// A delete.
        package init(key: [UInt8], time: Instant?) {
            self.key = key
            self.time = time
        }
    }

    /// The events of some deletes, in their order, each under the version that its time makes.
    package func deletes(_ deletes: [Delete], now: Instant) -> EventPage {
        var text = [UInt8]()
        now.appendRFC3339(fractionDigits: 3, to: &text)
        let nowSlice = ByteSlice(offset: 0, count: text.count)
        let events = deletes.map { delete in
            let start = text.count
            text.append(contentsOf: delete.key)
            let key = ByteSlice(offset: start, count: delete.key.count)
            guard let time = delete.time, let version, version != .number else {
                return Event(kind: .delete, value: .absent, key: key, id: key, time: nowSlice)
            }
            text.append(UInt8(ascii: ":"))
            version.append(time, to: &text)
            let id = ByteSlice(offset: start, count: text.count - start)
            let timeStart = text.count
            time.appendRFC3339(fractionDigits: version == .epochSeconds ? 0 : 3, to: &text)
            let timeSlice = ByteSlice(offset: timeStart, count: text.count - timeStart)
            return Event(kind: .delete, value: .absent, key: key, id: id, time: timeSlice)
        }
        return page(values: [], text: text, events: events)
    }

    /// A page without events: what carries a bookmark alone.
    package var noEvents: EventPage { page(values: [], text: [], events: []) }

    /// The time of an event whose version is none: the feed entry's, which has the API's precision, or now.
    private static func append(_ happened: Instant?, _ now: Instant, to text: inout [UInt8]) {
        guard let happened else { return now.appendRFC3339(fractionDigits: 3, to: &text) }
        let isWhole = happened.nanoseconds % 1_000_000_000 == 0
        happened.appendRFC3339(fractionDigits: isWhole ? 0 : 3, to: &text)
    }

    private func page(values: [UInt8], text: [UInt8], events: [Event]) -> EventPage {
        EventPage(
            stream: stream,
            topic: topic,
            source: source,
            upsertType: typePrefix + ".upsert",
            deleteType: typePrefix + ".delete",
            values: values,
            text: text,
            events: events,
            envelope: envelope
        )
    }

    private enum EventTime {
        case slice(ByteSlice)
        case instant(Instant, fractionDigits: Int)
    }

    private static func place(_ time: EventTime, in text: inout [UInt8]) -> ByteSlice {
        switch time {
        case .slice(let slice): return slice
        case .instant(let instant, let digits):
            let start = text.count
            instant.appendRFC3339(fractionDigits: digits, to: &text)
            return ByteSlice(offset: start, count: text.count - start)
        }
    }

    // MARK: Key

    private func appendKey(
        of record: Int,
        fields: Range<Int>,
        page: borrowing ScannedPage,
        to text: inout [UInt8]
    ) throws(EventError) {
        if fields.count == 1, !isAccountInKey {
            let token = try keyPart(
                page.field(fields.lowerBound, ofRecord: record),
                record: record,
                page: page
            )
            if page.bytes[token.lowerBound] == UInt8(ascii: "\"") {
                JSONText.decodeString(page.bytes[token], into: &text)
                guard token.count > 2 else { throw badKey(record, "an empty string") }
            } else {
                text.append(contentsOf: page.bytes[token])
            }
            return
        }
        text.append(contentsOf: keyStart)
        for field in fields {
            if field > fields.lowerBound { text.append(UInt8(ascii: ",")) }
            let token = try keyPart(page.field(field, ofRecord: record), record: record, page: page)
            // Alone it would be the whole key: refused in both forms.
            if fields.count == 1, token.count == 2, page.bytes[token.lowerBound] == UInt8(ascii: "\"") {
                throw badKey(record, "an empty string")
            }
            // Decoded and quoted anew, so that one text has one form whatever escapes the API chose that day.
            if page.bytes[token.lowerBound] == UInt8(ascii: "\"") {
                var decoded = [UInt8]()
                JSONText.decodeString(page.bytes[token], into: &decoded)
                JSONText.appendQuoted(decoded, to: &text)
            } else {
                text.append(contentsOf: page.bytes[token])
            }
        }
        text.append(UInt8(ascii: "]"))
    }

    private func keyPart(
        _ slice: ByteSlice,
        record: Int,
        page: borrowing ScannedPage
    ) throws(EventError) -> Range<Int> {
        guard !slice.isAbsent else {
            throw EventError(.missingKey, "\(stream): record \(record + 1) of the page has no key field")
        }
        switch page.bytes[slice.range.lowerBound] {
        case UInt8(ascii: "\""), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return slice.range
        case UInt8(ascii: "n"): throw EventError(.missingKey, "\(stream): record \(record + 1)'s key is null")
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return slice.range
        default: throw badKey(record, "an object or array")
        }
    }

    private func badKey(_ record: Int, _ found: String) -> EventError {
        EventError(.badKey, "\(stream): record \(record + 1)'s key is \(found); a string or number is needed")
    }

    // MARK: Version

    /// What the record is known by, where somebody asks: to compare it, or since it has no version of its own.
    private func hash(
        of record: Range<Int>,
        in values: [UInt8],
        page: borrowing ScannedPage,
        token: ByteSlice
    ) -> ContentHash? {
        guard remembers || !hasVersion(token, page) else { return nil }
        return unsafe values.withUnsafeBytes { bytes in
            let halves = unsafe Digest.first128(ofSHA256: UnsafeRawBufferPointer(rebasing: bytes[record]))
            return ContentHash(high: halves.high, low: halves.low)
        }
    }

    private func hasVersion(_ token: ByteSlice, _ page: borrowing ScannedPage) -> Bool {
        version != nil && !token.isAbsent && page.bytes[token.range.lowerBound] != UInt8(ascii: "n")
    }

    /// Appends the version's text and gives the event's time.
    private func appendVersion(
        _ token: ByteSlice,
        of record: Int,
        page: borrowing ScannedPage,
        content: ContentHash?,
        now: ByteSlice,
        to text: inout [UInt8]
    ) throws(EventError) -> EventTime {
        guard let version, hasVersion(token, page) else {
            content?.appendHex(to: &text)
            return .slice(now)
        }
        let start = text.count
        if page.bytes[token.range.lowerBound] == UInt8(ascii: "\"") {
            JSONText.decodeString(page.bytes[token.range], into: &text)
        } else {
            text.append(contentsOf: page.bytes[token.range])
        }
        let written = ByteSlice(offset: start, count: text.count - start)
        switch version {
        case .number: return .slice(now)
        case .rfc3339:
            // `ce_time` is a time, whatever stands there.
            let isTime = Instant(rfc3339: String(decoding: text[written.range], as: UTF8.self)) != nil
            return .slice(isTime ? written : now)
        case .epochSeconds, .epochMilliseconds:
            guard let number = Self.integer(text[written.range]) else {
                throw EventError(
                    .badVersion,
                    "\(stream): record \(record + 1)'s version is \(String(decoding: text[written.range].prefix(60), as: UTF8.self)), "
                        + "not a whole number of \(version == .epochSeconds ? "seconds" : "milliseconds"); mend the record, or "
                        + "version: in the extractor's definition"
                )
            }
            guard version == .epochMilliseconds else {
                return .instant(Instant(seconds: number), fractionDigits: 0)
            }
            let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: 1_000_000)
            return overflow
                ? .slice(now) : .instant(Instant(nanoseconds: nanoseconds), fractionDigits: 3)
        }
    }

    private static func integer(_ digits: ArraySlice<UInt8>) -> Int64? {
        Int64(String(decoding: digits, as: UTF8.self))
    }

    // MARK: A key twice in a page

    /// Leaves one of two events with one key: the newer where versions have an order, else the later said.
    ///
    /// The survivor takes the earlier position, which the table knows; the other is marked by an absent key.
    private func keepNewest(
        _ earlier: Int,
        _ later: Int,
        _ events: inout [Event],
        text: [UInt8],
        now: Instant
    ) {
        let order = version?.order(
            of: text[events[later].version],
            to: text[events[earlier].version],
            now: now
        )
        if order != .older { events[earlier] = events[later] }
        events[later].key = .absent
    }
}
