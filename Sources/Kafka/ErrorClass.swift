import Core

/// An error as the client library gave it, with its three flags.
struct ClientError: Error, Hashable {
    var code: Int32
    var name: String
    var text: String
    var isFatal = false
    var isRetriable = false
    var requiresAbort = false
}

/// The error numbers that decisions depend on; `KafkaErrorNumberTests` compares them with the library's header.
enum ErrorNumber {
    static let fatal: Int32 = -150
    static let fenced: Int32 = -144
    static let purgeQueue: Int32 = -152
    static let purgeInFlight: Int32 = -151
    static let autoOffsetReset: Int32 = -140
    static let state: Int32 = -172
    static let queueFull: Int32 = -184
    static let timedOut: Int32 = -185
    static let messageTimedOut: Int32 = -192
    static let allBrokersDown: Int32 = -187
    static let unknownTopic: Int32 = -188
    static let unknownPartition: Int32 = -190
    static let partitionEOF: Int32 = -191
    static let resolve: Int32 = -193
    static let transport: Int32 = -195
    static let ssl: Int32 = -181
    static let authentication: Int32 = -169
    static let timedOutInQueue: Int32 = -166
    static let offsetOutOfRange: Int32 = 1
    static let unknownTopicOrPartition: Int32 = 3
    static let leaderNotAvailable: Int32 = 5
    static let notLeader: Int32 = 6
    static let messageTooLarge: Int32 = 10
    static let recordListTooLarge: Int32 = 18
    static let topicAuthorization: Int32 = 29
    static let groupAuthorization: Int32 = 30
    static let clusterAuthorization: Int32 = 31
    static let invalidTimestamp: Int32 = 32
    static let topicAlreadyExists: Int32 = 36
    static let outOfOrderSequence: Int32 = 45
    static let invalidProducerEpoch: Int32 = 47
    static let invalidTransactionTimeout: Int32 = 50
    static let transactionalIDAuthorization: Int32 = 53
    static let saslAuthentication: Int32 = 58
    static let invalidRecord: Int32 = 87
    static let producerFenced: Int32 = 90
    static let partial: Int32 = -158
    static let waitCoordinator: Int32 = -180
    static let coordinatorLoading: Int32 = 14
    static let coordinatorNotAvailable: Int32 = 15
    static let notCoordinator: Int32 = 16
    static let rebalanceInProgress: Int32 = 27
    static let fencedInstance: Int32 = 82
}

/// What must follow an error of a transactional call: the one place that decides it.
enum ErrorClass: Hashable, Sendable {
    /// The same call again resumes it.
    case retriable
    /// Abort; then the group may be given again.
    case abortable
    /// Another producer took the transactional id, or the broker gave this transaction up (which looks the same).
    case fenced
    /// The producer is of no more use.
    case fatal

    /// The class of an error: fenced, then abort, then retriable, and what nobody flagged is fatal.
    init(_ error: ClientError) {
        switch error.code {
        // A refused produce says PRODUCER_FENCED as an abortable error in 2.0.2; a zombie must not try again (I3).
        case ErrorNumber.fenced, ErrorNumber.producerFenced, ErrorNumber.invalidProducerEpoch: self = .fenced
        default:
            if error.isFatal {
                self = .fatal
            } else if error.requiresAbort {
                self = .abortable
            } else {
                self = error.isRetriable ? .retriable : .fatal
            }
        }
    }

    /// The code under which a cause is reported, where it names something that trying again will not mend.
    static func publishCode(of code: Int32) -> PublishError.Code? {
        switch code {
        case ErrorNumber.fenced, ErrorNumber.producerFenced, ErrorNumber.invalidProducerEpoch: .fenced
        case ErrorNumber.messageTooLarge, ErrorNumber.recordListTooLarge: .recordTooLarge
        case ErrorNumber.invalidRecord, ErrorNumber.invalidTimestamp: .recordRefused
        case ErrorNumber.unknownTopicOrPartition, ErrorNumber.unknownTopic, ErrorNumber.unknownPartition:
            .unknownTopic
        case ErrorNumber.topicAuthorization, ErrorNumber.groupAuthorization, ErrorNumber.clusterAuthorization,
            ErrorNumber.transactionalIDAuthorization:
            .notAuthorized
        case ErrorNumber.authentication, ErrorNumber.saslAuthentication: .authentication
        case ErrorNumber.invalidTransactionTimeout: .badSetting
        default: nil
        }
    }

    /// A partition that was just created or is moving: its leader is known in a moment.
    static func isLeaderMoving(_ code: Int32) -> Bool {
        code == ErrorNumber.leaderNotAvailable || code == ErrorNumber.notLeader
    }

    /// Whether asking a group's coordinator again will do: it is moving, loading, away, or orders the group anew.
    static func isPassing(_ code: Int32) -> Bool {
        switch code {
        case ErrorNumber.waitCoordinator, ErrorNumber.coordinatorLoading, ErrorNumber.coordinatorNotAvailable,
            ErrorNumber.notCoordinator, ErrorNumber.rebalanceInProgress, ErrorNumber.partial:
            true
        case ErrorNumber.authentication, ErrorNumber.saslAuthentication: false
        default: isConnection(code)
        }
    }

    /// Whether the code tells of a broker that is away rather than of one that refused.
    static func isConnection(_ code: Int32) -> Bool {
        switch code {
        case ErrorNumber.timedOut, ErrorNumber.messageTimedOut, ErrorNumber.allBrokersDown,
            ErrorNumber.resolve,
            ErrorNumber.transport, ErrorNumber.ssl, ErrorNumber.timedOutInQueue, ErrorNumber.authentication,
            ErrorNumber.saslAuthentication:
            true
        default: false
        }
    }

    /// What an operator can do about a cause.
    static func remedy(for code: PublishError.Code) -> String? {
        switch code {
        case .notAuthorized: "grant the principal Describe and Write on it"
        case .recordTooLarge:
            "raise max.message.bytes of the topic, or lower batch.size if the record is small"
        case .fenced: "another producer writes for this account now, or the broker gave a slow transaction up"
        case .authentication: "check the credentials and security.protocol"
        case .unknownTopic: "create the topic"
        case .badSetting: "lower it, or raise transaction.max.timeout.ms of the broker"
        default: nil
        }
    }
}
