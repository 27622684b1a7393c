import CRDKafka
import Core
import Glibc

/// What the coordinator wants of a member.
enum GroupEvent: Sendable {
    /// So many partitions are its own now.
    case assigned(partitions: Int)
    /// They are not any more; `isLost` where others may have them already. It must answer with `give`.
    case revoked(isLost: Bool)
    case error(ClientError)
}

/// What a group committed for a partition.
struct CommittedOffset: Hashable, Sendable {
    /// To go on from.
    var offset: Int64
    /// What was written beside it.
    var note: String
}

extension ClientHandle {
    // MARK: - Groups

    /// The cluster's own id; nil where it does not answer in time.
    func clusterID(limit: Duration) -> String? {
        guard let text = unsafe rd_kafka_clusterid(client, limit.milliseconds) else { return nil }
        defer { unsafe rd_kafka_mem_free(client, text) }
        return unsafe String(cString: text)
    }

    /// The members of a group; none where there is no such group.
    ///
    /// Blocks. By the older of two calls: in 2.0.2 the newer one (DescribeConsumerGroups) ends the process by an assertion where
    /// the coordinator goes away under it.
    func members(of group: String, limit: Duration) -> Result<[MemberDescription], ClientError> {
        var list: UnsafePointer<rd_kafka_group_list>?
        let code = unsafe rd_kafka_list_groups(client, group, &list, limit.milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__PARTIAL,
            let found = unsafe list
        else { return .failure(Self.error(code)) }
        defer { unsafe rd_kafka_group_list_destroy(found) }
        var members: [MemberDescription] = []
        for index in 0..<(unsafe Int(found.pointee.group_cnt)) {
            let description = unsafe found.pointee.groups[index]
            guard unsafe description.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                return unsafe .failure(Self.error(description.err))
            }
            for number in 0..<(unsafe Int(description.member_cnt)) {
                let member = unsafe description.members[number]
                unsafe members.append(
                    MemberDescription(
                        memberID: member.member_id.map { unsafe String(cString: $0) } ?? "",
                        clientID: member.client_id.map { unsafe String(cString: $0) } ?? "",
                        address: member.client_host.map { unsafe String(cString: $0) } ?? "",
                        assignment: UnsafeRawBufferPointer(
                            start: member.member_assignment,
                            count: Int(member.member_assignment_size)
                        ).map { $0 }
                    )
                )
            }
        }
        // Of a part of the brokers: who is not among theirs may be with another.
        if code == RD_KAFKA_RESP_ERR__PARTIAL, members.isEmpty { return .failure(Self.error(code)) }
        return .success(members)
    }

