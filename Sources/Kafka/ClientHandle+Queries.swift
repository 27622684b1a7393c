import CRDKafka
import Core
import Glibc

/// One end of what a partition gave: records, and where the reader stands.
struct FetchedBatch: Sendable {
    var records: [TopicRecord] = []
    /// The next offset to read, control records passed over; nil where nothing was heard.
    var position: Int64?
    var error: ClientError?
}

extension ClientHandle {
    // MARK: - Metadata

    /// The partitions of a topic with their replica counts, or the error; and the number of brokers.
    func metadata(of topic: String?, limit: Duration) -> Result<(replicas: [Int], brokers: Int), ClientError>
    {
        var handle: OpaquePointer?
        if let topic {
            unsafe handle = rd_kafka_topic_new(client, topic, nil)
            guard unsafe handle != nil else { return .failure(Self.error(rd_kafka_last_error())) }
        }
        defer { if let handle = unsafe handle { unsafe rd_kafka_topic_destroy(handle) } }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(client, 0, handle, &metadata, limit.milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let found = unsafe metadata else {
            return .failure(Self.error(code))
        }
        defer { unsafe rd_kafka_metadata_destroy(found) }
        let brokers = unsafe Int(found.pointee.broker_cnt)
        guard topic != nil else { return .success(([], brokers)) }
        guard unsafe found.pointee.topic_cnt == 1 else {
            return .failure(Self.error(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART))
        }
        let description = unsafe found.pointee.topics[0]
        guard unsafe description.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return unsafe .failure(Self.error(description.err))
        }
        let replicas = unsafe (0..<Int(description.partition_cnt)).map {
            unsafe Int(description.partitions[$0].replica_cnt)
        }
        return .success((replicas, brokers))
    }

    /// The end offset as this handle's isolation sees it: the high watermark when read_uncommitted, else the LSO.
    func endOffset(_ topic: String, _ partition: Int32, limit: Duration) -> Result<Int64, ClientError> {
        offsets(topic, partition, limit: limit).map(\.upperBound)
    }

