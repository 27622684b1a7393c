import Core
import YAML

/// Families: streams that an account's objects decide.
extension DefinitionDecoder {
    /// The list of objects.
    mutating func onePer(_ node: YAMLNode) -> OnePer? {
        let fields = fields(node, Vocabulary.onePer)
        let request = request(fields, in: node)
        let records = required("records", of: fields, in: node).flatMap { recordsPath($0) }
        let name = required("name", of: fields, in: node).flatMap { path($0) }
        let paging = fields["paging"].map { self.paging($0, key: name.map { [$0] }) } ?? Paging.singlePage
        let condition = fields["when"].map { self.condition($0, over: StreamDefinition.objectVariable) }
        if let paging, let records, let node = fields["paging"] {
            checkPageFields(paging.pageFields, records: records, at: node)
        }
        guard let request, let records, let name, let paging else { return nil }
        return OnePer(
            request: request,
            recordsPath: records,
            paging: paging,
            name: name,
            condition: condition ?? nil
        )
    }

    /// What a family cannot be.
    mutating func checkFamily(_ stream: StreamOutline) {
        guard let node = stream.own["one_per"] else { return }
        if let parent = stream.parent {
            report(
                node,
                "a child of \(parent.name) has a list for each of its records: take one_per or for_each away"
            )
        }
        if let follow = stream.own["follow"], (try? follow.string()) != "none" {
            report(
                follow,
                "an entry of a feed does not say of which object it is: take follow or one_per away"
            )
        }
    }

    /// A family's streams are told from all others by what their names begin with.
    mutating func checkFamilyNames(_ streams: [YAMLMember]) {
        for family in streams where family.value["one_per"] != nil {
            if family.key.utf8.count > FamilyName.maximumLength {
                report(
                    family,
                    "\(family.key) leaves no room for the names of its streams: take a shorter name"
                )
            }
            for other in streams where FamilyName.isMember(other.key, of: family.key) {
                report(
                    other,
                    "the streams of \(family.key) have names that begin with \(FamilyName.prefix(of: family.key)), so this"
                        + " could be one of them: take another name"
                )
            }
        }
    }
}
