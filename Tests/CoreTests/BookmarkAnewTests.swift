import Core
import JSON
import Testing

struct BookmarkAnewTests {
    private static let old = Bookmark(
        fingerprint: Fingerprint(key: ["id"], version: nil, progress: "list", topic: "a"),
        list: .init(token: .string("x"), isDone: true, records: 9, read: 3, since: Instant(seconds: 5)),
        feed: .init(name: "events", at: Instant(seconds: 7)),
        updated: 1
    )

    @Test func `it begins the list and the feed from the start, as the next read`() {
        let anew = Self.old.anew(isLost: false)
        #expect(anew.list == Bookmark.List(read: 4))
        #expect(anew.feed == nil)
        #expect(anew.fingerprint == Self.old.fingerprint)
        #expect(Self.old.anew(isLost: false, since: Instant(seconds: 8)).list.since == Instant(seconds: 8))
    }

    @Test func `all is due where what was published is gone, or elsewhere`() {
        #expect(Self.old.anew(isLost: true).list.isAnew)
        var now = Self.old.fingerprint
        now.key = ["id", "part"]
        #expect(!Self.old.anew(isLost: false, fingerprint: now).list.isAnew)
        now.topic = "b"
        let moved = Self.old.anew(isLost: false, fingerprint: now)
        #expect(moved.list.isAnew)
        #expect(moved.fingerprint == now)
    }

    @Test(arguments: [(false, true), (true, false)])
    func `a read of all that did not end leaves all due`(isDone: Bool, isDue: Bool) {
        var old = Self.old
        old.list.isAnew = true
        old.list.isDone = isDone
        #expect(old.anew(isLost: false).list.isAnew == isDue)
    }

    @Test
    func `places and passes begin anew; what is forgotten stays so, but where nothing published is there`() {
        var old = Self.old
        old.window = .init(at: Instant(seconds: 9))
        old.token = .init(reached: Instant(seconds: 9))
        old.passes = .init(deletes: Instant(seconds: 9))
        old.forgotten = Instant(seconds: 6)
        let anew = old.anew(isLost: false)
        #expect(anew.window == nil && anew.token == nil && anew.passes == .init())
        #expect(anew.forgotten == Instant(seconds: 6))
        #expect(old.anew(isLost: true).forgotten == nil)
    }
}
