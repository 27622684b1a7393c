import CRDKafka
import Core
import Glibc
import JSON

/// One librdkafka client and its event queue; with `ClientHandle+Queries.swift` the only Swift code that calls it.
@safe
final class ClientHandle: @unchecked Sendable {
    // Safe to share: librdkafka's clients and queues may be used from any thread (rdkafka.h, "thread-safe"). `topics`
    // is touched by the one thread that makes blocking calls. `destroy` is called once, after the poll thread ended,
    // and the owner makes no call after it.
    let client: OpaquePointer
    private let events: OpaquePointer
    private var topics: [String: (handle: OpaquePointer, partitions: Int32)] = unsafe [:]

    /// The version of the library, as `rd_kafka_version` encodes it.
    static var libraryVersion: Int32 { rd_kafka_version() }

    /// The version of the library, as text.
    static var libraryVersionText: String { unsafe String(cString: rd_kafka_version_str()) }

    /// See `KafkaLibrary.keepMemory()`.
    static func keepMemory() { sluice_keep_memory(2 << 20, 4 << 20) }

    /// See `KafkaLibrary`.
    static func returnMemory() { sluice_return_memory() }

    init(_ configuration: ClientConfiguration, isConsumer: Bool) throws(PublishError) {
        guard let conf = unsafe rd_kafka_conf_new() else { preconditionFailure("out of memory") }
        var text = [CChar](repeating: 0, count: 512)
        for (name, value) in configuration.entries {
            guard unsafe rd_kafka_conf_set(conf, name, value, &text, text.count) == RD_KAFKA_CONF_OK else {
                unsafe rd_kafka_conf_destroy(conf)
                throw Self.refused(name, Self.string(text))
            }
        }
        unsafe rd_kafka_conf_set_events(
            conf,
            RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_STATS
                | (isConsumer ? RD_KAFKA_EVENT_REBALANCE : 0)
        )
        let type = isConsumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER
        guard let created = unsafe rd_kafka_new(type, conf, &text, text.count) else {
            unsafe rd_kafka_conf_destroy(conf)
            throw PublishError(.badSetting, "the Kafka settings do not go together: \(Self.string(text))")
        }
        unsafe client = created
        unsafe events = rd_kafka_queue_get_main(created)
        unsafe rd_kafka_set_log_queue(created, events)
    }

    private static func refused(_ name: String, _ text: String) -> PublishError {
        let lowered = name.lowercased()
        let isSecret = ["password", "secret", "key", "token", "jaas"].contains { lowered.contains($0) }
        // The library quotes the value that it refuses (I6).
        return PublishError(
            .badSetting,
            "the Kafka setting \(name) was refused" + (isSecret ? "" : ": \(text)")
                + "; see librdkafka's CONFIGURATION.md"
        )
    }

    // MARK: - Events

