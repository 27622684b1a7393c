import Extraction
import ExtractorKit
import Foundation
import Testing

/// What the documentation says of entities, against the definitions.
@Suite struct EntityTableTests {
    /// Written anew by `sluice extractor entities stripe zendesk hubspot > docs/entities.md`.
    @Test func theFileIsWhatTheCommandPrints() throws {
        let definitions = try ["stripe", "zendesk", "hubspot"].map {
            try ExtractorDefinition.load(folder: Repository.root.appending(path: "extractors/\($0)").path)
        }
        #expect(try Repository.text("docs/entities.md") == EntityTable(definitions).text)
    }
}
