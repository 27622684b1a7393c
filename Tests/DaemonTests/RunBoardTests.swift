import Core
import Testing

@testable import Daemon

/// What a daemon shows of its runs.
@Suite("The board of runs")
struct RunBoardTests {
    @Test("keys that are erased are gone from logs and errors that are shown")
    func erases() throws {
        let board = RunBoard()
        let start = RunStart(
            run: "r",
            account: try AccountName("stripe/acme"),
            schedule: "s",
            trigger: "manual"
        )
        board.begin(start, at: Instant(seconds: 0), waiting: nil)
        board.log("r", "record cus_1 is a dead letter\n")
        var ended = RunView(start: start, started: Instant(seconds: 0))
        ended.start.run = "q"
        ended.errorMessage = "record cus_1 is none"
        board.end(ended, log: "cus_1 and cus_12\n")
        board.erase(KeyEraser([Array("cus_1".utf8)]))
        #expect(board.log(of: "r") == "record [erased] is a dead letter\n")
        #expect(board.log(of: "q") == "[erased] and cus_12\n")
        #expect(board.view("q")?.errorMessage == "record [erased] is none")
        #expect(board.ended(of: "s").map(\.errorMessage) == ["record [erased] is none"])
    }
}