    /// Waits for one event, at most so long, and tells the monitor.
    func poll(_ monitor: ClientMonitor, milliseconds: Int32) {
        guard let event = unsafe rd_kafka_queue_poll(events, milliseconds) else { return }
        // A report counts as served when its event is destroyed: only after the monitor knows of it.
        defer { unsafe rd_kafka_event_destroy(event) }
        switch unsafe rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR:
            while let message = unsafe rd_kafka_event_message_next(event) {
                guard unsafe message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR else {
                    if monitor.takesReports { unsafe monitor.delivered(sluice_message_token(message)) }
                    continue
                }
                unsafe monitor.deliveryFailed(
                    ClientMonitor.Failure(
                        token: sluice_message_token(message),
                        error: Self.error(message.pointee.err),
                        size: message.pointee.len + message.pointee.key_len
                    )
                )
            }
        case RD_KAFKA_EVENT_ERROR:
            var error = unsafe Self.error(rd_kafka_event_error(event))
            if let text = unsafe rd_kafka_event_error_string(event) {
                unsafe error.text = String(cString: text)
            }
            error.isFatal = unsafe rd_kafka_event_error_is_fatal(event) != 0
            monitor.errorArrived(error)
        case RD_KAFKA_EVENT_LOG:
            var facility: UnsafePointer<CChar>?
            var text: UnsafePointer<CChar>?
            var level: Int32 = 0
            guard unsafe rd_kafka_event_log(event, &facility, &text, &level) == 0 else { return }
            unsafe monitor.log(
                KafkaSettings.LogLine(
                    level: Int(level),
                    facility: facility.map { unsafe String(cString: $0) } ?? "",
                    text: text.map { unsafe String(cString: $0) } ?? ""
                )
            )
        default: break
        }
    }

    /// Ends a `poll` that waits, or the next one.
    func wakePoll() { unsafe rd_kafka_queue_yield(events) }

    // MARK: - Errors

    /// The text that the library wrote into a buffer.
    static func string(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func error(_ code: rd_kafka_resp_err_t) -> ClientError {
        unsafe ClientError(
            code: code.rawValue,
            name: String(cString: rd_kafka_err2name(code)),
            text: String(cString: rd_kafka_err2str(code))
        )
    }

    /// Takes the error object, its flags first.
    private static func take(_ error: OpaquePointer?) -> ClientError? {
        guard let error = unsafe error else { return nil }
        defer { unsafe rd_kafka_error_destroy(error) }
        return unsafe ClientError(
            code: rd_kafka_error_code(error).rawValue,
            name: String(cString: rd_kafka_error_name(error)),
            text: String(cString: rd_kafka_error_string(error)),
            isFatal: rd_kafka_error_is_fatal(error) != 0,
            isRetriable: rd_kafka_error_is_retriable(error) != 0,
            requiresAbort: rd_kafka_error_txn_requires_abort(error) != 0
        )
    }

    /// The error that ended this client's use, if one did.
    var fatalError: ClientError? {
        var text = [CChar](repeating: 0, count: 512)
        let code = unsafe rd_kafka_fatal_error(client, &text, text.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var error = Self.error(code)
        error.text = Self.string(text)
        error.isFatal = true
        return error
    }

    // MARK: - Transactions, all of them blocking

    func initTransactions(_ limit: Duration) -> ClientError? {
        unsafe Self.take(rd_kafka_init_transactions(client, limit.milliseconds))
    }

    func beginTransaction() -> ClientError? { unsafe Self.take(rd_kafka_begin_transaction(client)) }

    func commitTransaction(_ limit: Duration) -> ClientError? {
        unsafe Self.take(rd_kafka_commit_transaction(client, limit.milliseconds))
    }

    func abortTransaction(_ limit: Duration) -> ClientError? {
        unsafe Self.take(rd_kafka_abort_transaction(client, limit.milliseconds))
    }

    // MARK: - Topics

    /// Makes the topic known, once: else the first record of it waits for the library's scan, up to a second.
    func warm(_ topic: String, limit: Duration) -> Result<Int32, ClientError> {
        if let known = unsafe topics[topic] { return unsafe .success(known.partitions) }
        guard let handle = unsafe rd_kafka_topic_new(client, topic, nil) else {
            return .failure(Self.error(rd_kafka_last_error()))
        }
        switch unsafe partitionCount(of: handle, limit: limit) {
        case .success(let count):
            unsafe topics[topic] = (handle, count)
            return .success(count)
        case .failure(let error):
            unsafe rd_kafka_topic_destroy(handle)
            return .failure(error)
        }
    }

    private func partitionCount(of topic: OpaquePointer, limit: Duration) -> Result<Int32, ClientError> {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(client, 0, topic, &metadata, limit.milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let found = unsafe metadata else {
            return .failure(Self.error(code))
        }
        defer { unsafe rd_kafka_metadata_destroy(found) }
        guard unsafe found.pointee.topic_cnt == 1 else {
            return .failure(Self.error(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART))
        }
        let description = unsafe found.pointee.topics[0]
        guard unsafe description.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return unsafe .failure(Self.error(description.err))
        }
        return unsafe .success(description.partition_cnt)
    }

    // MARK: - Producing

    /// Produces the events of a page from the one at `first` on; gives where it stopped and why, or nil for all.
    ///
    /// The page's topic must be warm.
    ///
    /// This is the hot path: nothing is allocated here per record, librdkafka copies from the page's buffers.
    func produce(
        _ page: EventPage,
        pageNumber: Int,
        transactionLabel: [UInt8],
        from first: Int
    ) -> (index: Int, error: ClientError)? {
        guard let topic = unsafe topics[page.topic]?.handle else {
            return (first, Self.error(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC))
        }
        let source = Array(page.source.utf8)
        let upsertType = Array(page.upsertType.utf8)
        let deleteType = Array(page.deleteType.utf8)
        let envelope = page.envelope
        return unsafe page.values.withUnsafeBytes { values in
            unsafe page.text.withUnsafeBytes { text in
                for index in first..<page.events.count {
                    let event = page.events[index]
                    let isDelete = event.kind == .delete
                    guard let headers = unsafe rd_kafka_headers_new(7) else {
                        preconditionFailure("out of memory")
                    }
                    switch envelope {
                    case .binary:
                        unsafe Self.add(EventHeader.specVersion, EventHeader.specVersionValue, to: headers)
                        unsafe Self.add(EventHeader.source, source, to: headers)
                        unsafe Self.add(EventHeader.id, text, event.id, to: headers)
                        unsafe Self.add(EventHeader.type, isDelete ? deleteType : upsertType, to: headers)
                        unsafe Self.add(EventHeader.time, text, event.time, to: headers)
                        if !isDelete {
                            unsafe Self.add(
                                EventHeader.contentType,
                                EventHeader.contentTypeValue,
                                to: headers
                            )
                        }
                    case .structured:
                        if !isDelete {
                            unsafe Self.add(
                                EventHeader.contentType,
                                EventHeader.structuredTypeValue,
                                to: headers
                            )
                        }
                        unsafe Self.add(EventHeader.plainSource, source, to: headers)
                    case .plain:
                        unsafe Self.add(EventHeader.plainSource, source, to: headers)
                    }
                    unsafe Self.add(EventHeader.transaction, transactionLabel, to: headers)
                    let code = unsafe sluice_produce(
                        client,
                        topic,
                        RD_KAFKA_PARTITION_UA,
                        text.baseAddress.map { unsafe $0 + Int(event.key.offset) },
                        Int(event.key.count),
                        isDelete ? nil : values.baseAddress.map { unsafe $0 + Int(event.value.offset) },
                        isDelete ? 0 : Int(event.value.count),
                        headers,
                        RecordToken(page: pageNumber, record: index).rawValue
                    )
                    guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
                    // On success the record owns its headers; on failure they are still ours.
                    unsafe rd_kafka_headers_destroy(headers)
                    return (index, Self.error(code))
                }
                return nil
            }
        }
    }

    /// Produces one record of state into its partition, which must exist: 2.0.2 frees headers twice otherwise.
    func produce(_ record: StateRecord, topic: String, partition: Int32, token: RecordToken) -> ClientError? {
        guard let known = unsafe topics[topic], unsafe partition < known.partitions else {
            return Self.error(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
        }
        // A null value is a tombstone, an empty one is not: an empty array has no address of its own.
        let code = unsafe record.key.withUnsafeBytes { key in
            unsafe (record.value ?? []).withUnsafeBytes { value in
                unsafe sluice_produce(
                    client,
                    known.handle,
                    partition,
                    key.baseAddress,
                    key.count,
                    record.value == nil ? nil : value.baseAddress ?? key.baseAddress,
                    value.count,
                    nil,
                    token.rawValue
                )
            }
        }
        return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : Self.error(code)
    }

    /// Produces version records from the one at `first` on, from their one buffer; gives where it stopped and why.
    func produce(
        _ records: VersionRecords,
        topic: String,
        partition: Int32,
        pageNumber: Int,
        from first: Int
    ) -> (index: Int, error: ClientError)? {
        guard let known = unsafe topics[topic], unsafe partition < known.partitions else {
            return (first, Self.error(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION))
        }
        return unsafe records.bytes.withUnsafeBytes { bytes in
            for index in first..<records.records.count {
                let record = records.records[index]
                precondition(
                    max(record.key.range.upperBound, record.value.range.upperBound) <= bytes.count,
                    "a record's slice lies outside of its buffer"
                )
                let value = record.value.isAbsent ? nil : record.value
                let code = unsafe sluice_produce(
                    client,
                    known.handle,
                    partition,
                    bytes.baseAddress.map { unsafe $0 + Int(record.key.offset) },
                    record.key.range.count,
                    value.flatMap { value in unsafe bytes.baseAddress.map { unsafe $0 + Int(value.offset) } },
                    record.value.range.count,
                    nil,
                    RecordToken(page: pageNumber, record: index).rawValue
                )
                guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return (index, Self.error(code)) }
            }
            return nil
        }
    }

    @inline(__always)
    private static func add(_ name: StaticString, _ value: StaticString, to headers: OpaquePointer) {
        unsafe rd_kafka_header_add(
            headers,
            UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self),
            name.utf8CodeUnitCount,
            value.utf8Start,
            value.utf8CodeUnitCount
        )
    }

    @inline(__always)
    private static func add(_ name: StaticString, _ value: [UInt8], to headers: OpaquePointer) {
        unsafe value.withUnsafeBytes { bytes in
            unsafe add(name, bytes, ByteSlice(offset: 0, count: bytes.count), to: headers)
        }
    }

    @inline(__always)
    private static func add(
        _ name: StaticString,
        _ buffer: UnsafeRawBufferPointer,
        _ slice: ByteSlice,
        to headers: OpaquePointer
    ) {
        // A slice outside of its buffer is a programmer's error; without this check it would publish foreign memory.
        precondition(slice.range.upperBound <= buffer.count, "an event's slice lies outside of its page")
        unsafe rd_kafka_header_add(
            headers,
            UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self),
            name.utf8CodeUnitCount,
            buffer.baseAddress.map { unsafe $0 + Int(slice.offset) },
            slice.range.count
        )
    }

    // MARK: - The end

    /// Throws away what is queued and in flight, without waiting.
    func purge() {
        unsafe rd_kafka_purge(
            client,
            RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING
        )
    }

    /// Waits until every report was served, at most so long; the poll thread must be running.
    func flush(_ limit: Duration) { unsafe rd_kafka_flush(client, limit.milliseconds) }

    /// Frees everything, handles before queue before client; may block on the library's own threads.
    func destroy() {
        unsafe topics.values.forEach { unsafe rd_kafka_topic_destroy($0.handle) }
        unsafe topics.removeAll()
        unsafe rd_kafka_queue_destroy(events)
        unsafe rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }
}

/// Which record of a transaction a report is about, in the integer that librdkafka carries along.
struct RecordToken: Hashable, Sendable {
    var page: Int
    var record: Int

    init(page: Int, record: Int) {
        self.page = page
        self.record = record
    }

    init(rawValue: Int) {
        page = rawValue >> 32
        record = rawValue & 0xffff_ffff
    }

    var rawValue: Int { page << 32 | record }
}
