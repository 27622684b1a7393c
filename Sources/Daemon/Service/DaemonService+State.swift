package import Core
import JSON
import Kafka
import Runs
import Synchronization
import Telemetry

/// Changes of an account's state by hand.
extension DaemonService {
    /// What commits with a change is not there any more, or must not be.
    private struct Unwanted: Error {}

    /// Whoever asked for a change hears after so long that it goes on.
    private static let patience = Duration.seconds(5)

    /// Does it until it is done or refused, and tells the machine.
    func change(_ command: DaemonCommand, _ request: StateRequest) {
        later { [self] in await tellThatItGoesOn(command) }
        later { [self] in
            guard let end = await end(of: command, request) else { return }
            tell(.changed(command: command.id, end))
        }
    }

    private func tellThatItGoesOn(_ command: DaemonCommand) async {
        do { try await clocks.monotonic.sleep(Self.patience) } catch { return }
        let answer = CommandAnswer(command: command.id, status: .accepted, message: "it is being done")
        let now = clocks.wall()
        shared.withLock { shared in
            guard shared.machine.isUnderWay(command.id) else { return }
            shared.outbox.append(line(.answer(answer), at: now))
        }
        send()
    }

    package func bookmarks(of account: AccountName) async throws -> [BookmarkView]? {
        guard shared.withLock({ $0.machine.accounts[account] != nil }) else { return nil }
        let state = try await StateScan.state(of: account, settings.place.prefix, reader)
        return try BookmarkView.all(in: state, of: account)
    }

    /// What says how an account is read; nil where no schedule does.
    private func sources(of account: AccountName) -> AccountSources? {
        let schedule = shared.withLock { shared in
            shared.schedules.values.filter { $0.account == account }.min { $0.id < $1.id }
        }
        return schedule.map { settings.sources($0) }
    }

    /// Nil where the daemon ends first: the next one does it.
    private func end(of command: DaemonCommand, _ request: StateRequest) async -> StateEdit.End? {
        var pause = Duration.seconds(1)
        while true {
            do {
                guard let sources = sources(of: request.account) else { throw Unwanted() }
                let changed = try await performer.change(
                    request,
                    sources: sources,
                    by: command.by,
                    run: RunID(at: clocks.wall()).text,
                    stop: drained
                ) { [self] changed in
                    let record = shared.withLock { $0.machine.changing(command, of: request.account) }
                    guard let record else { throw Unwanted() }
                    // Told before it is done: no change may be there that nobody knows of.
                    append(.audit(AuditEntry(request, changed, by: command.by, command: command.id)))
                    try await flush()
                    return [try record.record(account: request.account)]
                }
                if let changed {
                    if let eraser = request.eraser { board.erase(eraser) }
                    logger.warning(
                        "state changed by hand",
                        [
                            "account": .string(request.account.text), "what": .string(request.change.name),
                            "by": .string(command.by), "reason": .string(request.reason),
                        ]
                    )
                    return .done(changed.after)
                }
            } catch is CancellationError {
                return nil
            } catch is Unwanted {
                return .refused(
                    code: "daemon.unknown_account",
                    message: "the account's last schedule was removed"
                )
            } catch let error as StateError {
                return .refused(code: error.codeText, message: request.withoutErased(error.message))
            } catch let error as any SluiceError where error.exitCode == .configuration {
                return .refused(code: error.codeText, message: request.withoutErased(error.message))
            } catch {
                logger.warning(
                    "cannot change what was asked for, and tries again",
                    [
                        "account": .string(request.account.text),
                        "error": .string(request.withoutErased("\(error)")),
                    ]
                )
            }
            do { try await clocks.monotonic.sleep(pause) } catch { return nil }
            pause = min(pause * 2, .seconds(30))
        }
    }
}

extension AuditEntry {
    /// What the audit says of a change of state.
    package init(_ request: StateRequest, _ changed: ChangedState, by: String, command: String? = nil) {
        self.init(
            by: by,
            what: request.change.name,
            account: request.account,
            before: changed.before,
            after: changed.after,
            reason: request.reason,
            command: command
        )
    }
}
