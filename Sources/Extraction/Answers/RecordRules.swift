import Core
import Expressions
import JSON

/// What a stream's definition reads out of single records, beside their key and version.
struct RecordRules: Sendable {
    /// Why a rule cannot be decided.
    struct Problem: Error {
        var message: String
    }

    let deletion: DeletionRule?
    /// Of the fields of a record.
    let deletionField: Int?
    let merged: Merged?
    let mergedField: Int?
    let newest: VersionFormat?

    func apply(to page: inout ExtractedPage, access: AccountAccess) throws(Problem) {
        if let deletion { page.isDeleted = try deleted(by: deletion, in: page.page, access) }
        if let merged, let mergedField {
            for record in page.page.records.indices {
                try append(mergedField, merged, ofRecord: record, to: &page)
            }
        }
        if let newest, let field = page.versionField { page.newest = latest(newest, field, in: page) }
    }

    /// One truth value a record; none at all where no record is deleted.
    private func deleted(
        by rule: DeletionRule,
        in page: ScannedPage,
        _ access: AccountAccess
    ) throws(Problem) -> [Bool] {
        var found: [Bool] = []
        for record in page.records.indices {
            let isDeleted: Bool
            if let deletionField {
                isDeleted = rule.holds(page.bytes[page.field(deletionField, ofRecord: record).range])
            } else {
                isDeleted = try computed(rule, page, record, access)
            }
            if isDeleted {
                if found.isEmpty { found = Array(repeating: false, count: page.records.count) }
                found[record] = true
            }
        }
        return found
    }

    private func computed(
        _ rule: DeletionRule,
        _ page: ScannedPage,
        _ record: Int,
        _ access: AccountAccess
    ) throws(Problem) -> Bool {
        do {
            let value = try JSONValue.parse(page.bytes[page.records[record].range], maximumDepth: 512)
            return try rule.template.holds(access.scope(with: ["record": value]))
        } catch {
            throw Problem(message: "record \(record + 1): deleted_when cannot be decided: \(error)")
        }
    }

    private func append(
        _ field: Int,
        _ merged: Merged,
        ofRecord record: Int,
        to page: inout ExtractedPage
    ) throws(Problem) {
        let slice = page.page.field(field, ofRecord: record)
        guard let first = page.page.bytes[slice.range].first, first != UInt8(ascii: "n") else { return }
        let keys: [[UInt8]]
        switch first {
        case UInt8(ascii: "["):
            let items = (try? JSONValue.parse(page.page.bytes[slice.range]))?.elements ?? []
            let texts = items.compactMap(\.lexeme)
            guard texts.count == items.count else {
                throw Problem(
                    message: "record \(record + 1): \(FieldPath.text(merged.path)) has keys that are neither"
                        + " texts nor numbers"
                )
            }
            keys = texts.map { Array($0.utf8) }
        case UInt8(ascii: "{"), UInt8(ascii: "t"), UInt8(ascii: "f"):
            throw Problem(
                message:
                    "record \(record + 1): \(FieldPath.text(merged.path)) is neither a key nor a list of keys"
            )
        default:
            let text = String(decoding: page.page.text(of: slice), as: UTF8.self)
            keys = merged.separator.map { Self.parts(of: text, $0) } ?? [Array(text.utf8)]
        }
        for key in keys where !key.isEmpty { page.mergedKeys.append((record, key)) }
    }

    private static func parts(of text: String, _ separator: String) -> [[UInt8]] {
        let bytes = Array(text.utf8)
        var parts: [[UInt8]] = []
        var start = 0
        for range in bytes.ranges(of: Array(separator.utf8)) {
            parts.append(Array(bytes[start..<range.lowerBound]))
            start = range.upperBound
        }
        parts.append(Array(bytes[start...]))
        return parts.map { part in
            let trimmed = part.drop { $0 == 0x20 }
            return Array(trimmed.prefix(trimmed.count - trimmed.reversed().prefix { $0 == 0x20 }.count))
        }
    }

    private func latest(_ format: VersionFormat, _ field: Int, in page: ExtractedPage) -> Instant? {
        var newest: Instant?
        for record in page.page.records.indices {
            let text = page.page.text(of: page.page.field(field, ofRecord: record))
            guard let time = format.instant(text[...]), time <= page.times.now else { continue }
            newest = max(newest ?? time, time)
        }
        return newest
    }
}
