import Core
import JSON

@testable import Extraction

/// A shop's definition with a feed, streams that follow it and children, over a scripted API.
enum FeedBench {
    static let yaml = """
        extractor: shop
        settings:
          api_key: {secret: true, required: true}
        base_url: https://api.example.com
        auth: {bearer: "{{ config.api_key }}"}
        limits: {slow: 1/s}
        errors: {message: error.message, code: error.code}
        feeds:
          events:
            get: /events
            query: {limit: 3}
            records: data
            paging: {last_record: {param: starting_after, more: has_more}}
            id: id
            time: {field: created, format: epoch}
            type: type
            object: data.object.id
            snapshot: data.object
            window: {from: "created[gte]", to: "created[lt]"}
            newest_first: true
            hold_back: 60s
            visible_within: 30s
            overlap: 10m
            retention: 30d
            expired: {status: 400, message: "aged out"}
        defaults:
          records: data
          key: id
          paging: {last_record: {param: starting_after, more: has_more}}
          since: created[gte]
          follow: {feed: events}
        streams:
          lines:
            for_each: orders
            get: /orders/{{ parent.id }}/lines
            replaces: children
            follow: {updates: [order.*], deletes: [order.deleted]}
          orders:
            get: /orders
            follow:
              get: /orders/{{ object.id }}
              creates: [order.created]
              updates: [order.updated, order.note.*]
              deletes: [order.deleted]
              gone_when: "{{ record.deleted }}"
          plans:
            get: /plans
            since: {param: from, format: rfc3339}
            follow: none
        """

    static func bench(_ script: [ScriptedTransport.Step], yaml: String = FeedBench.yaml) throws -> Bench {
        try Bench(yaml, script: script)
    }

    static func reader(_ bench: Bench, maximumEntries: Int = 50_000) -> FeedReader {
        FeedReader(
            feed: bench.definition.feeds[0],
            requester: bench.requester,
            maximumEntries: maximumEntries
        )
    }

    /// An entry as the feed sends it.
    static func entry(_ id: String, _ created: Int, _ type: String = "order.updated", object: String = "o1")
        -> String
    {
        """
        {"id": "\(id)", "created": \(created), "type": "\(type)",
         "data": {"object": {"id": "\(object)", "n": 1.0}}}
        """
    }

    static func page(_ entries: [String], more: Bool = false, headers: [(String, String)] = [])
        -> ScriptedTransport.Step
    {
        .page("{\"data\": [\(entries.joined(separator: ", "))], \"has_more\": \(more)}", headers)
    }
}

extension FeedWindow {
    var ids: [String] { entries.map { String(decoding: $0.id, as: UTF8.self) } }
}
