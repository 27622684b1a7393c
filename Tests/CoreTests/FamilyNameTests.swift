import Core
import Testing

/// The names of a family's streams.
@Suite struct FamilyNameTests {
    @Test(arguments: [
        ("car", "objects_car"), ("My-Car_2", "objects_My-Car_2"), ("my car", "objects_my_car"),
        ("a.b/c", "objects_a_b_c"), ("größe", "objects_gr__e"), ("x\u{301}", "objects_x_"),
        ("_", "objects__"),
        ("🚗", "objects__"),
    ])
    func anObjectNamesItsStream(object: String, name: String) throws {
        #expect(try FamilyName.stream(of: "objects", object: object).text == name)
        #expect(FamilyName.isMember(name, of: "objects"))
    }

    @Test(arguments: ["", String(repeating: "x", count: 73)])
    func oneThatFitsNoNameIsRefused(object: String) {
        #expect(throws: NameError.self) { try FamilyName.stream(of: "objects", object: object) }
    }

    @Test(arguments: ["objects", "objects_", "object_car", "other"])
    func othersAreNoneOfIts(name: String) { #expect(!FamilyName.isMember(name, of: "objects")) }

    @Test func aChoiceHasAllOfAFamily() throws {
        let choice = StreamChoice([try StreamName("plain")], families: ["objects"])
        for name in ["plain", "objects_car", "objects_x"] { #expect(choice.contains(try StreamName(name))) }
        for name in ["objects", "plain_x", "other"] { #expect(!choice.contains(try StreamName(name))) }
        #expect(choice.containsAll(of: [try StreamName("objects_a"), try StreamName("plain")]))
        #expect(!choice.containsAll(of: [try StreamName("objects_a"), try StreamName("other")]))
        #expect(!choice.isEmpty)
        #expect(StreamChoice([]).isEmpty)
    }

    /// Of streams that nobody named when the session started, those that an account has a bookmark of.
    @Test func whatIsReadAnewIsFoundInTheState() throws {
        let account = try AccountName("shop/acme")
        var records: [[UInt8]: [UInt8]] = [:]
        for name in ["objects_car", "objects_bike", "plain"] {
            let bookmark = Bookmark(
                fingerprint: Fingerprint(key: ["id"], version: nil, progress: "list", topic: name),
                list: .init(records: 3),
                updated: 1
            )
            let record = try bookmark.record(account: account, stream: StreamName(name))
            records[record.key] = record.value
        }
        let anew = try Bookmark.anew(
            StreamChoice([], families: ["objects"]),
            lost: [StreamName("objects_car"), StreamName("plain")],
            isMemoryLost: false,
            in: records,
            account: account
        )
        #expect(anew.map(\.key) == [StateKey.bookmark(account, try StreamName("objects_car")).bytes])
        let all = try Bookmark.anew(
            StreamChoice([], families: ["objects"]),
            lost: [],
            isMemoryLost: true,
            in: records,
            account: account
        )
        #expect(all.count == 2)
    }
}
