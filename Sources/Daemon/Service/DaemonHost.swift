package import Configuration
package import Core
import Kafka
package import Runs
import Scheduling
package import Telemetry

/// A daemon from its start to its end: its place in the group, what was recorded before, the service and who asks it.
package struct DaemonHost: Sendable {
    package var settings: DaemonService.Settings
    package var admin: AdminServer.Configuration
    /// Nil where nobody wants to hear of anything.
    package var alerts: Alerts?
    package var notifier: ServiceNotifier
    package var logger: Logger
    package var clocks: DaemonClocks
    package var membership = Membership.group

    /// What makes sure that there is one daemon of an installation.
    package enum Membership: Sendable {
        /// It is the one member of a consumer group, and a second one is refused.
        case group
        /// The cluster is this process's own, so that nobody else can be there.
        ///
        /// For brokers that know no group requests, such as the embedded one. Commands that were asked before the start
        /// are given again, as nobody keeps their place.
        case exclusive
    }

    /// Whom alerts and pings go to, and by what way.
    package struct Alerts: Sendable {
        package var settings: DaemonSettings.Alerts
        package var transport: any HTTPTransport
        /// Reads the addresses of pings.
        package var reader: SecretReader

        /// Alerts.
        package init(settings: DaemonSettings.Alerts, transport: any HTTPTransport, reader: SecretReader) {
            self.settings = settings
            self.transport = transport
            self.reader = reader
        }
    }

    /// A daemon that has not begun.
    package init(
        settings: DaemonService.Settings,
        admin: AdminServer.Configuration,
        alerts: Alerts? = nil,
        notifier: ServiceNotifier,
        logger: Logger,
        clocks: DaemonClocks = .system
    ) {
        self.settings = settings
        self.admin = admin
        self.alerts = alerts
        self.notifier = notifier
        self.logger = logger
        self.clocks = clocks
    }

    /// Runs until `stop` is given; `reloads` has an element whenever the schedules are to be read again.
    ///
    /// `onReady` is told once everything works, with the port that is listened on and the way to ask the daemon. Throws
    /// what keeps it from starting, and where another daemon took its place.
    package func run(
        stop: StopSignal,
        reloads: AsyncStream<Void>,
        onReady: @escaping @Sendable (UInt16, any DaemonControl) -> Void
    ) async throws {
        // What is wrong with the folder itself is said before anybody is asked.
        let names = try settings.folder.names()
        async let loading = settings.folder.load(names)
        let member = try await join()
        let folder = await loading
        try await closing(member, by: { await $0?.close() }) { member in
            let place = settings.place
            let records = try await KafkaRecords(
                place.kafka,
                prefix: place.prefix,
                origin: place.topicOrigin,
                member: member,
                logger: logger
            )
            try await closing(records, by: { await $0.close() }) { records in
                let reader = try TopicReader(settings: place.kafka)
                try await closing(reader, by: { await $0.close() }) { reader in
                    try await closing(try await alertsTopic(), by: { await $0?.close() }) { topic in
                        try await run(folder, records, reader, topic, stop, reloads, onReady)
                    }
                }
            }
        }
    }

    private func join() async throws -> GroupMember? {
        guard case .group = membership else { return nil }
        return try await GroupMember.join(
            MemberSettings(settings.place.installation, host: settings.place.host)
        )
    }

    private func alertsTopic() async throws -> LogTopic? {
        guard alerts?.settings.goesToTopic == true else { return nil }
        let place = settings.place
        return try await LogTopic.open(.alerts, place.kafka, prefix: place.prefix, origin: place.topicOrigin)
    }

    private func run(
        _ folder: LoadedFolder,
        _ records: KafkaRecords,
        _ reader: TopicReader,
        _ topic: LogTopic?,
        _ stop: StopSignal,
        _ reloads: AsyncStream<Void>,
        _ onReady: @escaping @Sendable (UInt16, any DaemonControl) -> Void
    ) async throws {
        let known = try await known(folder, records)
        let metrics = DaemonMetrics()
        let watch = watch(metrics, topic)
        let service = DaemonService(
            settings: settings,
            records: records,
            reader: reader,
            metrics: metrics,
            watch: watch,
            logger: logger,
            clocks: clocks
        )
        // Whoever asks, by Kafka or by the page, finds all schedules there.
        service.begin(folder, known)
        let web = try AdminServer(control: service, configuration: admin)
        defer { web.stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let end = StopSignal()
            group.addTask { await web.run() }
            group.addTask {
                do {
                    try await records.commands { service.tell(.command($0)) }
                } catch is CancellationError {
                } catch {
                    // It is not the daemon any more: nothing may begin, and what runs is fenced where it matters.
                    end.give(StopSignal.ended)
                    throw error
                }
            }
            group.addTask {
                await stop.wait()
                end.give(StopSignal.ended)
            }
            group.addTask {
                for await _ in reloads { await service.reload() }
            }
            let watches = ([settings.folder.path] + settings.watched).compactMap { FolderWatch($0) }
            defer { for watch in watches { watch.stop() } }
            for watch in watches {
                group.addTask {
                    for await _ in watch.changes { await service.reload() }
                }
            }
            if let watch {
                group.addTask { await watch.deliver() }
                group.addTask { await watch.follow(service) }
            }
            group.addTask { [notifier, clocks] in await notifier.follow(service, clocks.monotonic) }
            // An outline of ten thousand schedules is worth its time only where somebody looks at it.
            if notifier.isListening {
                notifier.send(.ready(status: ServiceNotifier.status(of: await service.outline())))
            }
            onReady(web.port, service)
            await service.run(stop: end)
            watch?.finish()
            notifier.send(.stopping(status: "ended"))
            group.cancelAll()
            // The first error, of whoever had one.
            while let _ = try await group.next() {}
        }
    }

    private func watch(_ metrics: DaemonMetrics, _ topic: LogTopic?) -> AlertWatch? {
        guard let alerts else { return nil }
        var post: AlertSender.TopicPost?
        if let topic {
            post = { key, value in
                try await topic.append(key: key, value)
                try await topic.flush()
            }
        }
        let sender = AlertSender(
            settings: alerts.settings,
            source: AlertSource(prefix: settings.place.prefix, host: settings.place.host),
            topic: post,
            transport: alerts.transport,
            metrics: metrics.alerts,
            log: logger,
            now: clocks.wall,
            clock: clocks.monotonic
        )
        return AlertWatch(
            repeatEvery: alerts.settings.repeatEvery,
            quotaMargin: alerts.settings.quotaMargin,
            sender: sender,
            reader: alerts.reader,
            clocks: clocks
        )
    }

    /// What was recorded of the schedules by the daemons before this one.
    private func known(_ folder: LoadedFolder, _ records: KafkaRecords) async throws -> DaemonService.Known {
        let place = settings.place
        var found: [String: ScheduleRecord] = [:]
        let accounts = Dictionary(folder.schedules.map { ($0.id, $0.account) }) { first, _ in first }
        var retired: [(account: AccountName, record: ScheduleRecord)] = []
        for record in try await ScheduleScan(place.installation).run() {
            if accounts[record.id] == record.account {
                found[record.id] = try ScheduleRecord(record.value, account: record.account, id: record.id)
            } else if let kept = try? ScheduleRecord(record.value, account: record.account, id: record.id) {
                // One that cannot be read is nobody's business until its file is there again.
                retired.append((record.account, kept))
            }
        }
        let start = DaemonHistory.start(folder.schedules, found, at: clocks.wall())
        let history = try await records.history(since: start)
        for finish in history.untold(found, folder.schedules) {
            try await records.append(
                RunLine(at: clocks.wall(), host: place.host, event: .ended(finish))
            )
        }
        return DaemonService.Known(
            records: found,
            retired: retired,
            skipped: history.skipped,
            runs: history.ended,
            accepted: history.accepted
        )
    }
}