    /// The offsets of a partition, from that of the oldest record that is still there to the end.
    func offsets(_ topic: String, _ partition: Int32, limit: Duration) -> Result<Range<Int64>, ClientError> {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = unsafe rd_kafka_query_watermark_offsets(
            client,
            topic,
            partition,
            &low,
            &high,
            limit.milliseconds
        )
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(Self.error(code)) }
        return .success(min(low, high)..<high)
    }

    /// The offset of the first record whose Kafka timestamp is not before a time, in milliseconds since 1970; nil where
    /// none is.
    func offset(_ topic: String, _ partition: Int32, at time: Int64, limit: Duration) -> Result<
        Int64?, ClientError
    > {
        let list = unsafe rd_kafka_topic_partition_list_new(1)
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        guard let entry = unsafe rd_kafka_topic_partition_list_add(list, topic, partition) else {
            preconditionFailure("out of memory")
        }
        unsafe entry.pointee.offset = time
        let code = unsafe rd_kafka_offsets_for_times(client, list, limit.milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(Self.error(code)) }
        guard unsafe entry.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return unsafe .failure(Self.error(entry.pointee.err))
        }
        let offset = unsafe entry.pointee.offset
        return .success(offset < 0 ? nil : offset)
    }

    /// The ends of all partitions, as this handle's isolation sees them.
    func endOffsets(_ topic: String, partitions: Int, limit: Duration) -> Result<[Int64], ClientError> {
        guard let list = unsafe rd_kafka_topic_partition_list_new(Int32(partitions)) else {
            preconditionFailure("out of memory")
        }
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        for partition in 0..<Int32(partitions) {
            guard let entry = unsafe rd_kafka_topic_partition_list_add(list, topic, partition) else {
                preconditionFailure("out of memory")
            }
            // In the place of a time: that of what comes next.
            unsafe entry.pointee.offset = Int64(RD_KAFKA_OFFSET_END)
        }
        let code = unsafe rd_kafka_offsets_for_times(client, list, limit.milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(Self.error(code)) }
        var ends = [Int64](repeating: 0, count: partitions)
        for index in 0..<(unsafe Int(list.pointee.cnt)) {
            let entry = unsafe list.pointee.elems[index]
            guard unsafe entry.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                return unsafe .failure(Self.error(entry.err))
            }
            guard unsafe entry.offset >= 0 else { return .failure(Self.error(RD_KAFKA_RESP_ERR__BAD_MSG)) }
            unsafe ends[Int(entry.partition)] = entry.offset
        }
        return .success(ends)
    }

    // MARK: - Topics

    /// Creates a topic and waits for the broker's answer; nil when it exists then.
    func createTopic(
        _ name: String,
        partitions: Int,
        replication: Int,
        configuration: [(String, String)],
        limit: Duration
    ) -> ClientError? {
        var text = [CChar](repeating: 0, count: 512)
        guard
            let topic = unsafe rd_kafka_NewTopic_new(
                name,
                Int32(clamping: partitions),
                Int32(clamping: replication),
                &text,
                text.count
            )
        else {
            var error = Self.error(RD_KAFKA_RESP_ERR__INVALID_ARG)
            error.text = Self.string(text)
            return error
        }
        defer { unsafe rd_kafka_NewTopic_destroy(topic) }
        for (name, value) in configuration { unsafe rd_kafka_NewTopic_set_config(topic, name, value) }
        let queue = unsafe rd_kafka_queue_new(client)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        let options = unsafe adminOptions(RD_KAFKA_ADMIN_OP_CREATETOPICS, limit)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        var topics: [OpaquePointer?] = unsafe [topic]
        unsafe rd_kafka_CreateTopics(client, &topics, 1, options, queue)
        guard let event = unsafe rd_kafka_queue_poll(queue, limit.milliseconds) else {
            return Self.error(RD_KAFKA_RESP_ERR__TIMED_OUT)
        }
        defer { unsafe rd_kafka_event_destroy(event) }
        if let error = unsafe eventError(event) { return error }
        var count = 0
        guard let result = unsafe rd_kafka_event_CreateTopics_result(event),
            let results = unsafe rd_kafka_CreateTopics_result_topics(result, &count), count == 1,
            let first = unsafe results[0]
        else { return Self.error(RD_KAFKA_RESP_ERR__BAD_MSG) }
        let code = unsafe rd_kafka_topic_result_error(first)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var error = Self.error(code)
        if let text = unsafe rd_kafka_topic_result_error_string(first) {
            unsafe error.text = String(cString: text)
        }
        return error
    }

    /// A topic's settings, defaults of the broker included.
    func topicSettings(_ topic: String, limit: Duration) -> Result<[String: String], ClientError> {
        guard let resource = unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic) else {
            return .failure(Self.error(RD_KAFKA_RESP_ERR__INVALID_ARG))
        }
        defer { unsafe rd_kafka_ConfigResource_destroy(resource) }
        let queue = unsafe rd_kafka_queue_new(client)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        let options = unsafe adminOptions(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, limit)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        var resources: [OpaquePointer?] = unsafe [resource]
        unsafe rd_kafka_DescribeConfigs(client, &resources, 1, options, queue)
        guard let event = unsafe rd_kafka_queue_poll(queue, limit.milliseconds) else {
            return .failure(Self.error(RD_KAFKA_RESP_ERR__TIMED_OUT))
        }
        defer { unsafe rd_kafka_event_destroy(event) }
        if let error = unsafe eventError(event) { return .failure(error) }
        var count = 0
        guard let result = unsafe rd_kafka_event_DescribeConfigs_result(event),
            let found = unsafe rd_kafka_DescribeConfigs_result_resources(result, &count), count == 1,
            let first = unsafe found[0]
        else { return .failure(Self.error(RD_KAFKA_RESP_ERR__BAD_MSG)) }
        let code = unsafe rd_kafka_ConfigResource_error(first)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(Self.error(code)) }
        var settings: [String: String] = [:]
        guard let entries = unsafe rd_kafka_ConfigResource_configs(first, &count) else {
            return .success([:])
        }
        for index in 0..<count {
            guard let entry = unsafe entries[index], let name = unsafe rd_kafka_ConfigEntry_name(entry),
                let value = unsafe rd_kafka_ConfigEntry_value(entry)
            else { continue }
            unsafe settings[String(cString: name)] = unsafe String(cString: value)
        }
        return .success(settings)
    }

    func adminOptions(_ operation: rd_kafka_admin_op_t, _ limit: Duration) -> OpaquePointer? {
        let options = unsafe rd_kafka_AdminOptions_new(client, operation)
        var text = [CChar](repeating: 0, count: 256)
        unsafe rd_kafka_AdminOptions_set_request_timeout(options, limit.milliseconds, &text, text.count)
        return unsafe options
    }

    func eventError(_ event: OpaquePointer) -> ClientError? {
        let code = unsafe rd_kafka_event_error(event)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var error = Self.error(code)
        if let text = unsafe rd_kafka_event_error_string(event) { unsafe error.text = String(cString: text) }
        return error
    }

    // MARK: - Reading

    /// Learns who leads the partitions of a topic that is in use, waiting not for long.
    ///
    /// A reading from the beginning asks a leader where that is, and the library (2.0.2) that knows of none yet asks again
    /// only half a second later: every session would begin with that.
    private func learnLeaders(of topic: String) { _ = metadata(of: topic, limit: .seconds(1)) }

    /// Reads one partition from an offset (the beginning for nil) without any group.
    func startReading(_ topic: String, _ partition: Int32, from offset: Int64?) -> Result<
        PartitionHandle, ClientError
    > {
        guard let handle = unsafe rd_kafka_topic_new(client, topic, nil) else {
            return .failure(Self.error(rd_kafka_last_error()))
        }
        if offset == nil { learnLeaders(of: topic) }
        let start = offset ?? Int64(RD_KAFKA_OFFSET_BEGINNING)
        guard unsafe rd_kafka_consume_start(handle, partition, start) == 0 else {
            unsafe rd_kafka_topic_destroy(handle)
            return .failure(Self.error(rd_kafka_last_error()))
        }
        return unsafe .success(PartitionHandle(topic: handle, partition: partition))
    }
}

