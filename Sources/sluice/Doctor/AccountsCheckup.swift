import CommandLine
import Configuration
import Core
import Daemon
import Extraction
import ExtractorKit
import HTTP
import Scheduling
import Synchronization

/// Looks at the schedules of a folder and at the accounts that they read.
struct AccountsCheckup {
    let options: DaemonOptions
    let draft: DaemonDraft

    /// How long an account's API may take to answer.
    private static let patience = Duration.seconds(60)

    struct Folder: Sendable {
        var findings: [Finding] = []
        /// One schedule of each account.
        var accounts: [LoadedSchedule] = []
        /// Topics whose names do not begin with the prefix.
        var otherTopics: [String] = []
    }

    private var locator: ExtractorLocator { options.program.locator(extractors: draft.extractors) }

    // MARK: Schedules

    /// What the folder of schedules holds.
    func folder() async -> Folder {
        guard let path = draft.schedules else {
            let remedy = "put the settings right first"
            return Folder(findings: [
                .warning("schedules", nil, "not looked at: nothing says where they are", remedy)
            ])
        }
        let (program, locator) = (options.program, locator)
        let folder = ScheduleFolder(
            path: path,
            zones: { ZoneDatabase(environment: program.environment) },
            definition: { try program.definition(of: $0, locator, file: $1) }
        )
        do throws(ConfigurationError) {
            return found(try await folder.load(), in: path)
        } catch {
            return Folder(findings: Finding.errors("schedules", nil, error))
        }
    }

    private func found(_ loaded: LoadedFolder, in path: String) -> Folder {
        var folder = Folder()
        for fault in loaded.faults {
            folder.findings += fault.messages.map { message in
                let (text, remedy) = Finding.parts(of: message)
                return .error("schedules", fault.path, text, [remedy].compactMap(\.self))
            }
        }
        let now = Instant.systemClock()
        for schedule in loaded.schedules {
            let traps = TrapFinder(schedule.entry.schedule, at: now).traps()
            folder.findings += traps.map { Self.finding($0, schedule.id) }
            if traps.isEmpty {
                folder.findings.append(.ok("schedules", schedule.id, "reads \(schedule.account)"))
            }
            if !folder.accounts.contains(where: { $0.account == schedule.account }) {
                folder.accounts.append(schedule)
            }
            if let prefix = draft.topicPrefix {
                let topics = (try? schedule.topics.known(prefix).map(\.topic)) ?? []
                folder.otherTopics += topics.filter {
                    !$0.hasPrefix("\(prefix).") && !folder.otherTopics.contains($0)
                }
            }
        }
        folder.findings += TrapFinder.herds(loaded.schedules.map(\.entry.schedule)).map {
            Self.finding($0, nil)
        }
        if loaded.schedules.isEmpty, loaded.faults.isEmpty {
            let remedy = "write one, or name another folder by --schedules"
            folder.findings.append(
                .warning("schedules", nil, "\(path) holds none: nothing would run", remedy)
            )
        }
        return folder
    }

    private static func finding(_ trap: Trap, _ schedule: String?) -> Finding {
        let (text, remedy) = Finding.parts(of: trap.text)
        return .warning(
            "schedules",
            schedule,
            "\(text) [\(trap.code)]",
            remedy ?? "look at: sluice schedule next"
        )
    }

    // MARK: Credentials

    /// Whether the secrets of a schedule's account can be read and, with `--ask`, whether its API takes them.
    func credentials(of schedule: LoadedSchedule) async -> [Finding] {
        let (check, account) = ("accounts", schedule.account.text)
        let sources = options.sources(
            schedule.file,
            stateKeys: draft.stateKeys,
            privacy: draft.privacy,
            reader: SecretReader(environment: options.program.environment),
            locator: locator
        )
        // Commands that give secrets may take seconds.
        let setup: AccountSetup
        do {
            setup = try await SerialThread.apart { try AccountSetup(sources) }
        } catch let error as any SluiceError {
            return Finding.errors(check, account, error)
        } catch {
            return [.error(check, account, "\(error)", [])]
        }
        guard options.command.has("ask") else {
            return [.ok(check, account, "its settings and secrets can be read; --ask tries them")]
        }
        do {
            return try await ask(setup, account).map { finding in
                var finding = finding
                finding.text = setup.redaction(finding.text)
                finding.remedy = finding.remedy.map { setup.redaction($0) }
                return finding
            }
        } catch let error as any SluiceError {
            return Finding.errors(check, account, error)
        } catch {
            return [.error(check, account, "\(error)", [], .environment)]
        }
    }

    private func ask(_ setup: AccountSetup, _ account: String) async throws -> [Finding] {
        let check = "accounts"
        guard try !setup.definition.replacesCredential(settings: setup.settings.values) else {
            let text = "its secrets can be read; not tried, since each use replaces its refresh token"
            return [.ok(check, account, text)]
        }
        guard let stream = Self.cheapest(of: setup.streams.map(\.definition)) else {
            return [
                .ok(
                    check,
                    account,
                    "its secrets can be read; not tried, since it has families of streams only"
                )
            ]
        }
        let transport = try CurlTransport(settings: setup.connection.transport)
        do {
            let skew = Skew()
            let sample = try await sample(stream, setup, transport, skew)
            await transport.close()
            let clock = skew.finding(account)
            guard let sample else {
                let text = "its API did not answer for \(Self.patience.components.seconds) s"
                return clock + [
                    .error(check, account, text, ["look at its status page; try again"], .environment)
                ]
            }
            guard let failure = sample.failure else {
                return clock + [
                    .ok(check, account, "its credentials are accepted: \(stream.name) could be read")
                ]
            }
            return clock + Finding.errors(check, account, failure)
        } catch {
            await transport.close()
            throw error
        }
    }

    /// The first page of a stream; nil where it takes too long.
    private func sample(
        _ stream: StreamDefinition,
        _ setup: AccountSetup,
        _ transport: CurlTransport,
        _ skew: Skew
    ) async throws -> StreamSample? {
        let clock = WaitingClock(ContinuousClock())
        let redaction = setup.redaction
        let trace = RequestTrace(transport, hide: { redaction($0) }, elapsed: clock.elapsed)
        let requester = try setup.requester(trace) { skew.note($0) }
        return try await withThrowingTaskGroup(of: StreamSample?.self) { group in
            group.addTask {
                try await StreamSample.read(
                    stream,
                    requester: requester,
                    limit: 1,
                    now: Instant.systemClock(),
                    trace: trace
                )
            }
            group.addTask {
                try await clock.sleep(Self.patience)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// The stream whose first page needs the fewest requests.
    private static func cheapest(of streams: [StreamDefinition]) -> StreamDefinition? {
        func cost(_ stream: StreamDefinition) -> Int {
            let own =
                switch stream.progress {
                case .list, .full: 0
                case .token: 1
                // Looked for backwards from now, until something is there.
                case .window: 2
                }
            return own + (stream.parent == nil ? 0 : 3)
        }
        return streams.filter { !$0.isFamily }.min { cost($0) < cost($1) }
    }
}

/// How far an API's clock is from this machine's, where that was told.
private final class Skew: Sendable {
    private let told = Locked<String?>(nil)

    func note(_ skew: ClockSkew) { told.withLock { $0 = skew.message } }

    func finding(_ account: String) -> [Finding] {
        guard let text = told.withLock({ $0 }) else { return [] }
        let remedy = "keep this machine's clock right: timedatectl set-ntp true, or install chrony"
        return [.warning("clock", account, text, remedy)]
    }
}
