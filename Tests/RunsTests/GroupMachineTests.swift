import Core
import JSON
import ProcessSupport
import Runs
import Testing

/// A page with so many events of some bytes each, recognisable by its number.
func testPage(stream: String, number: Int, records: Int = 1, bytes: Int = 0) -> EventPage {
    EventPage(
        stream: stream,
        topic: stream,
        source: "/test/a/\(stream)",
        upsertType: "\(number)",
        deleteType: "",
        values: [UInt8](repeating: 0, count: bytes),
        text: [],
        events: [Event](
            repeating: Event(kind: .upsert, value: .absent, key: .absent, id: .absent, time: .absent),
            count: records
        )
    )
}

func testEntry(_ stream: Int, _ number: Int, records: Int = 1, bytes: Int = 0) -> GroupMachine.Entry {
    GroupMachine.Entry(
        stream: stream,
        page: testPage(stream: "s\(stream)", number: number, records: records, bytes: bytes),
        bookmark: StateRecord(key: Array("b\(stream)".utf8), value: Array("\(number)".utf8))
    )
}

@Suite("Group commit decides what goes together")
struct GroupMachineTests {
    struct CapCase: Sendable, CustomTestStringConvertible {
        var title: String
        var pages: [(records: Int, bytes: Int)]
        var groups: [Int]
        var testDescription: String { title }
    }

    static let capCases = [
        CapCase(title: "all small pages together", pages: [(100, 10), (100, 10), (100, 10)], groups: [3]),
        CapCase(
            title: "5,000 records fill a group",
            pages: [(3_000, 1), (2_000, 1), (1, 1)],
            groups: [2, 1]
        ),
        CapCase(title: "a page is never split", pages: [(9_000, 1), (1, 1)], groups: [1, 1]),
        CapCase(title: "16 MB fill a group", pages: [(1, 10 << 20), (1, 10 << 20)], groups: [1, 1]),
        CapCase(
            title: "a later page may not pass one",
            pages: [(4_000, 1), (2_000, 1), (100, 1)],
            groups: [1, 2]
        ),
        CapCase(title: "empty pages move bookmarks", pages: [(0, 0), (0, 0)], groups: [2]),
    ]

    @Test("caps limit grouping", arguments: capCases)
    func caps(_ row: CapCase) {
        var machine = GroupMachine()
        for (number, page) in row.pages.enumerated() {
            machine.add(testEntry(0, number, records: page.records, bytes: page.bytes))
        }
        var groups: [Int] = []
        while let group = machine.takeGroup() {
            groups.append(group.count)
            machine.committed()
        }
        #expect(groups == row.groups)
    }

    @Test("a group carries each stream's last bookmark")
    func lastBookmark() throws {
        var machine = GroupMachine()
        for (stream, number) in [(0, 1), (1, 1), (0, 2)] { machine.add(testEntry(stream, number)) }
        let taken = machine.takeGroup()
        let group = try #require(taken)
        #expect(
            Set(GroupMachine.lastBookmarks(group).map(\.key))
                == Set([testEntry(0, 2), testEntry(1, 1)].compactMap { $0.bookmark?.key })
        )
    }

    @Test("no second group while one is in flight")
    func oneInFlight() {
        var machine = GroupMachine()
        machine.add(testEntry(0, 1))
        #expect(machine.takeGroup() != nil)
        machine.add(testEntry(0, 2))
        #expect(machine.takeGroup() == nil)
    }

    @Test("a named culprit fails alone, the others go again")
    func namedCulprit() throws {
        var machine = GroupMachine()
        for stream in 0..<3 { machine.add(testEntry(stream, 1)) }
        _ = machine.takeGroup()
        machine.aborted(PublishError(.recordTooLarge, "too large", stream: "s1"), culprit: 1)
        let taken = machine.takeGroup()
        let again = try #require(taken)
        #expect(again.map(\.page.stream) == ["s0", "s2"])
        #expect(machine.failures.keys.sorted() == [1])
    }

    @Test("with nobody named each stream goes alone, and only the culprit fails")
    func unnamedCulprit() {
        var machine = GroupMachine()
        for stream in 0..<3 { machine.add(testEntry(stream, 1)) }
        _ = machine.takeGroup()
        machine.aborted(PublishError(.aborted, "aborted"), culprit: nil)
        var committed: [String] = []
        while let group = machine.takeGroup() {
            #expect(Set(group.map(\.stream)).count == 1)
            if group.contains(where: { $0.page.stream == "s1" }) {
                machine.aborted(PublishError(.aborted, "aborted"), culprit: nil)
            } else {
                committed += group.map(\.page.stream)
                machine.committed()
            }
        }
        #expect(committed.sorted() == ["s0", "s2"])
        #expect(machine.failures.keys.sorted() == [1])
    }

    @Test(
        "I1 I2: whatever aborts, each page commits once and in order, and a failed stream has no gap",
        arguments: 0..<200
    )
    func randomAborts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var machine = GroupMachine()
        var added = [Int](repeating: 0, count: 4)
        var committed = [[Int]](repeating: [], count: 4)
        let poison = Int.random(in: 0..<8, using: &random)
        for _ in 0..<300 {
            let stream = Int.random(in: 0..<4, using: &random)
            if machine.failures[stream] == nil {
                added[stream] += 1
                machine.add(
                    testEntry(stream, added[stream], records: Int.random(in: 0...2_000, using: &random))
                )
            }
            guard Bool.random(using: &random), let group = machine.takeGroup() else { continue }
            let isPoisoned = group.contains { $0.page.stream == "s\(poison)" && $0.page.upsertType == "5" }
            if isPoisoned || Int.random(in: 0..<10, using: &random) == 0 {
                let names = isPoisoned && Bool.random(using: &random)
                machine.aborted(PublishError(.aborted, "x"), culprit: names ? poison : nil)
            } else {
                machine.committed()
                for entry in group {
                    committed[entry.stream].append(Int(entry.page.upsertType) ?? 0)
                }
            }
        }
        while let group = machine.takeGroup() {
            if group.contains(where: { $0.page.stream == "s\(poison)" && $0.page.upsertType == "5" }) {
                machine.aborted(PublishError(.aborted, "x"), culprit: nil)
            } else {
                machine.committed()
                for entry in group {
                    committed[entry.stream].append(Int(entry.page.upsertType) ?? 0)
                }
            }
        }
        for stream in 0..<4 {
            #expect(committed[stream] == Array(1..<(committed[stream].count + 1)))
            if machine.failures[stream] == nil { #expect(committed[stream].count == added[stream]) }
        }
        if poison < 4, added[poison] >= 5 { #expect(committed[poison].count <= 4) }
    }
}
