import Configuration
import Core
import Foundation
import Kafka
import ProcessSupport
import Runs
import Scheduling
import Synchronization
import Telemetry

@testable import Daemon

/// The daemon itself over a folder of schedules and a Kafka in memory, on clocks with separate hands.
///
/// It may live several times, one after the other, with what the lives before recorded.
final class ServiceWorld: Sendable {
    /// So long runs may go on once the daemon is asked to end.
    static let drainBudget = Duration.seconds(25)

    let time: OrderedTime
    let clocks: DaemonClocks
    let kafka: MemoryKafka
    let schedules = TemporaryFolder()
    /// Of time zones.
    let zones = TemporaryFolder()
    let logged = Logged()
    private let hands: Hands

    /// What the clocks show beyond the time that has passed.
    private final class Hands: Sendable {
        private let shown = Locked((offset: Duration.zero, suspended: Duration.zero))

        var offset: Duration { shown.withLock { $0.offset } }
        var suspended: Duration { shown.withLock { $0.suspended } }

        func move(wall: Duration, suspended: Duration = .zero) {
            shown.withLock { shown in
                shown.offset += wall
                shown.suspended += suspended
            }
        }
    }

    /// What the daemon logged.
    final class Logged: Sendable {
        private let all = Locked("")
        var text: String { all.withLock { $0 } }
        func write(_ bytes: [UInt8]) { all.withLock { $0 += String(decoding: bytes, as: UTF8.self) } }
    }

    /// A world whose wall shows a time.
    init(at wall: Instant, onStep: @escaping @Sendable (MemoryKafka.Step) async -> Void = { _ in }) {
        let (time, hands) = (OrderedTime(), Hands())
        self.time = time
        self.hands = hands
        clocks = DaemonClocks(
            wall: { wall.advanced(by: time.elapsed + hands.offset) },
            monotonic: time.monotonic,
            suspended: { hands.suspended }
        )
        kafka = MemoryKafka(clocks, onStep: onStep)
    }

    var now: Instant { clocks.wall() }

    // MARK: What others do

    /// Somebody sets the clock.
    func set(by step: Duration) { hands.move(wall: step) }

    /// The machine sleeps.
    func suspend(for length: Duration) { hands.move(wall: length, suspended: length) }

    /// A schedule's file is written, or written anew.
    func write(_ id: String, _ keys: String, account: String = "acme") {
        schedules.write(
            "\(id).yaml",
            "extractor: shop\naccount: \(account)\nsettings: {token: env:TOKEN}\n\(keys)\n"
        )
    }

    func delete(_ id: String) throws {
        try FileManager.default.removeItem(atPath: "\(schedules.path)/\(id).yaml")
    }

    // MARK: Lives

    /// A daemon with what is recorded; `end` gives its reader back.
    func service() throws -> (service: DaemonService, end: @Sendable () async -> Void) {
        // Nobody looks at topics here.
        let reader = try TopicReader(settings: KafkaSettings(bootstrap: "127.0.0.1:1"))
        let folder = Shop.folder(schedules.path, zones: zones.contains("tzdata.zi") ? zones.path : nil)
        let settings = DaemonService.Settings(
            place: RunPlace(
                kafka: KafkaSettings(bootstrap: "127.0.0.1:1"),
                prefix: try TopicPrefix("test"),
                host: "node",
                lockFolder: try LockFolder(path: schedules.path)
            ) { _ in throw MemoryKafka.Refusal(description: "no way leads out of memory") },
            folder: folder,
            sources: { loaded in
                AccountSources(file: loaded.file, reader: .blind) { _ in try Shop.definition.get() }
            },
            drainBudget: Self.drainBudget,
            version: "1.2.3"
        )
        let service = DaemonService(
            settings: settings,
            records: kafka,
            reader: reader,
            logger: Logger(format: .text, writer: logged.write),
            clocks: clocks
        ) { _ in kafka }
        return (service, { await reader.close() })
    }

    /// A life of the daemon: until `body` is over and, as after SIGTERM, what runs has ended.
    func live(_ body: @escaping @Sendable (DaemonService, StopSignal) async throws -> Void)
        async throws
    {
        let (service, end) = try service()
        let folder = try await service.settings.folder.load()
        let known = known(folder)
        let result = await time.run { () async -> Result<Void, any Error> in
            let stop = StopSignal()
            return await withTaskGroup(of: Void.self) { group in
                service.begin(folder, known)
                group.addTask { await service.run(stop: stop) }
                let result: Result<Void, any Error>
                do {
                    result = .success(try await body(service, stop))
                } catch {
                    result = .failure(error)
                }
                stop.give(SIGTERM)
                await group.waitForAll()
                return result
            }
        }
        await end()
        try result.get()
    }

    /// As a host finds it.
    private func known(_ folder: LoadedFolder) -> DaemonService.Known {
        let (records, log) = kafka.read { ($0.records, $0.log) }
        let accounts = Dictionary(uniqueKeysWithValues: folder.schedules.map { ($0.id, $0.account) })
        var known = DaemonService.Known()
        for (id, kept) in records {
            if accounts[id] == kept.account {
                known.records[id] = kept.record
            } else {
                known.retired.append(kept)
            }
        }
        for line in log {
            if case .skipped(let id, let range) = line.event {
                known.skipped[id, default: []].append(range)
            }
        }
        return known
    }

    /// Lets the time run on.
    func pass(_ length: Duration) async throws { try await time.sleep(length) }

    /// Has the daemon read its files again.
    func reload(_ service: DaemonService) async { await time.apart { await service.reload() } }

    // MARK: What came of it

    /// `12:00` of each tick whose run began, and by how many runs where not by one.
    func ticks(of id: String = "crm") -> [String] {
        var runs: [Instant: Set<String>] = [:]
        for begun in kafka.read(\.begun) where begun.order.schedule == id {
            guard case .tick(let tick) = begun.order.origin else { continue }
            runs[tick.nominal, default: []].insert(begun.order.run)
        }
        return runs.sorted { $0.key < $1.key }
            .map { times([$0.key])[0] + ($0.value.count == 1 ? "" : " \($0.value.count) runs") }
    }

    /// `overlap 12:00-13:00 2` of each range in the log.
    func skips(of id: String = "crm") -> [String] {
        kafka.read(\.log).compactMap { line in
            if case .skipped(id, let range) = line.event { range.short } else { nil }
        }
    }
}
