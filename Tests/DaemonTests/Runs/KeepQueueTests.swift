import Testing

@testable import Daemon

@Suite
struct KeepQueueTests {
    private func answer(_ id: String) -> CommandAnswer {
        CommandAnswer(command: id, status: .done, message: "")
    }

    @Test
    func aRecordIsWrittenOnceForAllWhoAsked() {
        var queue = KeepQueue()
        queue.add("a", [answer("1")])
        queue.add("b", [])
        queue.add("a", [answer("2")])
        let first = queue.take(atMost: 4)
        #expect(first?.schedule == "a")
        #expect(first?.answers.map(\.command) == ["1", "2"])
        #expect(queue.take(atMost: 4)?.schedule == "b")
        #expect(queue.take(atMost: 4) == nil)
    }

    @Test
    func whatIsAskedWhileItIsWrittenIsWrittenAgainAfterwards() {
        var queue = KeepQueue()
        queue.add("a", [])
        _ = queue.take(atMost: 4)
        queue.add("a", [answer("late")])
        #expect(queue.take(atMost: 4) == nil, "two writers of one record could go back behind each other")
        queue.done("a")
        #expect(queue.take(atMost: 4)?.answers.map(\.command) == ["late"])
    }

    @Test
    func noMoreAreWrittenAtOnceThanMayBe() {
        var queue = KeepQueue()
        for number in 0..<10 { queue.add("\(number)", []) }
        #expect((0..<10).compactMap { _ in queue.take(atMost: 4)?.schedule } == ["0", "1", "2", "3"])
        queue.done("2")
        #expect(queue.take(atMost: 4)?.schedule == "4")
    }
}
