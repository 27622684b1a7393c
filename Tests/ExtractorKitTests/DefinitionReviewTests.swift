import Extraction
import ExtractorKit
import Foundation
import Testing

/// What sound definitions are warned of.
@Suite struct DefinitionReviewTests {
    struct Trap: Sendable, CustomTestStringConvertible {
        var rule: String
        var place: String
        var line: String
        var replacement: String
        var testDescription: String { "\(rule): \(line) → \(replacement)" }
        init(_ rule: String, _ place: String, _ line: String, _ replacement: String) {
            (self.rule, self.place, self.line, self.replacement) = (rule, place, line, replacement)
        }
    }

    static let sound = """
        extractor: shop
        settings:
          token: {secret: true, required: true}
        base_url: https://api.example.com
        hosts: ["*.example.com"]
        auth: {bearer: "{{ config.token }}"}
        limits: {default: 10/s}
        errors: {message: error.text}
        feeds:
          events:
            get: /events
            query: {limit: 100}
            records: items
            paging: {cursor: {field: next, param: after}}
            id: id
            time: {field: at, format: epoch}
            type: kind
            object: object.id
            window: {from: since, to: until}
            hold_back: 60s
            visible_within: 30s
            overlap: 10m
            retention: 30d
            expired: {status: 410}
        streams:
          orders:
            get: /orders
            query: {limit: 100}
            records: items
            key: id
            paging: {cursor: {field: next, param: after}}
            lost: {status: 410}
            follow: {feed: events, get: "/orders/{{ object.id }}", updates: [order.*]}
          lines:
            for_each: orders
            get: /orders/{{ parent.id }}/lines
            query: {per_page: 100}
            records: items
            key: number
            paging: {next_link: {field: next}}
            replaces: children
        """

    static let traps = [
        Trap("no_limit", "1:1", "limits: {default: 10/s}", "description: none"),
        Trap("no_error_message", "8:1", "errors: {message: error.text}", "errors: {code: error.code}"),
        Trap("plain_http", "4:1", "base_url: https:", "base_url: http:"),
        Trap("wide_host", "5:9", "*.example.com", "*.com"),
        Trap("unused_limit", "7:25", "default: 10/s", "default: 10/s, slow: 1/s"),
        Trap("unused_setting", "4:3", "required: true}", "required: true}\n  region: {default: eu}"),
        Trap(
            "open_credential",
            "4:3",
            "required: true}",
            "required: true}\n  api_key: {default: \"{{ config.api_key }}\"}"
        ),
        Trap(
            "unused_feed",
            "10:3",
            "    follow: {feed: events, get: \"/orders/{{ object.id }}\", updates: [order.*]}\n",
            ""
        ),
        Trap("short_overlap", "22:5", "overlap: 10m", "overlap: 20s"),
        Trap("no_expired", "10:3", "    expired: {status: 410}\n", ""),
        Trap("page_size", "10:3", "    get: /events\n    query: {limit: 100}", "    get: /events"),
        Trap("page_size", "34:3", "query: {per_page: 100}", "query: {sort: id}"),
        Trap(
            "read_once",
            "26:3",
            "    follow: {feed: events, get: \"/orders/{{ object.id }}\", updates: [order.*]}\n",
            ""
        ),
        Trap("kept_children", "34:3", "    replaces: children", ""),
        Trap("changing_key", "39:5", "key: number", "key: email"),
        Trap("changing_key", "39:5", "key: number", "key: [shop, profile.name]"),
        Trap("no_lost", "26:3", "    lost: {status: 410}\n", ""),
    ]

    static let timed = """
        extractor: shop
        base_url: https://api.example.com
        limits: {default: 10/s}
        errors: {message: error}
        streams:
          orders:
            post: /orders/search
            body: {limit: 100, from: "{{ window.from }}", to: "{{ window.to }}"}
            records: items
            key: id
            version: {field: updated, format: epoch}
            progress:
              window:
                format: epoch
                hold_back: 60s
                overlap: 10m
                earliest: "2010-01-01T00:00:00Z"
                order: ascending
                ties: {body: {at: "{{ tie.at }}", after: "{{ tie.after }}"}}
            reconcile: {get: /ids, paging: single_page, every: 24h}
          tickets:
            get: /tickets
            query: {per_page: 100}
            records: items
            key: id
            version: {field: updated, format: epoch}
            deleted_when: "{{ record.deleted }}"
            lost: {status: 410}
            progress:
              token:
                back: 1h
                field: next
                param: after
                end: {more: more}
                start: {param: since, format: epoch, earliest: "2010-01-01T00:00:00Z"}
                reread: {every: 1h, back: 15m}
          shops:
            get: /shops
            query: {limit: 100}
            records: items
            key: id
            progress: full
            paging: {cursor: {field: next, param: after}}
        """

    private static let ties = "        ties: {body: {at: \"{{ tie.at }}\", after: \"{{ tie.after }}\"}}\n"

