import Core
import JSON
import YAML

/// How streams get on from run to run.
extension DefinitionDecoder {
    private static let progressRemedy =
        "write progress: full, progress: {full: {every: 1h}}, progress: {token: …} or progress: {window: …}, or take the "
        + "line away"

    mutating func progress(of stream: StreamOutline) -> StreamDefinition.Progress? {
        guard let node = stream.fields["progress"] else { return list(stream).map { .list($0) } }
        if let parent = stream.parent {
            if let node = stream.own["progress"] {
                report(node, "a child stream gets on with \(parent.name): take progress away")
            }
            return list(stream).map { .list($0) }
        }
        if case .scalar(let text, _) = node.content {
            guard text == "full" else {
                report(node, "unknown progress \(text); \(Self.progressRemedy)")
                return nil
            }
            return list(stream).map { .full($0) }
        }
        guard let (style, value) = only(node, of: Vocabulary.progress) else { return nil }
        if style == "full" {
            let every = self.every(value)
            return list(stream).map { .full($0, every: every) }
        }
        if style == "token" { return token(value, of: stream).map { .token($0) } }
        return window(value, of: stream).map { .window($0) }
    }

    /// `{every: 1h}`.
    private mutating func every(_ node: YAMLNode) -> Duration? {
        let fields = fields(node, Vocabulary.full)
        guard let every = required("every", of: fields, in: node).flatMap({ duration($0) }) else {
            return nil
        }
        if every == .zero, let node = fields["every"] {
            report(node, "every is no time: a stream that is read whole in every run has progress: full")
        }
        return every
    }

    /// The paging of a stream that is one list.
    private mutating func list(_ stream: StreamOutline) -> Paging? {
        let paging = required("paging", of: stream.fields, in: stream.node).flatMap {
            self.paging($0, key: stream.key)
        }
        if let paging, let records = stream.records, let node = stream.fields["paging"] {
            checkPageFields(paging.pageFields, records: records, at: node)
        }
        return paging
    }

    /// A time of the calendar.
    private mutating func instant(_ node: YAMLNode) -> Instant? {
        guard let text = text(node) else { return nil }
        guard let instant = Instant(rfc3339: text) else {
            report(node, "\(text) is no time: write \"2010-01-01T00:00:00Z\"")
            return nil
        }
        return instant
    }

    /// Whether a record's version is a time, which `name` counts from.
    private mutating func checkVersion(of stream: StreamOutline, for name: String, at node: YAMLNode) {
        guard let version = stream.version else {
            // A version that could not be decoded is said at its own place.
            if stream.fields["version"] == nil {
                report(node, "\(name) counts from the records' versions: add version: {field: …, format: …}")
            }
            return
        }
        if version.format == .number {
            report(node, "\(name) counts from the records' versions, and a number is no time")
        }
    }
}

// MARK: - Token

extension DefinitionDecoder {
    private mutating func token(_ node: YAMLNode, of stream: StreamOutline) -> TokenProgress? {
        if let paging = stream.own["paging"] {
            report(paging, "the token leads from page to page: take paging away")
        }
        let fields = fields(node, Vocabulary.token)
        let field = required("field", of: fields, in: node).flatMap { path($0) }
        let parameter = required("param", of: fields, in: node).flatMap { text($0) }
        let end = required("end", of: fields, in: node).flatMap { self.end($0) }
        let start = required("start", of: fields, in: node).flatMap { self.start($0) }
        let caughtUp = fields["caught_up"].flatMap {
            answer($0, hasMessage: stream.hasMessage, hasCode: stream.hasCode)
        }
        let back = fields["back"].flatMap { duration($0) }
        let reread = fields["reread"].flatMap { self.reread($0, of: stream) }
        if let lost = stream.own["lost"], fields["back"] == nil {
            report(
                lost,
                "say where a lost token is gone on from: back: 1h in the token, before the newest version"
            )
        }
        if let node = fields["back"] {
            checkVersion(of: stream, for: "back", at: node)
            if stream.fields["lost"] == nil {
                report(
                    node,
                    "back is where a lost token is gone on from: say which answer means that, lost: {…}"
                )
            }
        }
        guard let field, let parameter, let end, let start else { return nil }
        let token = TokenProgress(
            field: field,
            parameter: parameter,
            end: end,
            start: start,
            caughtUp: caughtUp,
            back: back,
            reread: reread
        )
        if let records = stream.records { checkPageFields(token.pageFields, records: records, at: node) }
        return token
    }

