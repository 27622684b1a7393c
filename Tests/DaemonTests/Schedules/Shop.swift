import Configuration
import Extraction
import Scheduling

@testable import Daemon

/// A service of which tests have schedules.
enum Shop {
    private static let extractor = """
        extractor: shop
        description: A shop
        settings:
          token: {secret: true, required: true, description: "The token"}
        base_url: https://shop.test
        auth: {header: {name: X-Token, value: "{{ config.token }}"}}
        limits: {default: 2/s}
        errors: {message: errors}
        streams:
          orders:
            get: /orders
            query: {updated_at_min: "{{ window.from }}", updated_at_max: "{{ window.to }}"}
            records: data
            key: id
            version: {field: updated_at, format: rfc3339}
            paging: {link_header: {rel: next}}
            progress: {window: {format: rfc3339, hold_back: 60s, overlap: 10m, earliest: "2006-01-01T00:00:00Z"}}
          customers:
            get: /customers
            query: {updated_at_min: "{{ window.from }}", updated_at_max: "{{ window.to }}"}
            records: data
            key: id
            version: {field: updated_at, format: rfc3339}
            paging: {link_header: {rel: next}}
            progress: {window: {format: rfc3339, hold_back: 60s, overlap: 10m, earliest: "2006-01-01T00:00:00Z"}}
        """
    /// A schedule of it.
    static let schedule = """
        extractor: shop
        account: acme
        settings: {token: env:TOKEN}
        when: "H * * * *"
        """

    static let definition = Result {
        try ExtractorDefinition.decode(Array(extractor.utf8), file: "shop.yaml", folderName: nil)
    }

    /// A folder of schedules of it.
    static func folder(_ path: String, zones: String? = nil) -> ScheduleFolder {
        ScheduleFolder(
            path: path,
            zones: { zones.map { ZoneDatabase(folder: $0) } ?? ZoneDatabase() },
            definition: { _, _ in try definition.get() }
        )
    }
}
