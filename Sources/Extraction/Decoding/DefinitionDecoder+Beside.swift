import Core
import YAML

/// What stands beside a stream's own records: deletes, merges, whole records, discovered values.
extension DefinitionDecoder {
    /// The decoded parts.
    struct Beside {
        var deletedWhen: DeletionRule?
        var deletes: KeyList?
        var reconcile: KeyList?
        var merged: Merged?
        var hydrate: Hydrate?
        var resweep: Resweep?
        var absence = AbsenceGuard()
    }

    mutating func beside(_ stream: StreamOutline, progress: StreamDefinition.Progress?) -> Beside {
        var beside = Beside()
        beside.deletedWhen = stream.fields["deleted_when"].flatMap {
            condition($0, beside: stream.objectVariables)
        }.map { DeletionRule($0) }
        beside.deletes = stream.own["deletes"].flatMap { deletes($0, of: stream) }
        beside.reconcile = stream.own["reconcile"].flatMap { reconcile($0, of: stream, progress: progress) }
        beside.merged = stream.fields["merged"].flatMap { merged($0, of: stream) }
        beside.hydrate = stream.own["hydrate"].flatMap { hydrate($0, of: stream) }
        checkWhole(stream)
        checkGaps(stream, beside)
        if case .window(let window) = progress {
            beside.resweep = stream.fields["resweep"].flatMap { resweep($0, of: window) }
        } else if progress != nil, let node = stream.own["resweep"] {
            report(node, "only a stream with progress: {window: …} is read deeper: take resweep away")
        }
        if let node = stream.fields["absence"], let found = absence(node) { beside.absence = found }
        if let node = stream.own["absence"], let progress, !isSwept(stream, progress, beside) {
            report(
                node,
                "nothing of this stream is deleted by its absence: add reconcile, or take absence away"
            )
        }
        return beside
    }

    /// Whether a whole list tells what is absent: the stream's own, or one beside it.
    private func isSwept(_ stream: StreamOutline, _ progress: StreamDefinition.Progress, _ beside: Beside)
        -> Bool
    {
        switch stream.parent?.definition.progress ?? progress {
        case .list, .full: true
        case .token, .window:
            if let parent = stream.parent {
                parent.replaces && parent.definition.reconcile != nil
            } else {
                beside.reconcile != nil
            }
        }
    }

    private mutating func absence(_ node: YAMLNode) -> AbsenceGuard? {
        let fields = fields(node, Vocabulary.absence)
        if fields.isEmpty { report(node, "say how much: absence: {share: 20%}") }
        var absence = AbsenceGuard()
        if let node = fields["share"], let text = text(node) {
            guard let share = Percentage.parse(text) else {
                report(node, "a share is 1% to 100% of what was published")
                return nil
            }
            absence.share = share
        }
        if let node = fields["always"], let always = count(node, atMost: 1_000_000) {
            absence.always = always
        }
        return absence
    }

    /// What is looked at one by one, or parent by parent, comes whole.
    private mutating func checkWhole(_ stream: StreamOutline) {
        if let node = stream.own["hydrate"], let parent = stream.parent {
            report(
                node,
                "the children of \(parent.name) are asked for one parent at a time: take hydrate away"
            )
        }
        if let node = stream.own["hydrate"], stream.parent == nil, !stream.isFamily,
            stream.fields["progress"] == nil, let follow = stream.fields["follow"],
            (try? follow.string()) != "none"
        {
            report(node, "a stream that follows a feed looks at whole objects: take hydrate or follow away")
        }
    }

    private mutating func resweep(_ node: YAMLNode, of window: WindowProgress) -> Resweep? {
        guard let (every, back) = everyAndBack(node) else { return nil }
        if back <= window.overlap, let node = node["back"] {
            report(node, "back is not longer than the window's overlap, which every run reads again")
        }
        return Resweep(every: every, back: back)
    }

    /// A list of keys, with the stream's own path of records and key where it names no others.
    private mutating func list(_ fields: [String: YAMLNode], in node: YAMLNode, of stream: StreamOutline)
        -> KeyList?
    {
        let request = requestBeside(fields, in: node, stream.besideVariables)
        if let request, stream.isFamily, !request.reads(StreamDefinition.objectVariable) {
            report(
                node,
                "nothing here says whose records these are: write a field of the object, {{ each.id }}"
            )
        }
        let records = fields["records"].map { recordsPath($0) } ?? stream.records
        let key = fields["key"].map { self.key($0) } ?? stream.key
        let paging = required("paging", of: fields, in: node).flatMap { self.paging($0, key: key) }
        let every = required("every", of: fields, in: node).flatMap { duration($0) }
        if let paging, let records, let node = fields["paging"] {
            checkPageFields(paging.pageFields, records: records, at: node)
        }
        if let key, let own = stream.key, key.count != own.count, let node = fields["key"] {
            report(node, "the stream's key has \(own.count) parts, and this one \(key.count)")
        }
        if stream.parent != nil {
            report(node, "a child stream's deletes are told by its parents: write replaces: children")
        }
        guard let request, let records, let key, let paging, let every else { return nil }
        return KeyList(
            request: request,
            recordsPath: records,
            paging: paging,
            key: key,
            every: every
        )
    }

