import Core
import Foundation
import JSON

@testable import Files

/// A folder of its own under the temporary one, removed with the fixture.
final class FolderFixture: Sendable {
    static let account = name { try AccountName("stripe/acme") }
    static let customers = name { try StreamName("customers") }
    static let cars = name { try StreamName("objects_cars") }
    static let invoices = name { try StreamName("invoices") }

    private static func name<Name>(_ make: () throws -> Name) -> Name {
        do { return try make() } catch { fatalError("\(error)") }
    }

    let root: URL
    var folder: String { root.appending(path: "out").path }

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "sluice-files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    func settings(_ run: String = "r1", folder: String? = nil) -> FolderSettings {
        FolderSettings(
            folder: folder ?? self.folder,
            account: Self.account,
            run: run,
            host: "here",
            streams: [Self.customers, Self.invoices]
        )
    }

    /// One session that commits groups and ends.
    func sync(_ run: String = "r1", _ groups: TransactionGroup...) async throws {
        try await FolderSession.withSession(settings(run)) { session in
            for group in groups { try await session.commit(group) }
        }
    }

    func path(_ stream: StreamName, in folder: String? = nil) -> String {
        "\(folder ?? self.folder)/\(stream).jsonl"
    }

    func append(_ text: String, to path: String) throws {
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    /// What who follows the files as they say has read: keys and values up to the committed length.
    static func followed(_ folder: String, _ stream: StreamName = customers) throws -> [String] {
        let data = try Data(contentsOf: URL(filePath: "\(folder)/.sluice/state.json"))
        let state = try JSONValue.parse(Array(data))
        let file = state["files"]?.elements?.first { $0["stream"]?.text == stream.text }
        guard let length = file?["length"]?.int, length > 0 else { return [] }
        let bytes = try Array(Data(contentsOf: URL(filePath: "\(folder)/\(stream).jsonl")))
        guard bytes.count >= length else { throw CocoaError(.fileReadCorruptFile) }
        return try bytes[..<length].split(separator: UInt8(ascii: "\n")).map { line in
            let line = try JSONValue.parse(line)
            return "\(line["key"]?.text ?? "")=\(line["value"]?.compactText ?? "")"
        }
    }

    static func place(_ folder: String, _ stream: StreamName = customers) async throws -> Int? {
        let settings = FolderSettings(
            folder: folder,
            account: account,
            run: "look",
            host: "here",
            streams: [customers, invoices]
        )
        return try await FolderSession.withSession(settings) { session in
            try session.bookmark(of: stream)?.list.records
        }
    }
}

extension TransactionGroup {
    /// A page of one stream with its bookmark, which counts `records`, and what is remembered of each key.
    static func page(
        _ events: [(key: String, value: String?)],
        records: Int,
        of stream: StreamName = FolderFixture.customers,
        remembers: Bool = true
    ) throws -> TransactionGroup {
        var values: [UInt8] = []
        var text: [UInt8] = []
        func slice(_ piece: String, _ bytes: inout [UInt8]) -> ByteSlice {
            let start = bytes.count
            bytes.append(contentsOf: piece.utf8)
            return ByteSlice(offset: start, count: bytes.count - start)
        }
        let list = events.map { event in
            Event(
                kind: event.value == nil ? .delete : .upsert,
                value: event.value.map { slice($0, &values) } ?? .absent,
                key: slice(event.key, &text),
                id: slice("\(event.key):1", &text),
                time: slice("2026-01-02T03:04:05Z", &text)
            )
        }
        let page = EventPage(
            stream: stream.text,
            topic: "t.\(stream)",
            source: "/stripe/acme/\(stream)",
            upsertType: "stripe.\(stream).upsert",
            deleteType: "stripe.\(stream).delete",
            values: values,
            text: text,
            events: list
        )
        let fingerprint = Fingerprint(key: ["id"], version: nil, progress: "list", topic: page.topic)
        let bookmark = Bookmark(fingerprint: fingerprint, list: .init(records: records), updated: 1)
        let versions = events.map { event in
            VersionChange(stream, .version(key: Array(event.key.utf8), .test(event.value ?? "", records)))
        }
        return TransactionGroup(
            pages: [page],
            state: [try bookmark.record(account: FolderFixture.account, stream: stream)],
            versions: remembers ? versions : []
        )
    }
}

extension RememberedVersion {
    /// A version that differs with the value and the number.
    static func test(_ value: String, _ number: Int) -> RememberedVersion {
        let hash = value.utf8.reduce(UInt64(number)) { $0 &* 31 &+ UInt64($1) }
        return RememberedVersion(
            content: ContentHash(high: hash, low: UInt64(number)),
            count: number,
            isDeleted: value.isEmpty,
            seen: Instant(milliseconds: number),
            read: 1
        )
    }
}

extension VersionStore {
    /// What is remembered of one key.
    func version(of key: String, _ stream: StreamName = FolderFixture.customers) throws -> RememberedVersion?
    {
        let text = Array(key.utf8)
        return try versions(of: [ByteSlice(offset: 0, count: text.count)], in: text, stream: stream).first
            ?? nil
    }
}