    private mutating func end(_ node: YAMLNode) -> TokenProgress.End? {
        let fields = fields(node, Vocabulary.tokenEnd)
        let ways = ["field", "more", "repeats"].filter { fields[$0] != nil }
        guard ways.count == 1 else {
            report(node, "exactly one of these says the end: field (with is), more, repeats")
            return nil
        }
        if let value = fields["is"], ways != ["field"] { report(value, "is goes with field") }
        if let size = fields["page_size"], ways != ["repeats"] { report(size, "page_size goes with repeats") }
        switch ways[0] {
        case "field":
            let path = fields["field"].flatMap { self.path($0) }
            let value = required("is", of: fields, in: node).flatMap { scalar($0) }
            guard let path, let value else { return nil }
            return .field(path, is: value)
        case "more": return fields["more"].flatMap { path($0) }.map { .more($0) }
        default:
            if let repeats = fields["repeats"], bool(repeats) == false {
                report(repeats, "a token that does not repeat says no end: write repeats: true")
            }
            return .repeats(pageSizes: fields["page_size"].map { pageSizes($0) } ?? [])
        }
    }

    /// One size, or a list of them.
    private mutating func pageSizes(_ node: YAMLNode) -> Set<Int> {
        guard case .sequence(let items) = node.content else {
            return Set([count(node, atMost: 100_000)].compactMap { $0 })
        }
        return Set(items.compactMap { count($0, atMost: 100_000) })
    }

    /// A text, a number, a truth value or null.
    private mutating func scalar(_ node: YAMLNode) -> JSONValue? {
        switch node.scalar {
        case .null?: return .null
        case .bool(let value)?: return .bool(value)
        case .number(let lexeme)?: return .number(lexeme)
        case .text(let text)?: return .string(text)
        case nil:
            report(node, "one value is needed here: true, false, a text, a number or null")
            return nil
        }
    }

    private mutating func start(_ node: YAMLNode) -> TokenProgress.Start? {
        let fields = fields(node, Vocabulary.tokenStart)
        let parameter = required("param", of: fields, in: node).flatMap { text($0) }
        let format: TimeFormat? = required("format", of: fields, in: node).flatMap { choice($0, "format") }
        let earliest = required("earliest", of: fields, in: node).flatMap { instant($0) }
        let lag = fields["lag"].map { duration($0) } ?? .zero
        guard let parameter, let format, let earliest, let lag else { return nil }
        return TokenProgress.Start(parameter: parameter, format: format, earliest: earliest, lag: lag)
    }

    private mutating func reread(_ node: YAMLNode, of stream: StreamOutline) -> TokenProgress.Reread? {
        checkVersion(of: stream, for: "reread", at: node)
        guard let (every, back) = everyAndBack(node) else { return nil }
        return TokenProgress.Reread(every: every, back: back)
    }

    /// `{every: 24h, back: 7d}`.
    mutating func everyAndBack(_ node: YAMLNode) -> (every: Duration, back: Duration)? {
        let fields = fields(node, Vocabulary.reread)
        let every = required("every", of: fields, in: node).flatMap { duration($0) }
        let back = required("back", of: fields, in: node).flatMap { duration($0) }
        if back == .zero, let node = fields["back"] {
            report(node, "nothing lies 0 back: name a length of time")
        }
        guard let every, let back else { return nil }
        return (every, back)
    }

    /// A whole number from 1.
    mutating func count(_ node: YAMLNode, atMost limit: Int) -> Int? {
        guard let text = text(node) else { return nil }
        guard let count = Int(text), (1...limit).contains(count) else {
            report(node, "\(text) is no number of records: write a whole number from 1 to \(limit)")
            return nil
        }
        return count
    }
}

// MARK: - Window