    /// What the group committed for a partition; nil where it committed nothing.
    func committed(_ topic: String, _ partition: Int32, limit: Duration)
        -> Result<CommittedOffset?, ClientError>
    {
        unsafe withPartition(topic, partition) { list, entry in
            let code = unsafe rd_kafka_committed(client, list, limit.milliseconds)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(Self.error(code)) }
            guard unsafe entry.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                return unsafe .failure(Self.error(entry.pointee.err))
            }
            let offset = unsafe entry.pointee.offset
            guard offset >= 0 else { return .success(nil) }
            let note = unsafe UnsafeRawBufferPointer(
                start: entry.pointee.metadata,
                count: entry.pointee.metadata_size
            )
            return unsafe .success(
                CommittedOffset(offset: offset, note: String(decoding: note, as: UTF8.self))
            )
        }
    }

    /// Commits the offset to go on from and a note beside it, as a member; blocks until the coordinator answered.
    func commit(_ topic: String, _ partition: Int32, _ committed: CommittedOffset) -> ClientError? {
        unsafe withPartition(topic, partition) { list, entry in
            unsafe entry.pointee.offset = committed.offset
            // The list frees it.
            if let note = unsafe strdup(committed.note) {
                unsafe entry.pointee.metadata = UnsafeMutableRawPointer(note)
                unsafe entry.pointee.metadata_size = strlen(note)
            }
            let code = unsafe rd_kafka_commit(client, list, 0)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return Self.error(code) }
            let own = unsafe entry.pointee.err
            return own == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : Self.error(own)
        }
    }

    private func withPartition<Result>(
        _ topic: String,
        _ partition: Int32,
        _ body: (
            UnsafeMutablePointer<rd_kafka_topic_partition_list_t>,
            UnsafeMutablePointer<rd_kafka_topic_partition_t>
        ) -> Result
    ) -> Result {
        guard let list = unsafe rd_kafka_topic_partition_list_new(1) else {
            preconditionFailure("out of memory")
        }
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        guard let entry = unsafe rd_kafka_topic_partition_list_add(list, topic, partition) else {
            preconditionFailure("out of memory")
        }
        return unsafe body(list, entry)
    }

    /// Joins the group for a topic; what the coordinator says to it comes from the queue.
    func subscribe(to topic: String) -> Result<GroupQueue, ClientError> {
        let code = unsafe withPartition(topic, RD_KAFKA_PARTITION_UA) { list, _ in
            unsafe rd_kafka_subscribe(client, list)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(Self.error(code)) }
        guard let queue = unsafe rd_kafka_queue_get_consumer(client) else {
            return .failure(Self.error(RD_KAFKA_RESP_ERR__UNKNOWN_GROUP))
        }
        return unsafe .success(GroupQueue(client: client, queue: queue))
    }
}

/// A group's voice to a member: its events, which must be answered; `destroy` must be called before the client's.
@safe
final class GroupQueue: @unchecked Sendable {
    // Safe to share: librdkafka's queues and clients may be used from any thread; one thread polls and answers.
    private let client: OpaquePointer
    private let queue: OpaquePointer

    fileprivate init(client: OpaquePointer, queue: OpaquePointer) {
        unsafe self.client = client
        unsafe self.queue = queue
    }

    /// Waits for one event, at most so long, and takes an assignment; what is revoked waits for `giveBack()`.
    func next(limit: Duration) -> GroupEvent? {
        guard let event = unsafe rd_kafka_queue_poll(queue, limit.milliseconds) else { return nil }
        defer { unsafe rd_kafka_event_destroy(event) }
        switch unsafe rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_REBALANCE:
            let list = unsafe rd_kafka_event_topic_partition_list(event)
            guard unsafe rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS,
                let list = unsafe list
            else {
                return unsafe .revoked(isLost: rd_kafka_assignment_lost(client) != 0)
            }
            let count = unsafe Int(list.pointee.cnt)
            // It is read by offset elsewhere: here it only says who may.
            for index in 0..<count {
                unsafe list.pointee.elems[index].offset = Int64(RD_KAFKA_OFFSET_END)
            }
            unsafe rd_kafka_assign(client, list)
            unsafe rd_kafka_pause_partitions(client, list)
            return .assigned(partitions: count)
        case RD_KAFKA_EVENT_ERROR:
            var error = unsafe ClientHandle.error(rd_kafka_event_error(event))
            if let text = unsafe rd_kafka_event_error_string(event) {
                unsafe error.text = String(cString: text)
            }
            error.isFatal = unsafe rd_kafka_event_error_is_fatal(event) != 0
            return .error(error)
        default: return nil
        }
    }

    /// Answers that the partitions are given back: the library joins anew, unless it is leaving.
    func giveBack() { unsafe rd_kafka_assign(client, nil) }

    /// Leaves the group, which a static member's end alone would not do.
    func unsubscribe() { unsafe rd_kafka_unsubscribe(client) }

    /// Begins the end of membership, whose events come here until `isClosed`.
    func close() {
        if let error = unsafe rd_kafka_consumer_close_queue(client, queue) {
            unsafe rd_kafka_error_destroy(error)
        }
    }

    var isClosed: Bool { unsafe rd_kafka_consumer_closed(client) != 0 }

    func destroy() { unsafe rd_kafka_queue_destroy(queue) }
}
