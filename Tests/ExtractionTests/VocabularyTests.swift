import Testing
import YAML

@testable import Extraction

/// The vocabulary against the decoder: at every place of a definition the decoder takes the keys of its group, and no other.
@Suite struct VocabularyTests {
    /// Holds a mapping of every group.
    static let sample = """
        extractor: shop
        description: Orders
        settings:
          token: {secret: true, required: true}
        base_url: https://api.example.com
        auth: {bearer: "{{ config.token }}"}
        errors:
          message: error.text
          code: error.code
          rules:
            - {status: [404, 5xx], action: retry}
            - {status: 403, action: unavailable, of: parent}
        limits:
          default: 10/s
          search:
            rate: 100/min
            headers:
              limit: X-Limit
              remaining: {header: X-Quota, field: left}
              reset: {header: X-Reset, format: epoch}
        quota:
          headers: {limit: X-Day, remaining: X-Left}
          resets: {midnight: UTC}
        feeds:
          events:
            get: /events
            records: items
            paging: {next_link: {field: next}}
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
        defaults: {records: items, key: id}
        streams:
          orders:
            get: /orders
            version: {field: updated, format: epoch}
            paging: {cursor: {field: after, param: after}}
            lost: {status: 410}
            since: {param: from, format: rfc3339}
            follow: {feed: events, get: "/orders/{{ object.id }}", updates: [order.*]}
            entity:
              Order:
                when: {kind: [sale]}
                fields: {number: id, total: {major: total, currency: currency}}
                join_keys: {email: email}
          refunds:
            get: /refunds
            paging: {last_record: {param: after}}
          shops:
            get: /shops
            paging: {link_header: {rel: next}}
          staff:
            get: /staff
            paging: {offset: {param: offset}}
            deletes: {get: /gone, paging: single_page, every: 1h, at: {field: at, format: epoch}}
            reconcile: {get: /ids, paging: {page: {param: page}}, every: 24h, fills: gaps}
            absence: {share: 50%, always: 100}
            on_drift: stop
            merged: {field: merged_ids, separator: ","}
            discover: {fields: {get: /fields, records: items, value: name}}
            hydrate:
              get: /staff/many
              query: {ids: "{{ keys | join(',') }}"}
              records: items
              size: 100
              missing: {records: unknown, keys: id, when: "{{ record.kind == 'none' }}"}
          objects:
            one_per: {get: /objects, records: items, paging: single_page, name: name, when: "{{ each.active }}"}
            get: /objects/{{ each.id }}
            paging: single_page
            progress: {full: {every: 1h}}
          tickets:
            get: /tickets
            version: {field: updated, format: epoch}
            lost: {status: 410}
            progress:
              token:
                field: next
                param: after
                end: {more: more}
                start: {param: since, format: epoch, earliest: "2010-01-01T00:00:00Z"}
                caught_up: {status: 422}
                back: 1h
                reread: {every: 1h, back: 15m}
          contacts:
            post: /contacts/search
            body: {from: "{{ window.from }}", to: "{{ window.to }}"}
            version: {field: updated, format: epoch}
            progress:
              window:
                format: epoch
                hold_back: 60s
                overlap: 10m
                earliest: "2010-01-01T00:00:00Z"
                order: ascending
                ties: {body: {at: "{{ tie.at }}", after: "{{ tie.after }}"}}
            resweep: {every: 24h, back: 7d}
          companies:
            for_each: contacts
            get: /contacts/{{ parent.id }}/companies
            paging: single_page
            adds: {contact_id: "{{ parent.id }}"}
            key: [contact_id, id]
            batch:
              get: /companies
              query: {contacts: "{{ keys | join(',') }}"}
              size: 10
              records: items
              parent: id
              children: companies
              none: {records: errors, parent: id}
        """

    /// Other ways to prove who asks, each in the place of the sample's.
    static let proofs = [
        "auth: {header: {name: X-Token, value: \"{{ config.token }}\"}}",
        "auth: {query: {name: token, value: \"{{ config.token }}\"}}",
        "auth: {basic: {user: \"{{ config.token }}\"}}",
        "auth: {oauth: {grant: client_credentials, token_url: /token, client_id: shop, "
            + "client_secret: \"{{ config.token }}\", header: {name: X-Token, value: \"{{ token }}\"}}}",
        "auth: {oauth: {grant: jwt_bearer, token_url: /token, jwt: {key: \"{{ config.token }}\", issuer: shop, "
            + "subject: shop, audience: all}}}",
        "auth: [{when: \"{{ config.token }}\", bearer: \"{{ config.token }}\"}, {basic: {user: shop}}]",
        "auth: {session: {post: /login, body: {token: \"{{ config.token }}\"}, token: session.id}}",
    ]

    static let samples =
        [sample] + proofs.map { sample.replacing("auth: {bearer: \"{{ config.token }}\"}", with: $0) } + [
            // Pages that shrink have no numbers.
            sample.replacing("action: retry}", with: "action: retry, shrink: {param: limit, min: 10}}")
                .replacing("paging: {page: {param: page}}", with: "paging: single_page")
        ]

    /// A mapping of a document, by the positions that lead to it, and what may stand in it.
    private struct Place {
        var group: FieldGroup
        var path: [Int]
    }

    /// Keys that are needed in some places or beside some others only.
    private static let inherited: Set<String> = [
        "get", "records", "key", "paging", "feed", "body", "is", "client_id", "client_secret",
        "refresh_token", "jwt",
    ]

