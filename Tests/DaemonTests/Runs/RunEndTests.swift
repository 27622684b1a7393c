import Testing

@testable import Daemon

@Suite
struct RunEndTests {
    @Test(arguments: zip(RunEnd.Status.allCases, [false, true, true, false, true, false]))
    func onlyTheseCountAsFailedRuns(status: RunEnd.Status, isFailure: Bool) {
        #expect(status.isFailure == isFailure)
    }
}
