import Core

/// The other accounts of a state partition: one that died with an open transaction holds everybody back.
final class Neighbours {
    private let installation: Installation
    /// The account that is no neighbour: one's own.
    private let own: AccountName?
    private let layoutID: String
    private var watches: [AccountName: LeaseWatch] = [:]
    private var fenced: Set<String> = []

    init(_ installation: Installation, except own: AccountName?, layoutID: String) {
        self.installation = installation
        self.own = own
        self.layoutID = layoutID
    }

    /// Fences those whose death is proven: their lock file can be taken here, or their record stood still for a
    /// lease.
    ///
    /// Each of them once, by an `init_transactions` under its id; while it lasts its lock is ours, so that no
    /// session of this host starts in between.
    func fenceDead(_ sightings: [AccountName: SessionMachine.Sighting], asked: Duration) async throws {
        let now = installation.monotonic.now()
        for (account, sighting) in sightings where account != own {
            var watch = watches[account] ?? LeaseWatch(lease: .seconds(15), longestGap: .seconds(5))
            let verdict = watch.look(offset: sighting.offset, asked: asked, now: now)
            watches[account] = watch
            guard !fenced.contains(sighting.record.session) else { continue }
            let path = installation.lockFolder.file(
                prefix: installation.prefix,
                account: account,
                layoutID: layoutID
            )
            // Held: it lives, on this host at least, whatever its record says.
            guard let lock = try HostLock.take(path) else { continue }
            defer { lock.release() }
            guard verdict == .isDead || lock.id == sighting.record.lock else { continue }
            try await fence(account)
            fenced.insert(sighting.record.session)
            installation.kafka.onLog(
                KafkaSettings.LogLine(
                    level: 5,
                    facility: "SESSION",
                    text: "fenced the dead session of \(account), whose state partition stood still"
                )
            )
        }
    }

    private func fence(_ account: AccountName) async throws {
        let producer = try TransactionalProducer(
            settings: installation.kafka,
            transactionalID: installation.prefix.transactionalID(of: account)
        )
        do {
            try await producer.initTransactions(deadline: .seconds(30))
        } catch let error where error.code == .fenced || error.code == .notAuthorized {
            // Somebody else fences it just now, or has the right to that we lack: the wait goes on either way.
        } catch {
            await producer.close()
            throw error
        }
        await producer.close()
    }
}