    static let timedTraps = [
        Trap("no_hold_back", "15:9", "hold_back: 60s", "hold_back: 1s"),
        Trap("thin_overlap", "16:9", "overlap: 10m", "overlap: 30s"),
        Trap("no_ties", "13:7", ties, "        more: more\n"),
        Trap("no_deletes", "6:3", "    reconcile: {get: /ids, paging: single_page, every: 24h}\n", ""),
        Trap("no_deletes", "21:3", "    deleted_when: \"{{ record.deleted }}\"\n", ""),
        Trap(
            "no_lost",
            "21:3",
            "    lost: {status: 410}\n    progress:\n      token:\n        back: 1h\n",
            "    progress:\n      token:\n"
        ),
        Trap("no_reread", "30:7", "\n        reread: {every: 1h, back: 15m}", ""),
        Trap("counted_pages", "37:3", "{cursor: {field: next, param: after}}", "{offset: {param: offset}}"),
        Trap("no_cap", "13:7", "        order: ascending\n\(ties)", "    paging: {page: {param: page}}\n"),
        Trap("page_size", "6:3", "{limit: 100, from:", "{from:"),
    ]

    @Test func carefulProgressHasNoWarning() {
        #expect(Self.check(Self.timed).findings == [], "\(Self.check(Self.timed).findings)")
    }

    @Test(arguments: timedTraps)
    func aTrapOfProgressIsNamedAtItsPlace(_ trap: Trap) throws { try Self.find(trap, in: Self.timed) }

    @Test func aTokenThatIsATimeCannotBeLost() throws {
        let yaml = Self.timed
            .replacing("    lost: {status: 410}\n", with: "", maxReplacements: 1)
            .replacing("        back: 1h\n", with: "", maxReplacements: 1)
            .replacing("param: after\n        end:", with: "param: since\n        end:", maxReplacements: 1)
        #expect(yaml != Self.timed)
        #expect(Self.check(yaml).findings == [], "\(Self.check(yaml).findings)")
    }

    private static func check(_ yaml: String) -> DefinitionCheck {
        DefinitionCheck(Array(yaml.utf8), at: DefinitionPlace(file: "extractor.yaml"))
    }

    @Test func aKeyThatChangesLeavesNothingBehindWhereAllIsRead() throws {
        let yaml = Self.timed.replacing(
            "    key: id\n    progress: full",
            with: "    key: name\n    progress: full"
        )
        try #require(yaml != Self.timed)
        #expect(Self.check(yaml).findings == [], "\(Self.check(yaml).findings)")
    }

    @Test func aCarefulDefinitionHasNoWarning() {
        let check = Self.check(Self.sound)
        #expect(check.definition != nil)
        #expect(check.findings == [], "\(check.findings)")
    }

    @Test(arguments: traps)
    func aTrapIsNamedAtItsPlace(_ trap: Trap) throws { try Self.find(trap, in: Self.sound) }

    private static func find(_ trap: Trap, in sound: String) throws {
        let yaml = sound.replacing(trap.line, with: trap.replacement, maxReplacements: 1)
        try #require(yaml != sound)
        let check = check(yaml)
        #expect(check.errors == 0, "\(check.findings)")
        let found = check.findings.contains {
            $0.rule == trap.rule && "\($0.line):\($0.column)" == trap.place
        }
        #expect(found, "\(check.findings.map { "\($0.line):\($0.column) \($0.rule ?? "")" })")
    }

    @Test func aCopyOnThisMachineMayBePlain() {
        let yaml = Self.sound.replacing("https://api.example.com", with: "http://127.0.0.1:8420")
        #expect(Self.check(yaml).findings == [])
    }

    @Test(arguments: Repository.names("extractors").filter { !$0.contains(".") })
    func whatShipsHasNoWarning(name: String) throws {
        let file = "extractors/\(name)/extractor.yaml"
        let check = DefinitionCheck(
            try Repository.bytes(file),
            at: DefinitionPlace(file: file, folderName: name)
        )
        #expect(check.findings == [], "\(check.findings)")
    }

    @Test func everyWarningIsDocumented() throws {
        let text = try Repository.text("docs/extractors.md")
        let lines = text.split(separator: "\n").drop { $0 != "## Traps" }.dropFirst()
        let traps = lines.prefix { !$0.hasPrefix("## ") }
        let rows = traps.filter { $0.hasPrefix("| `") }
        let cells = rows.flatMap { $0.dropFirst(2).prefix { $0 != "|" }.split(separator: ",") }
        let documented = Set(cells.map { $0.trimmingCharacters(in: ["`", " "]) })
        let ofFolders: Set = [
            "no_schema", "no_fixture", "unused_schema", "unused_fixture", "pii_not_in_schema",
        ]
        #expect(documented == ofFolders.union((Self.traps + Self.timedTraps).map(\.rule)))
    }
}
