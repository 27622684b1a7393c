import Core
import Extraction
import Testing

@Suite("Fields that say something of a person")
struct PersonalFieldTests {
    private func definition(_ pii: String, key: String = "id") throws -> ExtractorDefinition {
        let yaml = """
            extractor: shop
            base_url: http://127.0.0.1:1
            defaults: {records: data, paging: {last_record: {param: after, field: cursor.at}}, key: \(key)}
            streams:
              people:
                get: /people
                version: {field: changed.at, format: rfc3339}
                deleted_when: "{{ record.state == 'gone' and record.bin.since }}"
                \(key == "id" ? "merged: swallowed.ids" : "since: from")
                entity: {Customer: {fields: {name: name}, when: {role.name: [buyer]}}}
                pii: \(pii)
            """
        return try ExtractorDefinition.decode(Array(yaml.utf8), file: "shop.yaml")
    }

    @Test("marks in the file's order, each with its path and kind")
    func marks() throws {
        let stream = try definition(
            #"{"dotted\\.name": name, ship.phone: phone, tags: text, born: date_of_birth}"#
        ).streams[0]
        #expect(
            stream.personal == [
                PersonalField(path: ["dotted.name"], kind: .name),
                PersonalField(path: ["ship", "phone"], kind: .phone),
                PersonalField(path: ["tags"], kind: .text),
                PersonalField(path: ["born"], kind: .dateOfBirth),
            ]
        )
        #expect(try definition("{}").streams[0].personal.isEmpty)
    }

    @Test(
        "what decides must be published as it is, and is refused with place and reason",
        arguments: [
            ("id", "it is the stream's key"), ("id.x", "it is the stream's key"),
            ("changed", "it is the stream's version"), ("cursor.at", "the next page is asked for by it"),
            ("swallowed", "the records that another one swallowed"),
            ("role", "whether a record is a Customer"),
        ]
    )
    func refused(_ path: String, _ reason: String) {
        let error = #expect(throws: ExtractionError.self) { try definition("{\(path): text}") }
        #expect(
            error?.message.contains("shop.yaml:11:11: \(path) is always published, since") == true,
            "\(error?.message ?? "")"
        )
        #expect(error?.message.contains(reason) == true)
    }

    @Test("each part of a key decides, and what says that a record is deleted does not")
    func parts() throws {
        let error = #expect(throws: ExtractionError.self) {
            try definition("{shop.name: text, state: text}", key: "[shop, id]")
        }
        #expect(
            error?.message.contains("shop.name is always published, since it is the stream's key") == true
        )
        let stream = try definition("{state: text, bin: text}").streams[0]
        #expect(stream.deletionFields == [["state"], ["bin", "since"]])
        #expect(stream.reasonToKeep(["state"]) == nil)
    }

    @Test(
        "other mistakes",
        arguments: [
            ("{mail: e-mail}", "unknown kind of personal field e-mail; did you mean email?"),
            ("{'a..b': text}", "a..b is no path"), ("[mail]", "mapping"), ("mail", "mapping"),
        ]
    )
    func mistakes(_ pii: String, _ words: String) {
        let error = #expect(throws: ExtractionError.self) { try definition(pii) }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
}
