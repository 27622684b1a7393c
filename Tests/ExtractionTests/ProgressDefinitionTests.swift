import Core
import Expressions
import JSON
import Testing

@testable import Extraction

/// How streams get on: each key right, and each wrong use with its place and what to do.
@Suite struct ProgressDefinitionTests {
    static let yaml = """
        extractor: crm
        settings:
          api_key: {secret: true, required: true}
        base_url: https://api.example.com
        auth: {bearer: "{{ config.api_key }}"}
        errors: {message: message, code: code}
        defaults:
          records: results
          key: id
          version: {field: at, format: epoch_ms}
          paging: {cursor: {field: next, param: after}}
        streams:
          groups:
            get: /groups
            progress: full
            deleted_when: "{{ record.deleted }}"
          tickets:
            get: /tickets
            lost: {status: 400, code: InvalidCursor}
            progress:
              token:
                field: after_cursor
                param: cursor
                end: {field: end_of_stream, is: true}
                start: {param: start_time, format: epoch, earliest: "2010-01-01T00:00:00Z", lag: 61s}
                caught_up: {status: 422, message: "Too recent"}
                back: 1h
                reread: {every: 1h, back: 15m}
          contacts:
            post: /search
            body: {from: "{{ window.from }}", to: "{{ window.to }}", names: "{{ discovered.names }}"}
            progress:
              window:
                format: epoch_ms
                hold_back: 60s
                overlap: 60m
                earliest: "2006-01-01T00:00:00Z"
                step: 30d
                order: ascending
                total: total
                ties: {body: {at: "{{ tie.at }}", after: "{{ tie.after }}"}}
            resweep: {every: 24h, back: 7d}
            merged: {field: merged, separator: ";"}
            deletes:
              get: /archived
              paging: {cursor: {field: next, param: after}}
              at: {field: archivedAt, format: rfc3339}
              every: 1h
            reconcile: {get: /all, key: key, records: rows, paging: single_page, every: 24h}
            hydrate: {get: /many, query: {ids: "{{ keys | join(',') }}"}, records: results, size: 100}
            discover:
              names: {get: /names, records: results, value: name}
          orders:
            get: /orders
            query: {from: "{{ window.from }}", to: "{{ window.to }}"}
            progress:
              window: {format: rfc3339, hold_back: 1m, overlap: 10m, earliest: "2006-01-01T00:00:00Z", cap: 1000}
          lines:
            for_each: orders
            get: /orders/{{ parent.id }}/lines
            replaces: children
            query: {fields: "{{ discovered.columns | join(',') }}"}
            discover:
              columns: {get: /columns, records: results, value: name}
          things:
            get: /things
            progress: full
            absence: {share: 50%, always: 100}
        """

    static func decode(_ yaml: String) throws -> ExtractorDefinition {
        try ExtractorDefinition.decode(Array(yaml.utf8), file: "e.yaml")
    }

    @Test("a list may be read whole every so often; a place in it stays the same by that")
    func whole() throws {
        let inEach = try Self.decode(Self.yaml).stream(named: "things")
        let now = try Self.decode(
            Self.yaml.replacing(
                "progress: full\n    absence",
                with: "progress: {full: {every: 90m}}\n    absence"
            )
        )
        let hourly = try now.stream(named: "things")
        guard case .full(_, let every) = hourly.progress else {
            Issue.record("it is read whole")
            return
        }
        #expect(every == .seconds(90 * 60))
        #expect(hourly.fingerprint(topic: "t") == inEach.fingerprint(topic: "t"))
        for (text, problem) in [
            ("{full: {every: 0s}}", "every is no time"), ("{full: {}}", "the field every is missing"),
            ("{full: {back: 1h}}", "unknown field back"), ("{full: 1h}", ""),
            ("whole", "progress: {full: {every: 1h}}"),
        ] {
            let yaml = Self.yaml.replacing(
                "progress: full\n    absence",
                with: "progress: \(text)\n    absence"
            )
            #expect(yaml != Self.yaml)
            let error = #expect(throws: ExtractionError.self) { try Self.decode(yaml) }
            #expect(error?.problems.contains { $0.text.contains(problem) } == true, "\(text)")
        }
    }

