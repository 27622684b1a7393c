import CRDKafka
import Core
import Testing

@testable import Kafka

@Suite
struct KafkaConfigurationTests {
    private func configuration(
        _ overrides: [(String, String)],
        version: Int32 = 0x0206_01ff
    ) throws(PublishError) -> ClientConfiguration {
        try ClientConfiguration(
            settings: KafkaSettings(bootstrap: "b:1", overrides: overrides),
            role: .producer(transactionalID: "id", transactionTimeout: .seconds(15)),
            libraryVersion: version
        )
    }

    @Test(arguments: ClientConfiguration.reserved.map(\.name))
    func settingsThatWouldBreakExactlyOnceAreRefusedByName(name: String) {
        let error = #expect(throws: PublishError.self) { try configuration([(name, "x")]) }
        #expect(error?.code == .badSetting)
        #expect(error?.message.contains(name) == true)
    }

    @Test func otherOverridesComeLastAndSoWin() throws {
        let entries = try configuration([("linger.ms", "50")]).entries
        #expect(entries.last { $0.name == "linger.ms" }?.value == "50")
        #expect(entries.last { $0.name == "partitioner" }?.value == "murmur2_random")
        #expect(entries.last { $0.name == "transaction.timeout.ms" }?.value == "15000")
        // Successes are not reported, as the commit tells of them; failures are, as they name the record.
        #expect(entries.last { $0.name == "delivery.report.only.error" }?.value == "true")
    }

    @Test(
        arguments: [
            ("sasl.mechanisms", "SCRAM-SHA-256", 0x0200_02ff, false),
            ("sasl.mechanism", "scram-sha-512", 0x0206_00ff, false),
            ("sasl.mechanism", "SCRAM-SHA-512", 0x0206_01ff, true),
            ("sasl.mechanism", "PLAIN", 0x0200_02ff, true),
            ("sasl.mechanism", "OAUTHBEARER", 0x0206_01ff, false),
            ("sasl.oauthbearer.method", "oidc", 0x0206_01ff, false),
        ] as [(String, String, Int32, Bool)]
    )
    func waysToLogInThatCannotWorkAreRefusedWithARemedy(
        name: String,
        value: String,
        version: Int32,
        isPossible: Bool
    ) {
        if isPossible {
            #expect(throws: Never.self) { try configuration([(name, value)], version: version) }
        } else {
            let error = #expect(throws: PublishError.self) {
                try configuration([(name, value)], version: version)
            }
            #expect(error?.code == .unsupported)
            #expect(error?.message.contains("PLAIN over TLS") == true)
        }
    }

    @Test(arguments: [("linger.mss", "5"), ("linger.ms", "soon"), ("compression.codec", "rar")])
    func aSettingThatTheLibraryRefusesIsNamed(name: String, value: String) {
        let error = #expect(throws: PublishError.self) {
            try KafkaAdmin(settings: KafkaSettings(bootstrap: "b:1", overrides: [(name, value)]))
        }
        #expect(error?.code == .badSetting)
        #expect(error?.message.contains(name) == true)
    }

    @Test func secretsAreInNoDescriptionAndNoErrorI6() {
        let settings = KafkaSettings(
            bootstrap: "b:1",
            overrides: [
                ("sasl.password", "hunter2"), ("ssl.key.pem", "hunter2"), ("sasl.passwort", "hunter2"),
            ]
        )
        #expect(!"\(settings)".contains("hunter2"))
        let error = #expect(throws: PublishError.self) { try KafkaAdmin(settings: settings) }
        #expect(error.map { !"\($0)".contains("hunter2") } == true)
    }
}

@Suite
struct ErrorClassTests {
    private func error(_ code: Int32, fatal: Bool = false, retriable: Bool = false, abort: Bool = false)
        -> ClientError
    {
        ClientError(
            code: code,
            name: "",
            text: "",
            isFatal: fatal,
            isRetriable: retriable,
            requiresAbort: abort
        )
    }

    @Test func flagsDecideInOrderAndFencingBeforeAll() {
        #expect(ErrorClass(error(-144, fatal: true)) == .fenced)
        // PRODUCER_FENCED on a produce comes as abortable: a zombie that tried again would publish twice.
        #expect(ErrorClass(error(90, abort: true)) == .fenced)
        #expect(ErrorClass(error(47, retriable: true)) == .fenced)
        #expect(ErrorClass(error(45, fatal: true, abort: true)) == .fatal)
        #expect(ErrorClass(error(10, retriable: true, abort: true)) == .abortable)
        #expect(ErrorClass(error(-185, retriable: true)) == .retriable)
        #expect(ErrorClass(error(-172)) == .fatal, "what nobody flagged is fatal")
    }

