import Core
import Events
import JSON

/// Makes the pages of deletes that erase keys, one for each topic of a stream.
///
/// Their ids name the time and no version: where a record's content is its version, a hash of it must not stay.
struct TombstonePages {
    private let time: [UInt8]
    private var pages: [EventPage] = []
    private var places: [String: Int] = [:]
    /// How many there are in all.
    private(set) var count = 0

    init(now: Instant) {
        var time: [UInt8] = []
        now.appendRFC3339(fractionDigits: 3, to: &time)
        self.time = time
    }

    mutating func add(_ key: [UInt8], to topic: String, of stream: ErasedStream) {
        let id = "\(stream.name)|\(topic)"
        let place = places[id] ?? pages.count
        if place == pages.count {
            places[id] = place
            pages.append(page(topic, stream))
        }
        let start = pages[place].text.count
        pages[place].text += key + Array(":erased:".utf8) + time
        let end = pages[place].text.count
        pages[place].events.append(
            Event(
                kind: .delete,
                value: .absent,
                key: ByteSlice(offset: start, count: key.count),
                id: ByteSlice(offset: start, count: end - start),
                time: ByteSlice(offset: end - time.count, count: time.count)
            )
        )
        count += 1
    }

    private func page(_ topic: String, _ stream: ErasedStream) -> EventPage {
        let entity = stream.entityTopics.contains(topic) ? topic.split(separator: ".").last : nil
        let type = entity.map { "entity.\($0)" } ?? "\(stream.account.extractor).\(stream.name)"
        return EventPage(
            stream: stream.name.text,
            topic: topic,
            source: stream.source,
            upsertType: "\(type).upsert",
            deleteType: "\(type).delete",
            values: [],
            text: [],
            events: [],
            envelope: stream.envelope
        )
    }

    /// Gives them as they are published, and begins anew.
    mutating func take() -> [EventPage] {
        let taken = pages.map { $0.enveloped() }
        pages = []
        places = [:]
        count = 0
        return taken
    }
}
