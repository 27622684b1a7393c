import Extraction
import ExtractorKit
import JSON
import Testing

/// The schema that editors read, and the reference for people, against the decoder's own keys.
@Suite struct FormatSchemaTests {
    /// Written anew by `sluice extractor schema > extractors/extractor.schema.json`.
    @Test func theFileIsWhatTheCommandPrints() throws {
        #expect(try Repository.text("extractors/extractor.schema.json") == FormatSchema.text)
    }

    @Test func itIsJSONAndEveryReferenceLeadsSomewhere() throws {
        let schema = try JSONValue.parse(Array(FormatSchema.text.utf8))
        #expect(schema == FormatSchema.json)
        let names = Set(schema["definitions"]?.members?.map(\.name) ?? [])
        #expect(names.count == Vocabulary.groups.count)
        var reached: Set<String> = []
        for reference in Self.references(in: schema) {
            let name = String(reference.dropFirst("#/definitions/".count))
            #expect(names.contains(name), "\(reference)")
            reached.insert(name)
        }
        #expect(names.subtracting(reached) == [], "no key leads to these")
    }

    private static func references(in value: JSONValue) -> [String] {
        let own = value["$ref"]?.text.map { [$0] } ?? []
        let inner = (value.members?.map(\.value) ?? []) + (value.elements ?? [])
        return own + inner.flatMap { references(in: $0) }
    }

    @Test(arguments: Repository.names("extractors").filter { !$0.contains(".") })
    func whatShipsKeepsToIt(name: String) throws {
        let text = try Repository.text("extractors/\(name)/extractor.yaml")
        #expect(text.hasPrefix("# yaml-language-server: $schema=../extractor.schema.json\n"))
        #expect(try SchemaCheck.problems(ofYAML: text) == [])
    }

    @Test(arguments: [
        ("extractor: shop\nbase_url: x\nstreams: {a: {gett: /a}}", "/streams/a/gett: unknown"),
        ("extractor: Shop\nbase_url: x\nstreams: {}", "/extractor: does not match"),
        ("extractor: shop\nstreams: {}", "/base_url: missing"),
        ("extractor: shop\nbase_url: x\nstreams: {a: {paging: pages}}", "/streams/a/paging: fits no choice"),
        (
            "extractor: shop\nbase_url: x\nauth: {bearer: a, basic: {user: b}}\nstreams: {}",
            "/auth: fits no choice"
        ),
        (
            "extractor: shop\nbase_url: x\nstreams: {a: {merged: {separator: a}}}",
            "/streams/a/merged: fits no choice"
        ),
        (
            "extractor: shop\nbase_url: x\nstreams: {a: {lost: {status: 200}}}",
            "/streams/a/lost/status: fits no choice"
        ),
    ])
    func itRefusesWhatTheDecoderRefuses(yaml: String, problem: String) throws {
        let problems = try SchemaCheck.problems(ofYAML: yaml)
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
    }

    // MARK: The reference

    /// The keys of each section `### group` of the reference, from the first cells of its tables.
    private static func documented() throws -> [String: [String]] {
        var sections: [String: [String]] = [:]
        var group: String?
        for line in try Repository.text("docs/extractors.md").split(separator: "\n") {
            if line.hasPrefix("#") {
                group = line.hasPrefix("### `") ? String(line.dropFirst(5).prefix { $0 != "`" }) : nil
                if let group { sections[group] = [] }
            } else if let group, line.hasPrefix("| `") {
                sections[group]?.append(String(line.dropFirst(3).prefix { $0 != "`" }))
            }
        }
        return sections
    }

    @Test func everyKeyIsDocumentedAndNoOther() throws {
        let documented = try Self.documented()
        let names = Vocabulary.groups.map(\.name)
        #expect(Set(documented.keys).subtracting(names) == [], "sections of no group")
        for group in Vocabulary.groups {
            // A stream's table leaves out what its defaults' has.
            let keys =
                group.name == "stream"
                ? group.names.filter { !Vocabulary.group("defaults").names.contains($0) } : group.names
            #expect(documented[group.name]?.sorted() == keys.sorted(), "\(group.name)")
        }
    }

    @Test func everyDefinitionInTheReferenceIsSound() throws {
        let text = try Repository.text("docs/extractors.md")
        let blocks = text.matches(of: /```yaml\n([\s\S]*?)```/).map { String($0.1) }
        let whole = blocks.filter { $0.contains("extractor: ") && $0.contains("streams:") }
        #expect(!whole.isEmpty)
        for yaml in whole {
            let check = DefinitionCheck(Array(yaml.utf8), at: DefinitionPlace(file: "extractors.md"))
            #expect(check.errors == 0, "\(check.findings)")
            #expect(try SchemaCheck.problems(ofYAML: yaml) == [])
        }
    }
}
