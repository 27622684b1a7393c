package import Core
package import Kafka

/// Takes keys out of the lines of an installation's log, which live on without them under keys of their own.
package struct LogErasure: Sendable {
    /// What a log holds of the keys.
    package struct Result: Hashable, Sendable {
        package var topic: String
        /// Lines that are written again without the keys, or would be.
        package var replaced = 0
        /// Lines that cannot be: the log is not compacted, or they have no key of their own.
        package var left = 0
        /// When the last of those was appended.
        package var lastLeft: Instant?
        /// Whether compaction keeps the last line of each key.
        package var isCompacted: Bool
    }

    private let name: LogTopic.Name
    private let kafka: KafkaSettings
    private let prefix: TopicPrefix
    private let eraser: RunLineEraser

    /// An erasure of some keys from a log.
    package init(_ name: LogTopic.Name, _ kafka: KafkaSettings, prefix: TopicPrefix, keys: Set<[UInt8]>) {
        self.name = name
        self.kafka = kafka
        self.prefix = prefix
        eraser = RunLineEraser(KeyEraser(keys))
    }

    /// What the log holds of the keys; nil where there is no log.
    package func look() async throws -> Result? { try await run(at: nil) }

    /// Writes the lines again without the keys, and returns when that is durable; nil where there is no log.
    @discardableResult
    package func run(at now: Instant?) async throws -> Result? {
        let topic = name.topic(prefix)
        // Whoever only looks must not create what they look at.
        let admin = try KafkaAdmin(settings: kafka, patience: .seconds(20))
        let description = try await closing(admin, by: { await $0.close() }) {
            try await $0.describeTopic(topic)
        }
        guard let description else { return nil }
        return try await LogTopic.with(name, kafka, prefix: prefix) { log in
            var found = Found(eraser, isCompacted: description.isCompacted)
            var position = LogStart.beginning
            let end = try await log.end()
            var isAtEnd = false
            while !isAtEnd {
                let reached = try await log.read(from: position, upTo: end) { found.take($0) }
                position = .offset(reached)
                isAtEnd = reached >= end
            }
            if let now {
                for (key, value) in found.lines.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                    guard let line = eraser.erased(value, at: now) else { continue }
                    try await log.append(key: key, line)
                }
                try await log.flush()
            }
            return Result(
                topic: topic,
                replaced: found.lines.count,
                left: found.left,
                lastLeft: found.lastLeft,
                isCompacted: description.isCompacted
            )
        }
    }

    /// What was met on the way through a log.
    private struct Found {
        private let eraser: RunLineEraser
        private let isCompacted: Bool
        /// The lines that name a key, by their own keys, as they were written last.
        private(set) var lines: [[UInt8]: [UInt8]] = [:]
        private(set) var left = 0
        private(set) var lastLeft: Instant?

        init(_ eraser: RunLineEraser, isCompacted: Bool) {
            self.eraser = eraser
            self.isCompacted = isCompacted
        }

        mutating func take(_ record: TopicRecord) {
            let key = record.key ?? []
            guard let value = record.value, eraser.names(value) else {
                lines[key] = nil
                return
            }
            guard isCompacted, RunLine.isOwnKey(key) else {
                left += 1
                lastLeft = Instant(milliseconds: Int(record.timestamp))
                return
            }
            lines[key] = value
        }
    }
}