    @Test func everyKeyIsRead() throws {
        let definition = try Self.decode(Self.yaml)
        let groups = try definition.stream(named: "groups")
        #expect(groups.progress == .full(.cursor(field: ["next"], parameter: "after", more: nil)))
        #expect(groups.deletedWhen?.field == ["deleted"])
        let tickets = try definition.stream(named: "tickets")
        let start = TokenProgress.Start(
            parameter: "start_time",
            format: .epochSeconds,
            earliest: Instant(seconds: 1_262_304_000),
            lag: .seconds(61)
        )
        #expect(
            tickets.progress
                == .token(
                    TokenProgress(
                        field: ["after_cursor"],
                        parameter: "cursor",
                        end: .field(["end_of_stream"], is: .bool(true)),
                        start: start,
                        caughtUp: AnswerPattern(statuses: [422...422], messagePart: "Too recent"),
                        back: .seconds(3600),
                        reread: .init(every: .seconds(3600), back: .seconds(900))
                    )
                )
        )
        #expect(tickets.paging == nil && tickets.lost?.code == "InvalidCursor")
        let contacts = try definition.stream(named: "contacts")
        guard case .window(let window) = contacts.progress else {
            Issue.record("contacts have windows")
            return
        }
        #expect(window.order == .ascending(end: .total(["total"])))
        #expect(window.format == .epochMilliseconds && window.holdBack == .seconds(60))
        #expect(window.overlap == .seconds(3600) && window.step == .seconds(30 * 86_400))
        #expect(window.ties?.path.source == "/search" && window.ties?.body != nil)
        #expect(contacts.resweep == Resweep(every: .seconds(86_400), back: .seconds(7 * 86_400)))
        #expect(contacts.merged == Merged(path: ["merged"], separator: ";"))
        #expect(contacts.deletes?.at == KeyList.Time(path: ["archivedAt"], format: .rfc3339))
        #expect(contacts.deletes?.recordsPath == ["results"] && contacts.deletes?.key == [["id"]])
        #expect(contacts.reconcile?.recordsPath == ["rows"] && contacts.reconcile?.key == [["key"]])
        #expect(contacts.hydrate?.size == 100)
        #expect(contacts.discover.map(\.name) == ["names"])
        #expect(contacts.absence == AbsenceGuard(share: 20, always: 10))
        let things = try definition.stream(named: "things")
        #expect(things.absence == AbsenceGuard(share: 50, always: 100))
        #expect(try definition.stream(named: "lines").discover.map(\.name) == ["columns"])
        let orders = try definition.stream(named: "orders")
        guard case .window(let pages) = orders.progress else {
            Issue.record("orders have windows")
            return
        }
        #expect(pages.order == .pages(.cursor(field: ["next"], parameter: "after", more: nil), cap: 1000))
        #expect(try definition.stream(named: "lines").parent?.name == "orders")
        #expect(definition.streams.allSatisfy { $0.remembers })
    }

    @Test func fingerprintsNameTheProgress() throws {
        let streams = try Self.decode(Self.yaml).streams
        #expect(
            streams.map { $0.fingerprint(topic: "t").progress } == [
                "full, cursor next in after", "token after_cursor in cursor", "window", "window",
                "for each of orders (window): list, cursor next in after, replaces children",
                "full, cursor next in after",
            ]
        )
    }

    @Test(
        arguments: [
            ("{field: x.y, is: done}", .field(["x", "y"], is: "done")),
            ("{field: x, is: null}", .field(["x"], is: .null)),
            ("{field: x, is: 0}", .field(["x"], is: .number("0"))),
            ("{more: meta.has_more}", .more(["meta", "has_more"])),
            ("{repeats: true}", .repeats(pageSizes: [])),
            ("{repeats: true, page_size: 1000}", .repeats(pageSizes: [1000])),
            ("{repeats: true, page_size: [100, 1000]}", .repeats(pageSizes: [100, 1000])),
        ] as [(String, TokenProgress.End)]
    )
    func endsOfATokenStream(written: String, end: TokenProgress.End) throws {
        let yaml = Self.yaml.replacing("{field: end_of_stream, is: true}", with: written)
        guard case .token(let token) = try Self.decode(yaml).stream(named: "tickets").progress else {
            Issue.record("tickets have a token")
            return
        }
        #expect(token.end == end)
    }

    static let mistakes: [(String, String, String, String)] = [
        // a line, its replacement, the place, what is said
        ("progress: full", "progress: whole", "15:15", "unknown progress whole; write progress: full"),
        ("progress: full", "progress: full\n    since: from", "16:12", "a full read leaves nothing out"),
        (
            "progress: full", "progress: full\n    resweep: {every: 1h, back: 1h}", "16:14",
            "take resweep away"
        ),
        (
            "progress: full", "progress: full\n    reconcile: {get: /x, paging: single_page, every: 1h}",
            "16:16",
            "a full read finds what is absent itself"
        ),
        ("progress: full", "progress: full\n    follow: {feed: x}", "16:13", "take follow or progress away"),
        ("\"{{ record.deleted }}\"", "\"{{ row.deleted }}\"", "16:19", "unknown variable row"),
        ("\"{{ record.deleted }}\"", "deleted", "16:19", "one expression over the record"),
        ("      token:\n", "      tokens:\n", "21:7", "unknown field tokens; did you mean token?"),
        ("get: /tickets\n", "get: /tickets\n    paging: single_page\n", "19:13", "take paging away"),
        (
            "get: /tickets\n", "get: /tickets\n    body: {a: 1}\n", "19:11",
            "only a request with post: has a body"
        ),
        ("get: /tickets\n", "get: /tickets\n    post: /tickets\n", "18:10", "get and post are two ways"),
        ("get: /tickets\n", "post: /tickets\n", "18:5", "the field body is missing"),
        (
            "get: /tickets\n", "get: /tickets\n    since: x\n", "19:12",
            "the progress has a beginning of its own"
        ),
        ("        field: after_cursor\n", "", "22:9", "the field field is missing"),
        ("field: after_cursor", "field: results.x", "22:9", "lies on the path of the records"),
        ("        param: cursor\n", "", "22:9", "the field param is missing"),
        ("{field: end_of_stream, is: true}", "{}", "24:14", "exactly one of these says the end"),
        ("{field: end_of_stream, is: true}", "{field: x}", "24:14", "the field is is missing"),
        ("{field: end_of_stream, is: true}", "{field: x, is: [1]}", "24:29", "one value is needed here"),
        ("{field: end_of_stream, is: true}", "{more: x, is: true}", "24:28", "is goes with field"),
        (
            "{field: end_of_stream, is: true}", "{more: x, page_size: 1}", "24:35",
            "page_size goes with repeats"
        ),
        ("{field: end_of_stream, is: true}", "{repeats: false}", "24:24", "write repeats: true"),
        ("{field: end_of_stream, is: true}", "{repeats: true, page_size: 0}", "24:41", "from 1 to 100000"),
        ("\"2010-01-01T00:00:00Z\"", "\"2010-01-01\"", "25:61", "2010-01-01 is no time"),
        ("lag: 61s", "lag: 61", "25:90", "is no length of time"),
        ("        back: 1h\n", "", "19:11", "say where a lost token is gone on from"),
        ("    lost: {status: 400, code: InvalidCursor}\n", "", "26:15", "say which answer means that"),
        (
            "    get: /tickets\n", "    get: /tickets\n    version: {field: n, format: number}\n", "28:15",
            "a number is no time"
        ),
        ("reread: {every: 1h, back: 15m}", "reread: {every: 1h}", "28:17", "the field back is missing"),
        ("reread: {every: 1h, back: 15m}", "reread: {every: 1h, back: 0m}", "28:35", "nothing lies 0 back"),
        (
            "{{ window.from }}", "{{ window.start }}", "31:18",
            "of window there is {{ window.from }} or {{ window.to }}"
        ),
        ("to: \"{{ window.to }}\", names", "names", "30:11", "write {{ window.to }}"),
        (
            "{{ discovered.names }}", "{{ discovered.name }}", "31:69",
            "of discovered there is {{ discovered.names }} only"
        ),
        ("        hold_back: 60s\n", "", "34:9", "the field hold_back is missing"),
        ("        overlap: 60m\n", "", "34:9", "the field overlap is missing"),
        ("        format: epoch_ms\n", "        format: number\n", "34:17", "unknown format number"),
        ("step: 30d", "step: 30s", "38:15", "a step is at least a minute"),
        ("order: ascending", "order: descending", "39:16", "write order: ascending"),
        ("order: ascending", "order: ascending\n        cap: 5", "40:14", "take cap or order away"),
        ("order: ascending", "order: ascending\n        more: more", "41:16", "more and total say the same"),
        ("        order: ascending\n", "", "39:16", "total goes with order: ascending"),
        (
            "        total: total\n        ties: {body: {at: \"{{ tie.at }}\", after: \"{{ tie.after }}\"}}\n",
            "",
            "39:16", "nothing says which page is the last one"
        ),
        (
            "    post: /search\n", "    post: /search\n    paging: single_page\n", "31:13",
            "take paging or order away"
        ),
        (
            "    post: /search\n", "    post: /search\n    lost: {status: 400}\n", "31:11",
            "no place in it is kept"
        ),
        ("    post: /search\n", "    post: /search\n    key: [id, n]\n", "42:15", "the order of one key"),
        (
            "    post: /search\n", "    post: /search\n    version: {field: n, format: number}\n", "35:9",
            "a number is no time"
        ),
        ("\"{{ tie.at }}\"", "1", "41:15", "write {{ tie.at }}"),
        ("\"{{ tie.after }}\"", "1", "41:15", "write {{ tie.after }}"),
        ("\"{{ tie.at }}\"", "\"{{ window.from }}\"", "41:27", "unknown variable window"),
        ("back: 7d", "back: 60m", "42:33", "back is not longer than the window's overlap"),
        ("separator: \";\"", "separator: \"\"", "43:40", "write separator"),
        (
            "at: {field: archivedAt, format: rfc3339}", "at: {field: archivedAt}", "47:11",
            "the field format is missing"
        ),
        ("      every: 1h\n", "", "45:7", "the field every is missing"),
        ("key: key, ", "key: [a, b], ", "49:33", "the stream's key has 1 parts, and this one 2"),
        ("records: rows", "rows: rows", "49:38", "unknown field rows"),
        ("every: 24h}\n    hydrate", "every: 24h, fills: gap}\n    hydrate", "49:93", "write fills: gaps"),
        (
            "every: 24h}\n    hydrate: {get: /many, query: {ids: \"{{ keys | join(',') }}\"}, records: results, size: 100}",
            "every: 24h, fills: gaps}", "49:93", "add hydrate, or take fills away"
        ),
        ("{ids: \"{{ keys | join(',') }}\"}", "{}", "50:14", "write {{ keys }}"),
        ("size: 100", "size: many", "50:91", "many is no number of records"),
        ("value: name", "values: name", "52:46", "did you mean value?"),
        ("      names: {get", "      Names: {get", "52:7", "a name here is of a-z, 0-9 and _"),
        ("cap: 1000}", "cap: 0}", "57:101", "from 1 to 1000000"),
        (
            "cap: 1000}", "ties: {query: {a: \"{{ tie.at }}\", b: \"{{ tie.after }}\"}}}", "57:102",
            "add cap: 10000"
        ),
        (
            "replaces: children", "replaces: children\n    progress: full", "62:15",
            "a child stream gets on with orders"
        ),
        (
            "replaces: children",
            "replaces: children\n    deletes: {get: /x, paging: single_page, every: 1h}", "62:14",
            "write replaces: children"
        ),
        (
            "replaces: children", "replaces: children\n    absence: {share: 5%}", "62:14",
            "add reconcile, or take absence away"
        ),
        (
            "discovered.columns", "discovered.names", "62:21",
            "of discovered there is {{ discovered.columns }} only"
        ),
        ("share: 50%", "share: 0%", "68:22", "a share is 1% to 100% of what was published"),
        ("{share: 50%, always: 100}", "{}", "68:14", "say how much"),
        ("always: 100", "always: few", "68:35", "few is no number of records"),
        (
            "replaces: children",
            "replaces: children\n    hydrate: {get: \"/x/{{ keys }}\", records: y, size: 1}",
            "62:14", "one parent at a time: take hydrate away"
        ),
        ("progress: full", "progress: full\n    format: xml", "16:13", "unknown format xml"),
        (
            "progress: full", "progress: full\n    format: csv", "11:11",
            "the page itself is the list of records"
        ),
        (
            "progress: full", "format: csv\n    records: rows", "16:14",
            "an answer of csv is the list of records: take records away"
        ),
        (
            "    post: /search\n", "    post: /search\n    format: json_lines\n", "51:14",
            "take hydrate or format away"
        ),
        ("get: /names", "post: /names, body: text", "52:35", "a body is a mapping"),
    ]

    @Test(arguments: mistakes)
    func mistakeIsNamedWithItsPlace(line: String, replacement: String, place: String, text: String) throws {
        let yaml = Self.yaml.replacing(line, with: replacement, maxReplacements: 1)
        try #require(yaml != Self.yaml)
        let error = #expect(throws: ExtractionError.self) { try Self.decode(yaml) }
        let problems = try #require(error).problems
        let isSaid = problems.contains {
            $0.description.hasPrefix("e.yaml:\(place): ") && $0.text.contains(text)
        }
        #expect(isSaid, "\(problems.map(\.description).joined(separator: "\n"))")
    }

    @Test(arguments: [
        ("{param: skip, first: 0}", "offset", "unknown field first"),
        ("{}", "page", "the field param is missing"),
        ("{param: p, first: 2}", "page", "pages are numbered from 0 or from 1"),
        ("{param: p, more: a, total: b}", "page", "more and total say the same"),
        ("{param: p, total: results}", "offset", "lies on the path of the records"),
    ])
    func mistakeOfACountedPage(written: String, style: String, text: String) throws {
        let yaml = Self.yaml.replacing(
            "  paging: {cursor: {field: next, param: after}}\nstreams",
            with: "  paging: {\(style): \(written)}\nstreams"
        )
        let error = #expect(throws: ExtractionError.self) { try Self.decode(yaml) }
        let problems = try #require(error).problems
        #expect(problems.contains { $0.text.contains(text) })
    }
}
