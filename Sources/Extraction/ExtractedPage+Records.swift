package import Core
import JSON

extension ExtractedPage {
    /// A record's key as events bear it: a text's decoded UTF-8, a number's digits, of several a JSON array.
    package func keyText(ofRecord record: Int) -> [UInt8] {
        page.keyText(ofRecord: record, fields: keyFields)
    }

    /// The time that a record's version is; nil where it has none, or one that is no time.
    package func versionTime(ofRecord record: Int, format: VersionFormat) -> Instant? {
        guard let versionField else { return nil }
        let slice = page.field(versionField, ofRecord: record)
        return slice.isAbsent ? nil : format.instant(page.text(of: slice)[...])
    }
}

extension ScannedPage {
    /// A record's key of these fields, as events bear it.
    func keyText(ofRecord record: Int, fields: Range<Int>) -> [UInt8] {
        if fields.count == 1 { return text(of: field(fields.lowerBound, ofRecord: record)) }
        let parts = fields.map { index -> JSONValue in
            let slice = field(index, ofRecord: record)
            let text = String(decoding: text(of: slice), as: UTF8.self)
            let isText = bytes[slice.range].first == UInt8(ascii: "\"")
            return isText ? .string(text) : .number(text)
        }
        return JSONValue.array(parts).bytes()
    }
}