    @Test(
        arguments: [
            (ErrorNumber.fatal, RD_KAFKA_RESP_ERR__FATAL),
            (ErrorNumber.fenced, RD_KAFKA_RESP_ERR__FENCED),
            (ErrorNumber.purgeQueue, RD_KAFKA_RESP_ERR__PURGE_QUEUE),
            (ErrorNumber.purgeInFlight, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT),
            (ErrorNumber.autoOffsetReset, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET),
            (ErrorNumber.state, RD_KAFKA_RESP_ERR__STATE),
            (ErrorNumber.queueFull, RD_KAFKA_RESP_ERR__QUEUE_FULL),
            (ErrorNumber.timedOut, RD_KAFKA_RESP_ERR__TIMED_OUT),
            (ErrorNumber.messageTimedOut, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT),
            (ErrorNumber.allBrokersDown, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN),
            (ErrorNumber.unknownTopic, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC),
            (ErrorNumber.unknownPartition, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION),
            (ErrorNumber.partitionEOF, RD_KAFKA_RESP_ERR__PARTITION_EOF),
            (ErrorNumber.resolve, RD_KAFKA_RESP_ERR__RESOLVE),
            (ErrorNumber.transport, RD_KAFKA_RESP_ERR__TRANSPORT),
            (ErrorNumber.ssl, RD_KAFKA_RESP_ERR__SSL),
            (ErrorNumber.authentication, RD_KAFKA_RESP_ERR__AUTHENTICATION),
            (ErrorNumber.timedOutInQueue, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE),
            (ErrorNumber.offsetOutOfRange, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE),
            (ErrorNumber.unknownTopicOrPartition, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART),
            (ErrorNumber.partial, RD_KAFKA_RESP_ERR__PARTIAL),
            (ErrorNumber.waitCoordinator, RD_KAFKA_RESP_ERR__WAIT_COORD),
            (ErrorNumber.coordinatorLoading, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS),
            (ErrorNumber.coordinatorNotAvailable, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE),
            (ErrorNumber.notCoordinator, RD_KAFKA_RESP_ERR_NOT_COORDINATOR),
            (ErrorNumber.rebalanceInProgress, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS),
            (ErrorNumber.fencedInstance, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID),
            (ErrorNumber.leaderNotAvailable, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE),
            (ErrorNumber.messageTooLarge, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE),
            (ErrorNumber.recordListTooLarge, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE),
            (ErrorNumber.topicAuthorization, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED),
            (ErrorNumber.groupAuthorization, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED),
            (ErrorNumber.clusterAuthorization, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED),
            (ErrorNumber.invalidTimestamp, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP),
            (ErrorNumber.topicAlreadyExists, RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS),
            (ErrorNumber.outOfOrderSequence, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER),
            (ErrorNumber.invalidProducerEpoch, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH),
            (ErrorNumber.invalidTransactionTimeout, RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT),
            (
                ErrorNumber.transactionalIDAuthorization,
                RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED
            ),
            (ErrorNumber.saslAuthentication, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED),
            (ErrorNumber.invalidRecord, RD_KAFKA_RESP_ERR_INVALID_RECORD),
            (ErrorNumber.producerFenced, RD_KAFKA_RESP_ERR_PRODUCER_FENCED),
        ]
    )
    func numbersAreTheLibrarys(number: Int32, code: rd_kafka_resp_err_t) {
        #expect(number == code.rawValue)
    }

    @Test(arguments: [(0, 0), (1, 0), (0, 1), (4999, 4_294_967_295), (2_000_000, 7)])
    func aTokenComesBackAsItWent(page: Int, record: Int) {
        let token = RecordToken(rawValue: RecordToken(page: page, record: record).rawValue)
        #expect(token.page == page)
        #expect(token.record == record)
    }

    @Test(
        arguments: [
            (.zero, 0), (.milliseconds(1), 1), (.microseconds(1), 0), (.seconds(-1), 0),
            (.seconds(15), 15_000),
            (.seconds(Int64.max), .max), (.seconds(10_000_000), .max),
        ] as [(Duration, Int32)]
    )
    func durationsAreCutToWhatTheLibraryTakes(duration: Duration, milliseconds: Int32) {
        #expect(duration.milliseconds == milliseconds)
    }
}

@Suite
struct ClientMonitorTests {
    private func failure(_ token: Int, _ code: Int32, size: Int = 1) -> ClientMonitor.Failure {
        ClientMonitor.Failure(token: token, error: ClientError(code: code, name: "", text: ""), size: size)
    }

    private func named(_ failures: [ClientMonitor.Failure]) -> Int? {
        let monitor = ClientMonitor(onLog: { _ in })
        for failure in failures { monitor.deliveryFailed(failure) }
        return monitor.failure?.token
    }

    @Test func theFirstFailureIsNamedAndPurgedRecordsAreNot() {
        #expect(named([]) == nil)
        #expect(named([failure(1, -152), failure(2, -151), failure(3, -150)]) == nil)
        #expect(named([failure(1, -152), failure(2, 87), failure(3, 29)]) == 2)
    }

    @Test func ofABatchThatIsTooLargeTheLargestRecordIsNamed() {
        #expect(named([failure(1, 10, size: 5), failure(2, 10, size: 90), failure(3, 10, size: 7)]) == 2)
        #expect(named([failure(1, 87, size: 5), failure(2, 10, size: 90)]) == 1)
    }

    @Test func brokenConnectionsCountUntilReset() {
        let monitor = ClientMonitor(onLog: { _ in })
        #expect(!monitor.wasDisturbed)
        monitor.errorArrived(ClientError(code: -195, name: "", text: ""))
        #expect(monitor.wasDisturbed)
        monitor.reset()
        #expect(!monitor.wasDisturbed)
        monitor.errorArrived(ClientError(code: 29, name: "", text: ""))
        #expect(!monitor.wasDisturbed)
    }
}