extension DefinitionDecoder {
    private mutating func window(_ node: YAMLNode, of stream: StreamOutline) -> WindowProgress? {
        let fields = fields(node, Vocabulary.window)
        let format: TimeFormat? = required("format", of: fields, in: node).flatMap { choice($0, "format") }
        let holdBack = required("hold_back", of: fields, in: node).flatMap { duration($0) }
        let overlap = required("overlap", of: fields, in: node).flatMap { duration($0) }
        let earliest = required("earliest", of: fields, in: node).flatMap { instant($0) }
        let step = fields["step"].flatMap { duration($0) }
        if let step, let node = fields["step"], step < .seconds(60) {
            report(node, "a step is at least a minute: a shorter one would be nothing but requests")
        }
        checkVersion(of: stream, for: "a window", at: node)
        let order = fields["order"] == nil ? pages(fields, of: stream) : ascending(fields, of: stream)
        let ties = fields["ties"].flatMap { self.ties($0, of: stream) }
        guard let format, let holdBack, let overlap, let earliest, let order else { return nil }
        let window = WindowProgress(
            format: format,
            holdBack: holdBack,
            overlap: overlap,
            earliest: earliest,
            step: step,
            order: order,
            ties: ties
        )
        if let records = stream.records { checkPageFields(window.pageFields, records: records, at: node) }
        return window
    }

    private mutating func ascending(
        _ fields: [String: YAMLNode],
        of stream: StreamOutline
    ) -> WindowProgress.Order? {
        if let node = fields["order"], let text = text(node), text != "ascending" {
            report(node, "unknown order \(text); write order: ascending, or take the line away")
        }
        if let paging = stream.own["paging"] {
            report(paging, "an ordered window goes on at its last record: take paging or order away")
        }
        if let cap = fields["cap"] {
            report(cap, "an ordered window goes on behind any number of records: take cap or order away")
        }
        let more = fields["more"].flatMap { path($0) }
        let total = fields["total"].flatMap { path($0) }
        if fields["more"] != nil, let node = fields["total"] {
            report(node, "more and total say the same: keep one of them")
        }
        if let node = fields["order"], ["ties", "more", "total"].allSatisfy({ fields[$0] == nil }) {
            report(
                node,
                "nothing says which page is the last one: add total: or more:, or ties: {…} to ask for the"
                    + " records of one time by key"
            )
        }
        if let more { return .ascending(end: .more(more)) }
        return .ascending(end: total.map { .total($0) } ?? .none)
    }

    private mutating func pages(
        _ fields: [String: YAMLNode],
        of stream: StreamOutline
    ) -> WindowProgress.Order? {
        for name in ["more", "total"] {
            guard let node = fields[name] else { continue }
            report(node, "\(name) goes with order: ascending; without it paging: says where a window ends")
        }
        if let ties = fields["ties"], fields["cap"] == nil {
            report(
                ties,
                "without cap nothing says when one unit of time has too many records: add cap: 10000"
            )
        }
        let cap = fields["cap"].map { count($0, atMost: 1_000_000) }
        let paging = list(stream)
        guard let paging, cap == nil || cap != .some(nil) else { return nil }
        return .pages(paging, cap: cap ?? nil)
    }

    private mutating func ties(_ node: YAMLNode, of stream: StreamOutline) -> RequestTemplate? {
        let given = fields(node, Vocabulary.ties)
        var variables = stream.variables
        variables["tie"] = .fields([["at"], ["next"], ["after"]])
        // Asked where the stream is, unless it says something else.
        var fields = given
        if given["get"] == nil, given["post"] == nil {
            for name in ["get", "post"] { fields[name] = stream.own[name] }
        }
        if fields["get"] == nil, fields["post"] == nil { return nil }
        guard let request = request(fields, in: node, variables) else { return nil }
        for name in ["at", "after"] where !request.reads("tie", name) {
            report(node, "nothing here says which records: write {{ tie.\(name) }}")
        }
        if let key = stream.key, key.count > 1 {
            report(
                node,
                "records of one time are asked for in the order of one key, and the stream's has several parts"
            )
        }
        return request
    }

    /// Whether a window's request says its bounds.
    mutating func check(_ request: RequestTemplate, of window: WindowProgress, at node: YAMLNode) {
        for name in ["from", "to"] where !request.reads("window", name) {
            report(node, "nothing here says which window: write {{ window.\(name) }} in query or body")
        }
    }
}