    private mutating func deletes(_ node: YAMLNode, of stream: StreamOutline) -> KeyList? {
        let fields = fields(node, Vocabulary.deletes)
        let at = fields["at"].flatMap { time($0) }
        var list = list(fields, in: node, of: stream)
        list?.at = at.map { KeyList.Time(path: $0.path, format: $0.format) }
        return list
    }

    private mutating func reconcile(
        _ node: YAMLNode,
        of stream: StreamOutline,
        progress: StreamDefinition.Progress?
    ) -> KeyList? {
        if case .full = progress {
            report(node, "a full read finds what is absent itself: take reconcile away")
        }
        let fields = fields(node, Vocabulary.reconcile)
        var list = list(fields, in: node, of: stream)
        if let node = fields["fills"], let word = text(node) {
            if word != "gaps" {
                report(node, "unknown value \(word); write fills: gaps, or take the line away")
            }
            list?.fillsGaps = true
        }
        return list
    }

    /// What is found by its key alone is asked for by its key.
    private mutating func checkGaps(_ stream: StreamOutline, _ beside: Beside) {
        guard beside.reconcile?.fillsGaps ?? false, beside.hydrate == nil,
            let node = stream.own["reconcile"]?["fills"]
        else { return }
        if let follow = stream.fields["follow"], (try? follow.string()) != "none" { return }
        report(node, "no request reads records by their keys: add hydrate, or take fills away")
    }

    private mutating func merged(_ node: YAMLNode, of stream: StreamOutline) -> Merged? {
        if let key = stream.key, key.count > 1 {
            report(
                node,
                "a record names those that it swallowed by one value, and the stream's key has several"
            )
        }
        if case .scalar = node.content { return path(node).map { Merged(path: $0) } }
        let fields = fields(node, Vocabulary.merged)
        let path = required("field", of: fields, in: node).flatMap { self.path($0) }
        let separator = fields["separator"].flatMap { text($0) }
        if separator == "", let node = fields["separator"] {
            report(node, "nothing separates no keys: write separator: \";\", or take the line away")
        }
        return path.map { Merged(path: $0, separator: separator) }
    }

    private mutating func hydrate(_ node: YAMLNode, of stream: StreamOutline) -> Hydrate? {
        let fields = fields(node, Vocabulary.hydrate)
        var variables = stream.besideVariables
        variables["keys"] = .anything
        let request = requestBeside(fields, in: node, variables)
        let records = required("records", of: fields, in: node).flatMap { recordsPath($0) }
        let size = required("size", of: fields, in: node).flatMap { count($0, atMost: 10_000) }
        if let request, !request.reads("keys") {
            report(node, "nothing here says which records: write {{ keys }}, as \"{{ keys | join(',') }}\"")
        }
        if let key = stream.key, key.count > 1 {
            report(node, "records are asked for by one key, and the stream's has several parts")
        }
        let missing = fields["missing"].map {
            namedKeys($0, Vocabulary.hydrateMissing, "keys", records: records)
        }
        guard let request, let records, let size else { return nil }
        return Hydrate(request: request, recordsPath: records, size: size, missing: missing ?? nil)
    }

    /// Where an answer names keys, beside its records; `key` is what the group calls their field.
    mutating func namedKeys(
        _ node: YAMLNode,
        _ group: FieldGroup,
        _ key: String,
        records: [String]?
    ) -> NamedKeys? {
        let fields = fields(node, group)
        let path = required("records", of: fields, in: node).flatMap { self.path($0) }
        let keys = required(key, of: fields, in: node).flatMap { self.path($0) }
        let condition = fields["when"].flatMap { self.condition($0) }.map { DeletionRule($0) }
        if let path, let records, let node = fields["records"] {
            checkPageFields([path], records: records, at: node)
        }
        guard let path, let keys else { return nil }
        return NamedKeys(recordsPath: path, keys: keys, condition: condition)
    }

    /// The lists of values that are read before a stream, by name.
    mutating func discover(_ node: YAMLNode?, _ variables: [String: Variable] = [:]) -> [Discover] {
        guard let node else { return [] }
        return members(node).compactMap { member in
            let node = member.value
            let isNamed = member.key.utf8.allSatisfy {
                (97...122).contains($0) || (48...57).contains($0) || $0 == 95
            }
            if member.key.isEmpty || !isNamed { report(member, "a name here is of a-z, 0-9 and _") }
            let fields = fields(node, Vocabulary.discover)
            let request = requestBeside(fields, in: node, variables)
            let records = required("records", of: fields, in: node).flatMap { recordsPath($0) }
            let value = required("value", of: fields, in: node).flatMap { path($0) }
            let condition = fields["when"].flatMap { template($0) }
            let paging =
                fields["paging"].map { self.paging($0, key: value.map { [$0] }) } ?? Paging.singlePage
            if let paging, let records, let node = fields["paging"] {
                checkPageFields(paging.pageFields, records: records, at: node)
            }
            guard let request, let records, let value, let paging else { return nil }
            return Discover(
                name: member.key,
                request: request,
                recordsPath: records,
                paging: paging,
                value: value,
                condition: condition
            )
        }
    }
}
