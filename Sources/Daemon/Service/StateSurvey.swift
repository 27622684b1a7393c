import Core
import Kafka

struct StateSurvey {
    struct R { var account: AccountName; var id: String; var value: [UInt8] }
    static func schedules(_ k: KafkaSettings, prefix: TopicPrefix, origin: TopicOrigin) async throws -> [R] {
        []
    }
}
