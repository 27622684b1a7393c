import Core
import Events
import JSON

/// Takes out of the pages of one transaction what was published before, be it committed or before them in the same
/// one (I1).
///
/// Made for each attempt: an abort drops it, and with it what it took for known.
struct ChangeFilter {
    private let store: any VersionStore
    private var overlay: [StreamName: [[UInt8]: RememberedVersion]] = [:]
    private(set) var changes: [VersionChange] = []

    init(store: any VersionStore) { self.store = store }

    /// The page with what is new in it; what is then remembered is added to `changes`.
    mutating func take(_ entry: GroupMachine.Entry) throws(StateError) -> EventPage {
        guard let facts = entry.facts else {
            changes += entry.changes
            return entry.page
        }
        try keep(entry.page, facts)
        guard !entry.page.events.isEmpty else {
            changes += entry.changes
            return entry.page
        }
        var page = entry.page
        let stored = try store.versions(of: page.events.map(\.key), in: page.text, stream: facts.stream)
        // Taken out meanwhile: with a second owner each page would copy all of it.
        var known = overlay.removeValue(forKey: facts.stream) ?? [:]
        defer { overlay[facts.stream] = known }
        let rule = VersionRule(format: facts.format, now: facts.now)
        var kept = [Event]()
        kept.reserveCapacity(page.events.count)
        for (position, event) in page.events.enumerated() {
            let key = Array(page.text[event.key.range])
            let next: RememberedVersion
            switch rule.decide(said(event, in: page, facts), remembered: known[key] ?? stored[position]) {
            case .publish(let published):
                kept.append(Self.named(event, as: published, in: &page))
                next = published
            case .skip(nil): continue
            case .skip(let moved?): next = moved
            }
            known[key] = next
            changes.append(VersionChange(facts.stream, .version(key: key, next)))
        }
        page.events = kept
        changes += entry.changes
        return page
    }

    /// What cannot be published is there all the same: what was published of it must not be taken for absent (I2).
    ///
    /// Of what has to go out again since it is lost nothing can be said: it is forgotten, to be new when it can be published.
    private mutating func keep(_ page: EventPage, _ facts: PageFacts) throws(StateError) {
        guard !page.refused.isEmpty else { return }
        let stored = try store.versions(
            of: page.refused.map(\.key),
            in: page.text,
            stream: facts.stream
        )
        for (refused, stored) in zip(page.refused, stored) {
            let key = Array(page.text[refused.key.range])
            guard var known = overlay[facts.stream]?[key] ?? stored, !known.isDeleted, known.read < facts.read
            else { continue }
            known.read = facts.read
            guard facts.isAnew else {
                overlay[facts.stream, default: [:]][key] = known
                changes.append(VersionChange(facts.stream, .version(key: key, known)))
                continue
            }
            changes.append(VersionChange(facts.stream, .version(key: key, nil)))
        }
    }

    private func said(_ event: Event, in page: EventPage, _ facts: PageFacts) -> VersionRule.Said {
        // A delete that stands in no record has no version.
        let hasVersion =
            facts.format != nil && !event.version.isEmpty && !Self.isContent(event, in: page)
        return VersionRule.Said(
            kind: event.kind,
            version: hasVersion ? page.text[event.version] : nil,
            content: event.content,
            seen: facts.seen,
            read: facts.read,
            parent: facts.parent,
            isAnew: facts.isAnew,
            forgotten: facts.forgotten
        )
    }

    /// A record without its declared version is known by its content, as its id then says.
    private static func isContent(_ event: Event, in page: EventPage) -> Bool {
        guard let content = event.content, event.version.count == 32 else { return false }
        return ContentHash(hex: page.text[event.version]) == content
    }

    /// The event under its id: `<key>:<version>`, and `:<count>` where it is not the first change under it.
    private static func named(_ event: Event, as next: RememberedVersion, in page: inout EventPage) -> Event {
        // The first change under a version of its own has its name already.
        let isOwn = next.version.map { page.text[event.version].elementsEqual($0) } ?? false
        guard next.count > 1 || event.kind == .delete && !isOwn else { return event }
        var event = event
        let start = page.text.count
        // A copy: a slice of the text itself would make all of it be copied.
        page.text.append(contentsOf: Array(page.text[event.key.range]))
        page.text.append(UInt8(ascii: ":"))
        if let version = next.version {
            page.text.append(contentsOf: version)
        } else {
            next.content.appendHex(to: &page.text)
        }
        page.text.append(UInt8(ascii: ":"))
        page.text.append(contentsOf: String(next.count).utf8)
        event.id = ByteSlice(offset: start, count: page.text.count - start)
        return event
    }
}
