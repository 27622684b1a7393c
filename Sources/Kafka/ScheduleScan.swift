package import Core

/// A schedule's record as it stands in the state topic.
package struct RecordedSchedule: Hashable, Sendable {
    package var account: AccountName
    package var id: String
    package var value: [UInt8]
}

/// Reads what the schedules of all accounts have recorded: what a daemon begins with.
///
/// Every partition of the state topic, committed, up to the end that uncommitted records have as well (I2): a dead
/// session's open transaction that holds one back is ended by a fence, where its death is proven.
package struct ScheduleScan: Sendable {
    private let installation: Installation

    /// So long the records may be held back in all: as a session's start waits.
    private static let patience: Duration = .seconds(90)
    /// Standing still for so long is being held back.
    private static let standstill: Duration = .seconds(1)

    /// A scan of an installation's state.
    package init(_ installation: Installation) { self.installation = installation }

    /// The records, in no order; the state topic is created where there is none.
    package func run() async throws -> [RecordedSchedule] {
        let clients = try SessionClients(installation.kafka)
        do {
            let check = LayoutCheck(installation, admin: clients.admin, reader: clients.reader)
            let layout = try await check.ensure()
            let found = try await read(layout, clients.reader)
            await clients.close()
            return found
        } catch {
            await clients.close()
            throw error
        }
    }

    private func read(_ layout: LayoutRecord, _ reader: TopicReader) async throws -> [RecordedSchedule] {
        let topic = installation.prefix.stateTopic
        let ends = try await reader.ends(topic: topic, partitions: layout.partitions)
        let collector = ScheduleCollector()
        let neighbours = Neighbours(installation, except: nil, layoutID: layout.id)
        var logs: [Int32: StateLog] = [:]
        let reading = try PartitionsReading(settings: installation.kafka, topic: topic, ends: ends)
        do {
            var begun = installation.monotonic.now()
            while true {
                let behind = try await reading.readOn(standstill: Self.standstill) { collector.take($1) }
                try Task.checkCancellation()
                if behind.partitions.isEmpty { break }
                // A long topic is no stall: only standing still is.
                if behind.hasMoved { begun = installation.monotonic.now() }
                guard installation.monotonic.now() - begun < Self.patience else {
                    throw heldBack(behind.partitions)
                }
                for partition in behind.partitions {
                    let log =
                        logs[partition]
                        ?? StateLog(topic: topic, partition: partition, account: nil, reader: reader)
                    logs[partition] = log
                    let asked = installation.monotonic.now()
                    try await log.look()
                    try await neighbours.fenceDead(log.sightings, asked: asked)
                }
            }
        } catch {
            await reading.close()
            throw error
        }
        await reading.close()
        return try collector.schedules()
    }

    private func heldBack(_ partitions: [Int32]) -> PublishError {
        let numbers = partitions.map(String.init).joined(separator: ", ")
        return PublishError(
            .timedOut,
            "reading the schedules' records: an open transaction of a session whose death is not proven holds partition "
                + "\(numbers) of \(installation.prefix.stateTopic) back; end that session, or try again"
        )
    }
}

/// The last record of each schedule.
private final class ScheduleCollector {
    private var values: [[UInt8]: [UInt8]] = [:]
    /// Only these keys are looked at closer, among many more.
    private static let start = Array(#"["schedule","#.utf8)

    func take(_ record: TopicRecord) {
        guard let key = record.key, key.starts(with: Self.start) else { return }
        values[key] = record.value
    }

    func schedules() throws(StateError) -> [RecordedSchedule] {
        var schedules: [RecordedSchedule] = []
        schedules.reserveCapacity(values.count)
        for (key, value) in values {
            guard case .schedule(let account, let id)? = try StateKey(key) else { continue }
            schedules.append(RecordedSchedule(account: account, id: id, value: value))
        }
        return schedules
    }
}
