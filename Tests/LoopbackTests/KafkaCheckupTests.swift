import Core
import Kafka
import Testing

/// What is made of what brokers answer to, and of what the library says of a broker that cannot be used.
struct KafkaCheckupTests {
    /// The newest versions that Apache Kafka 3.4 has of some requests.
    private static let recent = [0: 9, 1: 13, 3: 12, 11: 9, 18: 3, 19: 7, 22: 4, 24: 3, 26: 3, 32: 4, 60: 0]

    private func abilities(_ requests: [Int: Int]) -> BrokerAbilities {
        var abilities = BrokerAbilities()
        for (request, newest) in requests { abilities.note(request: request, newest: newest) }
        return abilities
    }

    @Test(
        arguments: [
            ([:], nil), ([3: 13], "4.0"), ([75: 0], "3.8"), ([1: 15], "3.5"), ([1: 13], "3.1"),
            ([66: 0], "3.0"), ([22: 3, 47: 0], "2.5"), ([22: 1], "0.11"), ([18: 0], "0.10"),
        ] as [([Int: Int], String?)]
    )
    func releases(requests: [Int: Int], release: String?) {
        #expect(abilities(requests).release == release)
    }

    @Test(
        arguments: [
            ([22], ["transactions"]), ([24], ["transactions"]), ([19], ["make topics"]),
            ([32], ["make topics"]), ([11], ["static members"]), ([], []),
        ] as [([Int], [String])]
    )
    func lacks(without: [Int], parts: [String]) {
        let lacks = abilities(Self.recent.filter { !without.contains($0.key) }).lacks
        #expect(lacks.count == parts.count)
        for (lack, part) in zip(lacks, parts) { #expect(lack.text.contains(part)) }
        #expect(lacks.contains(where: \.isFatal) == (parts == ["transactions"]))
    }

    @Test func theBrokerThatCanDoLessCounts() {
        var both = abilities(Self.recent)
        both.note(request: 22, newest: 2)
        #expect(both.lacks.map(\.isFatal) == [false])
        #expect(!both.needsIdempotentWrite && abilities([22: 2]).needsIdempotentWrite)
    }

    @Test func rightsAreCommandsToPaste() throws {
        var rights = KafkaRights(bootstrap: "b:9092", prefix: try TopicPrefix("retail"), user: "O'Neill")
        rights.otherTopics = ["crm.contacts"]
        rights.needsIdempotentWrite = true
        let head = "kafka-acls.sh --bootstrap-server b:9092 --add --allow-principal 'User:O'\\''Neill' "
        let all =
            "--operation Read --operation Write --operation Describe --operation Create --operation DescribeConfigs"
        #expect(
            rights.commands == [
                head + "--resource-pattern-type prefixed --topic retail. " + all,
                head + "--topic crm.contacts " + all,
                head + "--resource-pattern-type prefixed --transactional-id retail.sluice. "
                    + "--operation Write --operation Describe",
                head + "--group retail.sluice --operation Read --operation Describe",
                head + "--cluster --operation IdempotentWrite",
            ]
        )
    }

    @Test(arguments: [
        (
            "SSL handshake failed: error:0A00010B:SSL routines::wrong version number: connecting to a PLAINTEXT",
            "no TLS"
        ),
        ("SSL handshake failed: error:0A000086:SSL routines::certificate verify failed", "ssl.ca.location"),
        ("rec_layer_s3.c:318: error:0A000126:SSL routines::unexpected eof while reading", "may speak none"),
        (
            "Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol",
            "expects TLS"
        ),
        ("Failed to resolve 'nowhere:9092': Name or service not known", "no address"),
        ("Connect to ipv4#127.0.0.1:1 failed: Connection refused", "nothing listens"),
        ("something else", "look at the address"),
    ])
    func advice(text: String, part: String) {
        let remedy = ConnectionAdvice.remedy(for: PublishError(.unreachable, "reaching Kafka (\(text))"))
        #expect(remedy.contains(part), "\(remedy)")
    }

    @Test func aRefusedLoginIsNoMatterOfTheNetwork() {
        #expect(ConnectionAdvice.remedy(for: PublishError(.authentication, "x")).contains("sasl.password"))
    }
}
