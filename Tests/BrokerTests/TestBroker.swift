import Core
import Foundation
import Kafka
import Synchronization
import Testing

/// The real broker of this test process: the one named by `SLUICE_TEST_KAFKA`, else one that is started once from the
/// folder of jars (`SLUICE_TEST_KAFKA_HOME`, or `../shared/kafka` beside the package) and killed after the process ended.
enum TestBroker {
    /// The bootstrap address, or why there is none.
    private enum Found: Sendable {
        case address(String)
        case none(String)
    }

    private static let found: Found = {
        let found = find()
        if case .none(let reason) = found {
            print("SKIPPED: the tests that need a Kafka broker do not run: \(reason)")
        }
        return found
    }()

    /// Whether tests that need a broker can run; says once why not.
    static var isAvailable: Bool {
        if case .address = found { return true }
        return false
    }

    /// Settings for the broker; with `onLog` silent.
    static var settings: KafkaSettings {
        get throws {
            guard case .address(let bootstrap) = found else { throw Unavailable() }
            return KafkaSettings(bootstrap: bootstrap)
        }
    }

    struct Unavailable: Error {}

    private static let counter = Atomic<Int>(0)

    /// A name that no other test of this or another process uses.
    static func name(_ hint: String) -> String {
        let number = counter.add(1, ordering: .relaxed).newValue
        return "t\(getpid())-\(UInt32.random(in: 0 ... .max))-\(hint)-\(number)"
    }

    /// A new topic.
    static func topic(
        _ hint: String,
        partitions: Int = 1,
        configuration: [(String, String)] = []
    ) async throws -> String {
        let topic = name(hint)
        let admin = try KafkaAdmin(settings: settings)
        do {
            try await admin.create(
                topic: topic,
                partitions: partitions,
                replication: 1,
                configuration: configuration
            )
        } catch {
            await admin.close()
            throw error
        }
        await admin.close()
        return topic
    }

    /// Every record of a topic, partition by partition.
    static func records(of topic: String, committed: Bool = true, at other: KafkaSettings? = nil) async throws
        -> [[TopicRecord]]
    {
        let reader = try TopicReader(settings: other ?? settings)
        do {
            var partitions: [[TopicRecord]] = []
            for (partition, end) in try await reader.endOffsets(topic: topic).enumerated() {
                var records: [TopicRecord] = []
                _ = try await reader.read(
                    topic: topic,
                    partition: Int32(partition),
                    committed: committed,
                    from: nil,
                    upTo: end,
                    deadline: .seconds(10),
                    withHeaders: true
                ) { records.append($0) }
                partitions.append(records)
            }
            await reader.close()
            return partitions
        } catch {
            await reader.close()
            throw error
        }
    }

    /// A producer that is closed after `body`, whatever happens.
    static func withProducer<Result>(
        _ id: String,
        settings: KafkaSettings? = nil,
        transactionTimeout: Duration = .seconds(15),
        _ body: (TransactionalProducer) async throws -> Result
    ) async throws -> Result {
        let producer = try TransactionalProducer(
            settings: settings ?? self.settings,
            transactionalID: id,
            transactionTimeout: transactionTimeout
        )
        do {
            try await producer.initTransactions(deadline: .seconds(30))
            let result = try await body(producer)
            await producer.close()
            return result
        } catch {
            await producer.close()
            throw error
        }
    }

    // MARK: - Starting one

    private static func find() -> Found {
        let environment = ProcessInfo.processInfo.environment
        if let address = environment["SLUICE_TEST_KAFKA"], !address.isEmpty { return .address(address) }
        guard FileManager.default.isExecutableFile(atPath: script) else {
            return .none(
                "\(script) is not there; set SLUICE_TEST_KAFKA to a broker, or SLUICE_TEST_KAFKA_HOME to its jars"
            )
        }
        guard let port = freePort() else { return .none("no free port") }
        let folder = FileManager.default.temporaryDirectory.path + "/sluice-broker-tests-\(getpid())"
        return start(folder, port)
    }

    /// The script that starts brokers, where there is one.
    static let script: String = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let home =
            ProcessInfo.processInfo.environment["SLUICE_TEST_KAFKA_HOME"]
            ?? package.appending(path: "../shared/kafka").path
        return home + "/kafka"
    }()

    private static func start(_ folder: String, _ port: Int) -> Found {
        guard run(script, ["start", "--dir", folder, "--port", String(port)]) else {
            return .none("\(script) did not start a broker; its logs are in \(folder)")
        }
        guard watch(folder) else {
            return .none("no watchdog for the broker in \(folder)")
        }
        return .address("127.0.0.1:\(port)")
    }

    /// Starts what ends the broker of a folder after this process.
    static func watch(_ folder: String) -> Bool {
        spawn("/bin/sh", ["-c", watchdog, "watchdog", String(getpid()), folder]) != nil
    }

    /// Runs a program to its end.
    ///
    /// Not by Foundation's `Process`, which on Linux waits until everything that the program
    /// left running (the broker) has ended too.
    static func run(_ program: String, _ arguments: [String]) -> Bool {
        guard let process = spawn(program, arguments) else { return false }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { return false }
        }
        return status == 0
    }

    private static func spawn(_ program: String, _ arguments: [String]) -> pid_t? {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for descriptor in 0...2 as ClosedRange<Int32> {
            unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        // What the broker inherits it holds open, and who waits for the end of it waits for the broker.
        for descriptor in 3..<256 as Range<Int32> {
            unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var words: [UnsafeMutablePointer<CChar>?] =
            unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var process = pid_t()
        guard unsafe posix_spawn(&process, program, &actions, nil, &words, environ) == 0 else { return nil }
        return process
    }

    /// Ends the broker a second after this process, however it ended: a handler at exit would not outlive a SIGKILL.
    private static let watchdog = """
        trap '' INT HUP TERM
        while kill -0 "$1" 2>/dev/null; do sleep 1; done
        kill -9 "$(cat "$2/0/pid")"
        rm -rf "$2"
        """

    /// A port that is free together with the next one, where the controller listens.
    static func freePort() -> Int? {
        (0..<200).lazy.map { _ in Int.random(in: 20_000..<30_000) }.first { canBind($0) && canBind($0 + 1) }
    }

    private static func canBind(_ port: Int) -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, size) == 0
            }
        }
    }
}
