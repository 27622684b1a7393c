import CRDKafka
package import Core
import Glibc
import Synchronization

/// A Kafka inside this process, on loopback: librdkafka's mock cluster, for demonstrations and tests of clients.
///
/// Never for data that matters. It keeps everything in memory, 5 MiB of a partition at most; it hides nothing from
/// read_committed, fences nobody, compacts nothing, and creates topics only by `create`. `close()` must be called.
@safe
package final class EmbeddedKafka: @unchecked Sendable {
    // Safe to share: the mock's functions lock the cluster; the pointers are set once and freed in `destroy`, once,
    // after which nothing may be asked of it.
    private let client: OpaquePointer
    /// The library's cluster, for tests that have it answer with errors.
    package let cluster: OpaquePointer
    private let isDestroyed = Locked(false)

    /// `host:port` of it, for any client on this machine.
    package let bootstrap: String

    /// One broker without topics, running.
    package init() throws(PublishError) {
        let configuration = unsafe rd_kafka_conf_new()
        // Or it would tell of each connection on the standard error.
        unsafe rd_kafka_conf_set(configuration, "log_level", "0", nil, 0)
        guard let client = unsafe rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else {
            unsafe rd_kafka_conf_destroy(configuration)
            throw PublishError(.fatal, "the embedded Kafka cannot start: no client of librdkafka can be made")
        }
        guard let cluster = unsafe rd_kafka_mock_cluster_new(client, 1),
            let text = unsafe rd_kafka_mock_cluster_bootstraps(cluster)
        else {
            unsafe rd_kafka_destroy(client)
            throw PublishError(.fatal, "the embedded Kafka cannot start: it cannot listen on 127.0.0.1")
        }
        unsafe self.client = client
        unsafe self.cluster = cluster
        bootstrap = unsafe String(cString: text)
        answerAtOnce()
    }

    /// Has its connections send small answers at once: the mock leaves them to Nagle's algorithm, by which each waits
    /// 40 ms for the acknowledgement of the one before.
    ///
    /// It gives no way to its sockets: its listener is found by its port, and what it accepts takes after it.
    private func answerAtOnce() {
        guard let port = bootstrap.split(separator: ":").last.flatMap({ UInt16($0) }) else { return }
        for descriptor in Int32(0)..<1024 {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isNamed = unsafe withUnsafeMutableBytes(of: &address) { bytes in
                unsafe getsockname(
                    descriptor,
                    bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                    &length
                )
            }
            guard isNamed == 0, address.sin_family == AF_INET, UInt16(bigEndian: address.sin_port) == port
            else { continue }
            var isOn: Int32 = 1
            let size = socklen_t(MemoryLayout<Int32>.size)
            _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, size)
        }
    }

    /// Creates a topic; one that is there already is refused.
    package func create(topic: String, partitions: Int) throws(PublishError) {
        let code = unsafe rd_kafka_mock_topic_create(cluster, topic, Int32(clamping: partitions), 1)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw PublishError(
                .fatal,
                "creating the topic \(topic) in the embedded Kafka: \(unsafe String(cString: rd_kafka_err2str(code)))"
            )
        }
    }

    /// Ends it, and with it everything that it holds; its clients must be closed before.
    package func close() async {
        await SerialThread.apart { [self] in destroy() }
    }

    /// The same on this thread, which it blocks for a moment.
    package func destroy() {
        let isFirst = isDestroyed.withLock { isDone in
            defer { isDone = true }
            return !isDone
        }
        guard isFirst else { return }
        unsafe rd_kafka_mock_cluster_destroy(cluster)
        unsafe rd_kafka_destroy(client)
    }
}
