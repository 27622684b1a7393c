import Core
import Synchronization

/// One client's stay in the daemon's group: it asked for the place, and has it or not until it leaves or is fenced.
///
/// Belongs to the member's thread, but for its client. `end()` must be called, then the client be shut down.
final class GroupStay: Sendable {
    let client: Client
    private let queue: GroupQueue
    private let group: String
    private let instance: String
    /// What the library waits to hear, or was told last.
    private let place = Locked(Place.none)

    private enum Place {
        case none
        case has
        /// It is revoked, and the library waits to hear that it is given back.
        case owed
    }

    /// Asks the coordinator for the one partition of the topic of commands.
    init(_ settings: MemberSettings, instance: String) throws(PublishError) {
        self.instance = instance
        group = settings.installation.prefix.group
        client = try Client(
            settings: settings.named,
            role: .member(group: group, instance: instance, sessionTimeout: settings.sessionTimeout)
        )
        switch client.handle.subscribe(to: settings.installation.prefix.commandsTopic) {
        case .success(let joined): queue = joined
        case .failure(let error):
            _ = client.shutDown()
            throw PublishError(.fatal, "joining the group \(group): \(error.text)")
        }
    }

    /// Waits for one event, at most so long; what is revoked waits for `giveBack()`.
    func next(limit: Duration) -> GroupEvent? {
        let event = queue.next(limit: limit)
        switch event {
        case .assigned(let count): place.withLock { $0 = count > 0 ? .has : .none }
        case .revoked: place.withLock { $0 = .owed }
        case .error, nil: break
        }
        return event
    }

    /// Answers that the place is given back: the library asks for it anew, unless it is leaving.
    func giveBack() {
        place.withLock { $0 = .none }
        queue.giveBack()
    }

    /// Leaves the group: a static member's end alone would keep its place for the session timeout, from every other host.
    func leave() {
        queue.unsubscribe()
        switch place.withLock({ $0 }) {
        case .owed: giveBack()
        case .has: answer(for: .seconds(5))
        case .none: answer(for: .milliseconds(500))
        }
        waitUntilLeft()
    }

    /// Ends the stay, without a word to the coordinator where it was not left before; the client is of no more use.
    func end() {
        queue.close()
        let begun = ContinuousClock.now
        while !queue.isClosed, ContinuousClock.now - begun < .seconds(5) {
            answer(for: .milliseconds(100))
        }
        queue.destroy()
    }

    /// Returns when the coordinator does not know the member any more, or cannot be asked.
    ///
    /// The library (2.0.2) leaves behind the back of who unsubscribes; an end that comes before takes it for one of a static
    /// member, which keeps its place.
    private func waitUntilLeft() {
        let begun = ContinuousClock.now
        while ContinuousClock.now - begun < .seconds(5) {
            guard case .success(let members) = client.handle.members(of: group, limit: .seconds(2)),
                members.contains(where: { $0.isInstance(instance) })
            else { return }
            answer(for: .milliseconds(50))
        }
    }

    /// Gives back what is revoked, waiting for it at most so long.
    private func answer(for limit: Duration) {
        let begun = ContinuousClock.now
        while ContinuousClock.now - begun < limit, !queue.isClosed {
            guard case .revoked = next(limit: .milliseconds(50)) else { continue }
            giveBack()
            return
        }
    }
}
