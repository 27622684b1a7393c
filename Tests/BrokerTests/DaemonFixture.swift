import Foundation
import ProcessSupport

/// `sluice serve` as a process, over a folder of schedules of one simulated account.
struct DaemonFixture {
    private let fixture: SyncFixture
    private let folder: String
    private let service: String

    /// The account's own file stands in the folder already.
    init(_ fixture: SyncFixture, of service: String = "stripe") throws {
        self.fixture = fixture
        self.service = service
        folder = "\(fixture.folder)/schedules"
        let account = try String(contentsOfFile: "\(fixture.folder)/\(service).yaml", encoding: .utf8)
        _ = try fixture.write("schedules/account.yaml", account)
    }

    /// Writes a schedule of the account.
    func write(_ id: String, _ text: String) throws {
        _ = try fixture.write("schedules/\(id).yaml", "extractor: \(service)\naccount: simulated\n" + text)
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

    /// Runs a command that asks the daemon for something, or looks at what it did.
    func ask(_ words: [String]) async throws -> (code: Int32, output: String, errors: String) {
        let process = try SluiceProcess(
            words + ["--kafka", fixture.bootstrap, "--topic-prefix", fixture.prefix, "--output", "json"]
        )
        guard await process.waitForEnd(atMost: 120) else {
            await process.killNow()
            throw TestFailure("\(words) did not end: \(process.standardError)")
        }
        return (process.exitCode, process.standardOutput, process.standardError)
    }

    /// How many runs of a schedule succeeded since the process started.
    func successes(of schedule: String, _ process: SluiceProcess) -> Int {
        let text = "\"schedule\":\"\(schedule)\",\"status\":\"success\""
        return process.standardError.components(separatedBy: text).count - 1
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