extension ClientHandle {
    /// Reads several partitions from their beginnings, into one queue and without any group.
    func startReading(_ topic: String, _ partitions: [Int32]) -> Result<PartitionsHandle, ClientError> {
        guard let handle = unsafe rd_kafka_topic_new(client, topic, nil) else {
            return .failure(Self.error(rd_kafka_last_error()))
        }
        learnLeaders(of: topic)
        guard let queue = unsafe rd_kafka_queue_new(client) else { preconditionFailure("out of memory") }
        var started: [Int32] = []
        for partition in partitions {
            let start = Int64(RD_KAFKA_OFFSET_BEGINNING)
            guard unsafe rd_kafka_consume_start_queue(handle, partition, start, queue) == 0 else {
                let error = Self.error(rd_kafka_last_error())
                unsafe PartitionsHandle(topic: handle, queue: queue, partitions: started).stop()
                return .failure(error)
            }
            started.append(partition)
        }
        return unsafe .success(PartitionsHandle(topic: handle, queue: queue, partitions: started))
    }
}

/// Several partitions that are being read; `stop` must be called before the client is destroyed.
@safe
final class PartitionsHandle: @unchecked Sendable {
    // Safe to share: only the thread of blocking calls of its reader uses it.
    private let topic: OpaquePointer
    private let queue: OpaquePointer
    private let partitions: [Int32]

    fileprivate init(topic: OpaquePointer, queue: OpaquePointer, partitions: [Int32]) {
        unsafe self.topic = topic
        unsafe self.queue = queue
        self.partitions = partitions
    }

