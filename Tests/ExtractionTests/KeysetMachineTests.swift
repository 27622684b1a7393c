import Core
import JSON
import Testing

@testable import Extraction

@Suite("Where the next page of an ordered window begins")
struct KeysetMachineTests {
    private static func time(_ seconds: Int64) -> Instant { Instant(seconds: seconds) }

    private static let pages: [(times: [Int64], next: Int64?)] = [
        // At the last record that no index has under an older time.
        ([10, 90, 150, 250], 90),
        // Where all were changed lately, at the last that is settled...
        ([150, 190, 250, 260], 190),
        // ...and where none is, at the last: the overlap reads them again.
        ([210, 250], 250),
        // One alone may be a mistaken one: the others of the time at hand first.
        ([0, 150], nil),
        ([150], nil),
    ]

    /// Pages that may go on, of a window whose records may stand under an older time from 100 on, and mostly do from 200.
    @Test(arguments: pages)
    func begins(times: [Int64], next: Int64?) throws {
        var machine = Self.machine
        var page = Self.page(times)
        page.fresh = Self.time(100)
        page.unsettled = Self.time(200)
        #expect(try machine.take(page) == Array(times.indices))
        let ask = next.map { KeysetMachine.Ask.range(from: Self.time($0)) }
        #expect(machine.ask == ask ?? .ties(at: Self.time(0), after: nil))
    }

    /// A record that bears a time behind the window was changed since: what lies between would be left out.
    @Test(
        arguments: [
            ([10, 90, 310], [0, 1], 90),
            ([10, 310, 90, 350], [0, 2], 90),
        ] as [(times: [Int64], new: [Int], next: Int64)]
    )
    func neverBeginsBehindTheWindow(times: [Int64], new: [Int], next: Int64) throws {
        var machine = Self.machine
        #expect(try machine.take(Self.page(times)) == new)
        #expect(machine.ask == .range(from: Self.time(next)))
        #expect(machine.readTo == Self.time(0))
    }

    @Test func pageThatIsAllBehindTheWindowIsNoEnd() {
        var machine = Self.machine
        #expect(throws: KeysetMachine.Problem.self) { try machine.take(Self.page([310, 350])) }
        #expect(machine.readTo == Self.time(0))
    }

    private static var machine: KeysetMachine {
        KeysetMachine(from: time(0), to: time(300), unit: .seconds(1), hasTies: true)
    }

    /// A page that is not the last.
    private static func page(_ times: [Int64]) -> KeysetMachine.Page {
        KeysetMachine.Page(
            times: times.map(time),
            key: { Array("\($0)".utf8) },
            identity: { Array("\($0)".utf8) },
            lastKey: .number("1"),
            isLast: false
        )
    }
}
