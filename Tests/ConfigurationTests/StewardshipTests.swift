import Configuration
import Testing

@Suite struct StewardshipTests {
    private static func file(_ text: String) throws -> AccountFile {
        try AccountFile.parse(Array("extractor: stripe\naccount: acme\n\(text)".utf8), path: "a.yaml")
    }

    @Test func whoAnswersForTheData() throws {
        let file = try Self.file("owner: payments@shop.example\nclassification: confidential\n")
        #expect(file.stewardship.owner == "payments@shop.example")
        #expect(file.stewardship.classification == "confidential")
        let bare = try Self.file("")
        #expect(bare.stewardship == Stewardship())
        // What the schedule says beats what the account's own file says, one by one.
        var other = try Self.file("owner: others\n")
        other = other.declared(by: file)
        #expect(other.stewardship.owner == "others" && other.stewardship.classification == "confidential")
    }

    @Test(arguments: [
        (#"owner: """#, "a.yaml:3:8", "owner needs 1 to 200 bytes"),
        (#"classification: "a\nb""#, "a.yaml:3:17", "classification needs 1 to 200 bytes"),
        ("owner: [a, b]", "a.yaml:3:8", ""),
    ])
    func whatNobodyCouldRead(line: String, place: String, text: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try Self.file("\(line)\n") }
        #expect(error.message.contains(place) && error.message.contains(text), "\(error)")
    }
}
