import Foundation
import ProcessSupport

/// `sluice serve` as a process, over a folder of schedules of one simulated account.
struct DaemonFixture {
    private let fixture: SyncFixture
    private let folder: String

    /// The account's own file stands in the folder already.
    init(_ fixture: SyncFixture) throws {
        self.fixture = fixture
        folder = "\(fixture.folder)/schedules"
        let account = try String(contentsOfFile: "\(fixture.folder)/stripe.yaml", encoding: .utf8)
        _ = try fixture.write("schedules/account.yaml", account)
    }

    /// Writes a schedule of the account.
    func write(_ id: String, _ text: String) throws {
        _ = try fixture.write("schedules/\(id).yaml", "extractor: stripe\naccount: simulated\n" + text)
    }

    /// Starts the daemon; what makes another host is its folder of locks.
    func start(_ environment: [String: String] = [:], _ words: [String] = [], locks: String = "locks")
        throws
        -> SluiceProcess
    {
        try SluiceProcess(
            [
                "serve", "--schedules", folder, "--kafka", fixture.bootstrap, "--topic-prefix",
                fixture.prefix, "--lock-folder", "\(fixture.folder)/\(locks)", "--cache-folder",
                "\(fixture.folder)/cache-\(locks)", "--listen", "127.0.0.1:0", "--log-format", "json",
            ] + words,
            environment: environment
        )
    }

    /// Waits until a schedule's runs succeeded so often since the process started.
    func waitForSuccess(of schedule: String, times: Int, _ process: SluiceProcess) async throws {
        let text = "\"schedule\":\"\(schedule)\",\"status\":\"success\""
        let isThere = await process.errorLine(holding: text, times: times, atMost: 120) != nil
        guard isThere else {
            throw TestFailure(
                "\(schedule) did not succeed \(times) times: \(process.standardError.suffix(4000))"
            )
        }
    }
}
