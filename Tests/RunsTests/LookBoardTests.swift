import Core
import Extraction
import Testing

@testable import Runs

@Suite("The looks of a window, and where they leave the bookmark")
struct LookBoardTests {
    private static func time(_ seconds: Int64) -> Instant { Instant(seconds: 1_000 + seconds) }

    /// A look at an object of whom entries of these times tell.
    private static func look(_ object: String, at times: Int64..., stream: Int = 0) -> Look {
        var look = Look(stream: stream, object: Array(object.utf8))
        for (number, time) in times.enumerated() {
            look.entries.append(
                Look.Entry(
                    id: Array("\(object)\(number)".utf8),
                    said: LookRule.Entry(time: Self.time(time), kind: .update)
                )
            )
        }
        return look
    }

    private static func objects(_ board: LookBoard) -> [String] {
        var objects: [String] = []
        while let look = board.next() { objects.append(String(decoding: look.object, as: UTF8.self)) }
        return objects
    }

    private static let failed = ExtractionError(.gaveUp, "500 five times")
    private static let forbidden = ExtractionError(.unavailable, "403")
    private static let unexpected = Unexpected()
    /// An error that says nothing of its recovery.
    private struct Unexpected: Error {}

    @Test("they are taken in their order, stream after stream")
    func order() {
        let board = LookBoard(patience: 3)
        board.add([Self.look("a", at: 1), Self.look("b", at: 2)])
        board.add([Self.look("c", at: 1, stream: 1)])
        #expect(Set(Self.objects(board)) == ["a", "b", "c"])
    }

    @Test("what failed holds the bookmark before the oldest entry of any such look")
    func held() {
        let board = LookBoard(patience: 3)
        #expect(board.held(0) == nil)
        board.failed(Self.look("a", at: 5, 2, 9), Self.failed)
        #expect(board.held(0) == Self.time(2))
        board.failed(Self.look("b", at: 7), Self.failed)
        #expect(board.held(0) == Self.time(2))
        board.hold(Self.look("c", at: 1, 8))
        #expect(board.held(0) == Self.time(1))
        #expect(board.held(1) == nil)
    }

    @Test("a stream that may not be read is left at once, and all of its looks hold the bookmark")
    func closed() {
        for error in [Self.forbidden, ExtractionError(.refusedCredentials, "401"), Self.unexpected]
            as [any Error]
        {
            let board = LookBoard(patience: 3)
            board.add([
                Self.look("a", at: 5), Self.look("b", at: 3), Self.look("c", at: 4, stream: 1),
            ])
            guard let first = board.next() else { preconditionFailure("three looks were added") }
            board.failed(first, error)
            #expect(Self.objects(board) == ["c"])
            #expect(board.held(0) == Self.time(3))
            #expect(board.held(1) == nil)
            #expect(board.error(of: 0) != nil)
        }
    }

    @Test("three looks in a row that failed end a stream; one that went well begins the count anew")
    func patience() {
        let board = LookBoard(patience: 3)
        board.add([Self.look("a", at: 1), Self.look("b", at: 2)])
        for _ in 0..<2 {
            board.failed(Self.look("x", at: 9), Self.failed)
            board.failed(Self.look("x", at: 9), Self.failed)
            board.ended(Self.look("x", at: 9), .settled)
        }
        #expect(board.next()?.object == Array("a".utf8))
        for _ in 0..<3 { board.failed(Self.look("x", at: 9), Self.failed) }
        #expect(board.next() == nil)
        #expect(board.held(0) == Self.time(2))
        #expect((board.error(of: 0) as? ExtractionError)?.code == .gaveUp)
    }

    @Test("looks that wait are taken again once, after the longest of their waits")
    func waiting() {
        let board = LookBoard(patience: 3)
        #expect(board.takeWaiting() == nil)
        board.ended(Self.look("a", at: 1), .wait(.seconds(5)))
        board.ended(Self.look("b", at: 1), .wait(.seconds(9)))
        board.ended(Self.look("c", at: 1), .wait(.seconds(2)))
        board.ended(Self.look("d", at: 1), .unsettled)
        #expect(board.takeWaiting() == .seconds(9))
        var repeated: [Look] = []
        while let look = board.next() { repeated.append(look) }
        #expect(repeated.map { String(decoding: $0.object, as: UTF8.self) } == ["a", "b", "c"])
        #expect(repeated.allSatisfy { $0.isRepeated })
        #expect(board.takeWaiting() == nil)
    }
}
