import Configuration
import Core
package import Events
import JSON
import Kafka
package import Scheduling
import Synchronization

extension DaemonService: DaemonControl {
    /// So many runs are shown in a list of all.
    private static let shownRuns = 100
    /// A loop that did not look at its clock for so long hangs.
    private static let silence: Duration = .seconds(60)
    /// So long a command may take until it is answered.
    private static let patience: Duration = .seconds(10)

    package func view() async -> DaemonView { view(isOutline: false) }

    package func outline() async -> DaemonView { view(isOutline: true) }

    package func revision() async -> Int { changes.number }

    private func view(isOutline: Bool) -> DaemonView {
        let now = clocks.wall()
        let revision = changes.number
        // A copy: what is worked out from it must not keep the loop from its clock.
        let known = shared.withLock { $0 }
        let standings = known.machine.views(at: now, count: isOutline ? 0 : 1)
        let captions = isOutline ? [:] : captions(known.schedules)
        var shown = DaemonView(
            at: now,
            revision: revision,
            version: settings.version,
            host: settings.place.host,
            started: started,
            zoneRelease: settings.zoneRelease ?? "unknown",
            topicPrefix: settings.place.prefix.text,
            isDraining: known.machine.isDraining,
            trouble: trouble,
            schedules: standings.compactMap { standing in
                known.schedules[standing.id].map { view(of: $0, captions[standing.id], standing) }
            },
            runs: board.recent(Self.shownRuns),
            pools: known.machine.pools,
            faults: known.faults,
            limits: performer.limits.standings(at: now)
        )
        shown.backfills = known.machine.backfills
        return shown
    }

    /// Those of the schedules, of which new ones are worked out.
    private func captions(_ schedules: [String: LoadedSchedule]) -> [String: ScheduleCaption] {
        var captions = captions.withLock { $0 }
        for (id, loaded) in schedules where captions[id] == nil {
            captions[id] = ScheduleCaption(loaded.entry)
        }
        let all = captions
        self.captions.withLock { $0 = all }
        return all
    }

    private func view(of loaded: LoadedSchedule, _ caption: ScheduleCaption?, _ standing: ScheduleStanding)
        -> ScheduleView
    {
        ScheduleView(
            id: loaded.id,
            path: loaded.file.path,
            account: loaded.account,
            streams: loaded.streams,
            expression: caption?.expression ?? "",
            words: caption?.words ?? "",
            zone: caption?.zone ?? "",
            state: standing.state,
            pause: standing.pause,
            next: standing.next,
            waiting: standing.waiting,
            active: standing.active,
            lastRuns: board.ended(of: loaded.id),
            lastSuccess: standing.lastSuccess ?? board.lastSuccess(of: loaded.id),
            freshWithin: loaded.entry.freshWithin,
            failures: standing.failures,
            pool: loaded.entry.pool,
            priority: loaded.entry.priority,
            skipped: standing.skipped,
            policies: caption?.policies ?? []
        )
    }

    package func schedule(_ id: String) async -> ScheduleView? {
        let now = clocks.wall()
        let (standing, loaded) = shared.withLock { shared in
            (shared.machine.view(of: id, at: now, count: 1), shared.schedules[id])
        }
        guard let standing, let loaded else { return nil }
        return view(of: loaded, ScheduleCaption(loaded.entry), standing)
    }

    package func change(from revision: Int, within patience: Duration) async {
        await changes.change(from: revision, within: patience, clocks.monotonic)
    }

    package func run(_ id: String) async -> RunView? { board.view(id) }

    package func log(of run: String) async -> String? { board.log(of: run) }

    package func upcoming(_ schedule: String, count: Int) async -> [UpcomingTick]? {
        let now = clocks.wall()
        return shared.withLock { $0.machine.view(of: schedule, at: now, count: count)?.next }
    }

    package func ask(_ verb: DaemonCommand.Verb, by: String) async throws -> CommandAnswer {
        let now = clocks.wall()
        let command = DaemonCommand(
            id: RandomID.make(),
            by: by,
            at: now,
            expires: now.advanced(by: Self.patience),
            verb: verb
        )
        let answer = try await answers.answer(to: command.id, within: Self.patience, clocks.monotonic) {
            [records] in try await records.post(command)
        }
        return answer
            ?? CommandAnswer(
                command: command.id,
                status: .accepted,
                message: "it was posted, and is not done yet: Kafka or the account's session takes its time"
            )
    }

    // MARK: Topics

    package func topics() async throws -> [TopicView] {
        let known = eventTopics()
        var views: [TopicView] = []
        for (account, topic) in known {
            guard let ends = try? await reader.endOffsets(topic: topic.topic) else { continue }
            views.append(
                TopicView(
                    name: topic.topic,
                    account: account,
                    stream: topic.stream.text,
                    records: ends.reduce(0, +)
                )
            )
        }
        return views
    }

