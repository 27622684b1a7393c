import Core
import Testing

@testable import Kafka

@Suite(.enabled(if: TestBroker.isAvailable, "no Kafka broker"), .timeLimit(.minutes(3)))
struct SessionTopicsTests {
    @Test func `a session that takes topics as it finds them creates none and names the one that is missing`()
        async throws
    {
        let fixture = try SessionFixture()
        var settings = try fixture.settings()
        settings.topicOrigin = .asFound
        let refused = settings
        let error = await #expect(throws: PublishError.self) { _ = try await AccountSession.start(refused) }
        #expect(error?.code == .unknownTopic)
        #expect(error?.message.contains(fixture.prefix.stateTopic) == true)
        let admin = try KafkaAdmin(settings: settings.kafka)
        #expect(try await admin.describeTopic(fixture.prefix.stateTopic) == nil)
        await admin.close()
    }
}