    /// The next records by their partitions; waits for the first, at most so long.
    func next(limit: Duration, withHeaders: Bool = false) -> (
        batches: [Int32: FetchedBatch], error: ClientError?
    ) {
        let capacity = 1000
        let messages = UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>.allocate(
            capacity: capacity
        )
        defer { unsafe messages.deallocate() }
        var count = unsafe rd_kafka_consume_batch_queue(queue, limit.milliseconds, messages, 1)
        if count > 0 {
            count += unsafe max(
                0,
                rd_kafka_consume_batch_queue(queue, 5, messages.advanced(by: count), capacity - count)
            )
        }
        guard count >= 0 else { return ([:], ClientHandle.error(rd_kafka_last_error())) }
        var batches: [Int32: FetchedBatch] = [:]
        var failure: ClientError?
        for index in 0..<count {
            guard let message = unsafe messages[index] else { continue }
            let partition = unsafe message.pointee.partition
            unsafe PartitionHandle.append(
                message,
                to: &batches[partition, default: FetchedBatch()],
                withHeaders
            )
            unsafe rd_kafka_message_destroy(message)
            failure = failure ?? batches[partition]?.error
        }
        return (batches, failure)
    }

    /// Stops reading and frees what was fetched.
    func stop() {
        for partition in partitions { unsafe rd_kafka_consume_stop(topic, partition) }
        unsafe rd_kafka_queue_destroy(queue)
        unsafe rd_kafka_topic_destroy(topic)
    }
}

/// A partition that is being read; `stop` must be called before the client is destroyed.
@safe
final class PartitionHandle: @unchecked Sendable {
    // Safe to share: only the thread of blocking calls of its reader uses it.
    private let topic: OpaquePointer
    private let partition: Int32

    fileprivate init(topic: OpaquePointer, partition: Int32) {
        unsafe self.topic = topic
        self.partition = partition
    }

    /// The next records, at most a thousand; waits for the first, at most so long.
    func next(limit: Duration, withHeaders: Bool) -> FetchedBatch {
        let capacity = 1000
        let messages = UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>.allocate(
            capacity: capacity
        )
        defer { unsafe messages.deallocate() }
        // The library waits for as many as it was asked for: for one, and then a moment for those that are on the way.
        var count = unsafe rd_kafka_consume_batch(topic, partition, limit.milliseconds, messages, 1)
        if count > 0 {
            count += unsafe max(
                0,
                rd_kafka_consume_batch(topic, partition, 5, messages.advanced(by: count), capacity - count)
            )
        }
        var batch = FetchedBatch()
        guard count >= 0 else {
            batch.error = ClientHandle.error(rd_kafka_last_error())
            return batch
        }
        batch.records.reserveCapacity(count)
        for index in 0..<count {
            guard let message = unsafe messages[index] else { continue }
            unsafe Self.append(message, to: &batch, withHeaders)
            unsafe rd_kafka_message_destroy(message)
        }
        return batch
    }

    fileprivate static func append(
        _ message: UnsafeMutablePointer<rd_kafka_message_t>,
        to batch: inout FetchedBatch,
        _ withHeaders: Bool
    ) {
        switch unsafe message.pointee.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
            let offset = unsafe message.pointee.offset
            unsafe batch.records.append(
                TopicRecord(
                    key: bytes(message.pointee.key, message.pointee.key_len),
                    value: bytes(message.pointee.payload, message.pointee.len),
                    offset: offset,
                    timestamp: rd_kafka_message_timestamp(message, nil),
                    headers: withHeaders ? headers(message) : []
                )
            )
            batch.position = offset + 1
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            // Its offset is the next to be read: behind control records, which no record tells of.
            batch.position = unsafe max(batch.position ?? 0, message.pointee.offset)
        default:
            var error = unsafe ClientHandle.error(message.pointee.err)
            if let text = unsafe rd_kafka_message_errstr(message) {
                unsafe error.text = String(cString: text)
            }
            batch.error = error
        }
    }

    private static func bytes(_ pointer: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe Array(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    private static func headers(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> [TopicRecord.Header] {
        var list: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR else { return [] }
        var found: [TopicRecord.Header] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var count = 0
        while unsafe rd_kafka_header_get_all(list, found.count, &name, &value, &count)
            == RD_KAFKA_RESP_ERR_NO_ERROR
        {
            let text = unsafe name.map { unsafe String(cString: $0) } ?? ""
            unsafe found.append(TopicRecord.Header(name: text, value: bytes(value, count)))
        }
        return found
    }

    /// Stops reading and frees what was fetched.
    func stop() {
        unsafe rd_kafka_consume_stop(topic, partition)
        unsafe rd_kafka_topic_destroy(topic)
    }
}
