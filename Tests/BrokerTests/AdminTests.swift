import Core
import Kafka
import Testing

@Suite(.enabled(if: TestBroker.isAvailable, "no Kafka broker"), .timeLimit(.minutes(10)))
struct AdminTests {
    private func withAdmin<Result>(_ body: (KafkaAdmin) async throws -> Result) async throws -> Result {
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        do {
            let result = try await body(admin)
            await admin.close()
            return result
        } catch {
            await admin.close()
            throw error
        }
    }

    @Test func createsATopicAsAskedAndDescribesIt() async throws {
        try await withAdmin { admin in
            let topic = TestBroker.name("topic")
            let before = try await admin.describeTopic(topic)
            #expect(before == nil)
            try await admin.create(
                topic: topic,
                partitions: 4,
                replication: 1,
                configuration: [("cleanup.policy", "compact"), ("max.message.bytes", "2000000")]
            )
            let description = try #require(try await admin.describeTopic(topic))
            #expect(description.partitions == 4)
            #expect(description.replication == 1)
            #expect(description.isCompacted)
            #expect(description.maximumMessageBytes == 2_000_000)
        }
    }

    @Test func aTopicThatExistsIsLeftAsItIs() async throws {
        try await withAdmin { admin in
            let topic = TestBroker.name("topic")
            try await admin.create(topic: topic, partitions: 2, replication: 1, configuration: [])
            try await admin.create(topic: topic, partitions: 5, replication: 1, configuration: [])
            let partitions = try await admin.describeTopic(topic)?.partitions
            #expect(partitions == 2)
        }
    }

    @Test func aRefusalNamesTheCommandToPaste() async throws {
        try await withAdmin { admin in
            let topic = TestBroker.name("topic")
            let error = await #expect(throws: PublishError.self) {
                try await admin.create(
                    topic: topic,
                    partitions: 6,
                    replication: 99,
                    configuration: [("cleanup.policy", "compact")]
                )
            }
            let command =
                "--create --topic \(topic) --partitions 6 --replication-factor 99 --config cleanup.policy=compact"
            #expect(error?.message.contains(command) == true)
        }
    }

    @Test func countsTheBrokers() async throws {
        let count = try await withAdmin { try await $0.brokerCount() }
        #expect(count >= 1)
    }
}