    private static func root(_ yaml: String) throws -> YAMLNode {
        try YAMLDocument.parse(Array(yaml.utf8), file: "e.yaml")
    }

    private static func problems(_ root: YAMLNode) -> [DefinitionProblem] {
        var decoder = DefinitionDecoder()
        _ = decoder.extractor(root)
        return decoder.problems
    }

    private static func places(_ node: YAMLNode, _ form: FieldForm, _ path: [Int] = []) -> [Place] {
        switch (form, node.content) {
        case (.group(let name), .mapping(let members)):
            let group = Vocabulary.group(name)
            return [Place(group: group, path: path)]
                + members.enumerated().flatMap { index, member in
                    group.field(member.key).map { places(member.value, $0.form, path + [index]) } ?? []
                }
        case (.map(let inner), .mapping(let members)):
            return members.enumerated().flatMap { places($1.value, inner, path + [$0]) }
        case (.list(let inner), .sequence(let items)):
            return items.enumerated().flatMap { places($1, inner, path + [$0]) }
        case (.either(let forms), _): return forms.flatMap { places(node, $0, path) }
        default: return []
        }
    }

    /// The places of a sample that the first one does not have as well.
    private static func places(of yaml: String) throws -> [(root: YAMLNode, place: Place)] {
        let root = try root(yaml)
        return places(root, .group("extractor")).filter {
            yaml == sample || $0.group.name.hasPrefix("auth") || $0.group.name == "shrink"
        }
        .map {
            (root, $0)
        }
    }

    private static func changing(
        _ node: YAMLNode,
        at path: ArraySlice<Int>,
        _ change: ([YAMLMember]) -> [YAMLMember]
    ) -> YAMLNode {
        var node = node
        switch node.content {
        case .mapping(var members):
            if let index = path.first {
                members[index].value = changing(members[index].value, at: path.dropFirst(), change)
            } else {
                members = change(members)
            }
            node.content = .mapping(members)
        case .sequence(var items):
            if let index = path.first { items[index] = changing(items[index], at: path.dropFirst(), change) }
            node.content = .sequence(items)
        case .scalar: break
        }
        return node
    }

    private static let allNames = Set(Vocabulary.groups.flatMap(\.names)).union(["zzz"]).sorted()
    /// Where inserted keys stand, and nothing else does.
    private static let farLine = 9000

    private static func member(_ name: String) -> YAMLMember {
        let empty = YAMLNode(
            file: "e.yaml",
            line: farLine,
            column: 1,
            content: .scalar(text: "", isPlain: true)
        )
        return YAMLMember(key: name, keyLine: farLine, keyColumn: 1, value: empty)
    }

    private static func unknown(_ root: YAMLNode) -> Set<String> {
        Set(
            problems(root).filter { $0.line == farLine && $0.text.hasPrefix("unknown field ") }.map {
                String($0.text.dropFirst("unknown field ".count).prefix { $0 != ";" })
            }
        )
    }

    @Test(arguments: samples)
    func theSampleIsSound(yaml: String) throws {
        let problems = Self.problems(try Self.root(yaml))
        #expect(problems.isEmpty, "\(problems.map(\.description))")
    }

    @Test func everyGroupHasAnExample() throws {
        let seen = try Self.samples.flatMap {
            Self.places(try Self.root($0), .group("extractor")).map(\.group.name)
        }
        #expect(Set(Vocabulary.groups.map(\.name)).subtracting(seen).subtracting(["defaults"]) == [])
    }

    @Test func namesAreUnique() {
        let names = Vocabulary.groups.map(\.name)
        #expect(Set(names).count == names.count)
        for group in Vocabulary.groups {
            #expect(Set(group.names).count == group.names.count, "\(group.name)")
        }
    }

    @Test(arguments: samples)
    func theDecoderTakesTheKeysOfTheGroupAndNoOther(yaml: String) throws {
        for (root, place) in try Self.places(of: yaml) where !place.group.isChoice {
            let others = Set(Self.allNames).subtracting(place.group.names)
            let refused = Self.changing(root, at: place.path[...]) { $0 + others.sorted().map(Self.member) }
            #expect(Self.unknown(refused) == others, "\(place.group.name)")
            for name in place.group.names {
                let taken = Self.changing(root, at: place.path[...]) { members in
                    members.contains { $0.key == name } ? members : members + [Self.member(name)]
                }
                #expect(Self.unknown(taken) == [], "\(place.group.name)")
            }
        }
    }

    @Test(arguments: samples)
    func aChoiceTakesItsStylesAndNoOther(yaml: String) throws {
        for (root, place) in try Self.places(of: yaml) where place.group.isChoice && yaml == Self.sample {
            for name in Self.allNames {
                let changed = Self.changing(root, at: place.path[...]) { _ in [Self.member(name)] }
                let isKnown = place.group.names.contains(name)
                #expect(Self.unknown(changed) == (isKnown ? [] : [name]), "\(place.group.name)")
            }
        }
    }

    @Test(arguments: samples)
    func whatIsRequiredIsMissedAndNothingElse(yaml: String) throws {
        for (root, place) in try Self.places(of: yaml) where !place.group.isChoice {
            for field in place.group.fields {
                let changed = Self.changing(root, at: place.path[...]) { $0.filter { $0.key != field.name } }
                guard changed != root, !Self.inherited.contains(field.name) || field.isRequired else {
                    continue
                }
                let isMissed = Self.problems(changed).contains {
                    $0.text.hasPrefix("the field \(field.name) is missing")
                }
                #expect(isMissed == field.isRequired, "\(place.group.name).\(field.name)")
            }
        }
    }
}
