package import Core

/// Changes of state by hand: each waits until no run reads what it changes, and then goes before every run that waits.
extension DaemonMachine {
    /// What those that wait will change: no run may begin on it before them.
    var waitingEdits: StreamClaims {
        var claims = StreamClaims()
        for edit in edits where !edit.isUnderWay {
            claims.take(edit.command.id, edit.request.account, edit.streams)
        }
        return claims
    }

    mutating func change(_ request: StateRequest, _ command: DaemonCommand) {
        guard isKnown(request.account, command) else { return }
        if case .remove = request.change {
            let names = accounts[request.account]?.sorted().joined(separator: ", ") ?? ""
            return refuse(
                command.id,
                "daemon.account_in_use",
                "schedules of the daemon read \(request.account) (\(names)): remove their files first"
            )
        }
        guard !request.namesErased else {
            return refuse(
                command.id,
                "daemon.bad_reason",
                "its reason names a key that is to be erased, and stays in the audit: name the request instead"
            )
        }
        edits.append(StateEdit(command: command, request: request))
        startEdits()
        // One that begins at once is answered when it is durable.
        guard let obstacle = obstacle(to: command.id) else { return }
        let isRun = runs[obstacle.run] != nil
        answer(
            .init(
                command: command.id,
                status: .accepted,
                message:
                    "it waits: \(obstacle.stream ?? "\(request.account)") is being \(occupation(of: obstacle.run))"
                    + (isRun ? "; sluice cancel \(obstacle.run) ends that after its page" : "")
            )
        )
    }

    /// What whoever holds streams does with them.
    func occupation(of holder: String) -> String {
        runs[holder] == nil ? "changed by hand" : "read by the run \(holder)"
    }

    private func obstacle(to command: String) -> StreamClaims.Obstacle? {
        var before = claims
        for edit in edits {
            if edit.command.id == command {
                return edit.isUnderWay ? nil : before.obstacle(edit.request.account, edit.streams)
            }
            if !edit.isUnderWay { before.take(edit.command.id, edit.request.account, edit.streams) }
        }
        return nil
    }

    /// Whether a change is being made.
    func isUnderWay(_ command: String) -> Bool {
        edits.contains { $0.command.id == command && $0.isUnderWay }
    }

    /// Starts those whose streams nobody reads, in their order.
    mutating func startEdits() {
        guard !isDraining else { return }
        for index in edits.indices where !edits[index].isUnderWay {
            let edit = edits[index]
            guard obstacle(to: edit.command.id) == nil else { continue }
            claims.take(edit.command.id, edit.request.account, edit.streams)
            edits[index].isUnderWay = true
            actions.append(.change(edit.command, edit.request))
        }
    }

    /// What commits with a change of state: that its command is done.
    ///
    /// Nil where no schedule reads the account any more.
    package mutating func changing(_ command: DaemonCommand, of account: AccountName) -> ScheduleRecord? {
        guard let host = accounts[account]?.min() else { return nil }
        schedules[host]?.remember(command.id)
        return schedules[host]?.record
    }

    mutating func changed(_ command: String, _ end: StateEdit.End) {
        guard let index = edits.firstIndex(where: { $0.command.id == command }) else { return }
        let edit = edits.remove(at: index)
        if edit.isUnderWay { claims.release(command, edit.request.account) }
        mayStart = true
        switch end {
        case .done(let message): answer(.init(command: command, status: .done, message: message))
        case .refused(let code, let message): refuse(command, code, message)
        }
    }

    /// The last schedule of an account is gone: those that wait are not this daemon's any more.
    mutating func refuseEdits(of account: AccountName) {
        for edit in edits where edit.request.account == account && !edit.isUnderWay {
            changed(
                edit.command.id,
                .refused(code: "daemon.unknown_account", message: "the account's last schedule was removed")
            )
        }
    }
}