    /// The topics of all schedules, each once.
    private func eventTopics() -> [(account: AccountName, topic: EventTopic)] {
        var seen: Set<String> = []
        var topics: [(account: AccountName, topic: EventTopic)] = []
        for loaded in shared.withLock({ $0.schedules.values.sorted { $0.id < $1.id } }) {
            let found = (try? loaded.topics.known(settings.place.prefix)) ?? []
            for topic in found where seen.insert(topic.topic).inserted {
                topics.append((loaded.account, topic))
            }
        }
        return topics
    }

    package func catalog() async throws -> [CatalogSummary] {
        let found = try await reader.lastValues(
            of: settings.place.prefix.catalogTopic,
            within: Self.catalogPatience
        ) { _, value in CatalogEntry(value).map(CatalogSummary.init) }
        return found.values.sorted(by: CatalogSummary.precedes)
    }

    package func catalog(of topic: String) async throws -> TopicCatalog {
        let prefix = settings.place.prefix
        let entries = try await reader.lastValues(of: prefix.catalogTopic, within: Self.catalogPatience) {
            _,
            value in CatalogEntry(value).flatMap { $0.topic == topic ? $0 : nil }
        }
        guard !entries.isEmpty else { return TopicCatalog(topic: topic, entries: [], drift: []) }
        // What of the streams' records differs shows in their entities as well.
        let drift = try await reader.lastValues(of: prefix.schemasTopic, within: Self.catalogPatience) {
            _,
            value in
            SchemaNotice(value).flatMap { notice in
                entries.values.contains { $0.account == notice.account && $0.stream == notice.stream }
                    ? notice : nil
            }
        }
        return TopicCatalog(
            topic: topic,
            entries: entries.values.sorted(by: CatalogEntry.precedes),
            drift: drift.values.sorted {
                ($0.account, $0.stream.text, $0.entry.since, $0.entry.drift.path)
                    < ($1.account, $1.stream.text, $1.entry.since, $1.entry.drift.path)
            }
        )
    }

    /// So long somebody waits for the catalogue.
    private static let catalogPatience = Duration.seconds(20)

    package func events(of topic: String, count: Int) async throws -> [EventView]? {
        guard eventTopics().contains(where: { $0.topic.topic == topic }) else { return nil }
        var events: [EventView] = []
        let ends = try await reader.endOffsets(topic: topic)
        for partition in ends.indices where ends[partition] > 0 {
            _ = try await reader.read(
                topic: topic,
                partition: Int32(partition),
                committed: true,
                // Control records take offsets as well: some more are read than are wanted.
                from: max(0, ends[partition] - Int64(count) * 2),
                upTo: ends[partition],
                deadline: .seconds(5),
                standstill: .seconds(1),
                withHeaders: true
            ) { record in
                events.append(EventView(record, partition: partition))
            }
        }
        return Array(events.sorted { $0.at > $1.at }.prefix(count))
    }

    // MARK: Health

    /// Why no run can begin; nil where all is well.
    var trouble: String? {
        let (since, hindered) = shared.withLock { ($0.backlogSince, $0.machine.hindered) }
        if records.backlog > 0, let since, clocks.monotonic.now() - since > .seconds(5) {
            return
                "Kafka takes nothing: \(records.backlog) lines of the log of runs wait for it, and no run can begin"
        }
        return hindered.first.map { "no run of \($0.account) can begin: \($0.reason)" }
    }

    package func metrics() async -> [UInt8] { numbers.text(await view()) }

    package func isAlive() async -> Bool {
        clocks.monotonic.now() - shared.withLock { $0.lastLook } < Self.silence
    }

    package func unreadiness() async -> [String] {
        var reasons: [String] = []
        if let trouble { reasons.append(trouble) }
        if shared.withLock({ $0.machine.isDraining }) { reasons.append("the daemon ends") }
        if await !isAlive() { reasons.append("the scheduler's loop hangs") }
        return reasons
    }
}

extension EventView {
    fileprivate init(_ record: TopicRecord, partition: Int) {
        self.init(
            partition: partition,
            offset: record.offset,
            at: Instant(milliseconds: Int(record.timestamp)),
            key: String(decoding: record.key ?? [], as: UTF8.self),
            headers: record.headers.map {
                Header(name: $0.name, value: String(decoding: $0.value ?? [], as: UTF8.self))
            },
            value: record.value.map { String(decoding: SchemaFrame.payload(of: $0[...]), as: UTF8.self) },
            schema: record.value.flatMap { SchemaFrame.schema(of: $0) }.map { Int($0) }
        )
    }
}
