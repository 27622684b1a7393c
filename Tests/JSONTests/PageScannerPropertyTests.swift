import Foundation
import JSON
import ProcessSupport
import Testing

/// The scanner against slower ways to the same answer, over random pages and random damage.
@Suite struct PageScannerPropertyTests {
    private static let fields = [["id"], ["a"], ["o", "id"], ["o", "o", "é"], ["o"]]
    private static let scanner = PageScanner(
        plan: ScanPlan(records: ["data"], recordFields: fields, pageFields: [["next"], ["o", "a"]])
    )

    private static let wholeFields = [["data"], ["next"], ["o", "a"], ["o"]]
    private static let wholeScanner = PageScanner(
        plan: ScanPlan(records: .whole, recordFields: wholeFields)
    )

    @Test(arguments: 0..<8)
    func agreesWithTheTreeOverRandomPages(part: UInt64) throws {
        for seed in 0..<150 {
            var generator = PageGenerator(seed: part << 32 | UInt64(seed))
            let text = generator.page()
            let tree = try JSONValue.parse(text, maximumDepth: 512)
            let page = try Self.scanner.scan(text)
            #expect(page.bytes == Naive.compact(text))
            let records = try #require(tree["data"]?.elements)
            try #require(page.records.count == records.count)
            try #require(page.fields.count == records.count * Self.fields.count)
            for (index, record) in records.enumerated() {
                try expect(page.records[index], of: page, is: record)
                for (field, path) in Self.fields.enumerated() {
                    let value = path.reduce(Optional(record)) { $0?[$1] }
                    try expect(page.field(field, ofRecord: index), of: page, is: value)
                }
            }
            let whole = try Self.wholeScanner.scan(text)
            #expect(whole.bytes == page.bytes)
            try expect(whole.records[0], of: whole, is: tree)
            for (field, path) in Self.wholeFields.enumerated() {
                try expect(
                    whole.field(field, ofRecord: 0),
                    of: whole,
                    is: path.reduce(Optional(tree)) { $0?[$1] }
                )
            }
            try expect(page.pageFields[0], of: page, is: tree["next"])
            try expect(page.pageFields[1], of: page, is: tree["o"]?["a"])
        }
    }

    /// A slice is the compact form of a value, which no byte around it could be part of.
    private func expect(_ slice: ByteSlice, of page: ScannedPage, is value: JSONValue?) throws {
        guard let value else {
            #expect(slice.isAbsent)
            return
        }
        let token = Array(page.bytes[slice.range])
        #expect(token == Naive.compact(token))
        #expect(try JSONValue.parse(token, maximumDepth: 512) == value)
    }

    @Test(arguments: 0..<8)
    func agreesWithOtherParsersOverDamage(part: UInt64) throws {
        var refused = 0
        for seed in 0..<400 {
            var generator = PageGenerator(seed: 1 << 60 | part << 32 | UInt64(seed))
            let text = generator.damaged(generator.page())
            let parsed = Result { () throws(JSONError) in try JSONValue.parse(text, maximumDepth: 512) }
            let scanned = Result { () throws(JSONError) in try Self.scanner.scan(text) }
            switch (scanned, parsed) {
            case (.success(let page), .success):
                #expect(page.bytes == Naive.compact(text))
            case (.success(let page), .failure(let error)):
                // The scanner lets a name stand twice that its plan does not use.
                #expect(error.code == .duplicateName, "\(String(decoding: text, as: UTF8.self))")
                #expect(page.bytes == Naive.compact(text))
            case (.failure(let error), .success):
                refused += 1
                #expect(
                    [.noRecords, .badRecord].contains(error.code),
                    "\(error) \(String(decoding: text, as: UTF8.self))"
                )
            case (.failure(let scanned), .failure(let parsed)):
                refused += 1
                let mayDiffer =
                    [.noRecords, .badRecord, .duplicateName].contains(scanned.code)
                    || parsed.code == .duplicateName
                #expect(
                    scanned.code == parsed.code && scanned.offset == parsed.offset || mayDiffer,
                    "\(scanned), \(parsed): \(String(decoding: text, as: UTF8.self))"
                )
            }
            try compareWithFoundation(text, isAccepted: (try? scanned.get()) != nil)
        }
        #expect(refused > 50)
    }

    /// Foundation takes trailing commas and byte order marks and refuses some that are valid (lone
    /// surrogates, huge exponents): what we accept without those it must accept.
    private func compareWithFoundation(_ text: [UInt8], isAccepted: Bool) throws {
        let plain = String(decoding: text, as: UTF8.self)
        guard isAccepted, !plain.contains("\\u"), !plain.contains(where: { $0 == "E" || $0 == "e" }) else {
            return
        }
        #expect(throws: Never.self, "\(plain)") {
            try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
        }
    }

    @Test func decodesAndQuotesAnyText() throws {
        for seed in 0..<500 {
            var generator = PageGenerator(seed: 1 << 61 | UInt64(seed))
            let text = generator.text()
            var token: [UInt8] = []
            JSONText.appendQuoted(text.utf8, to: &token)
            #expect(try JSONValue.parse(token) == .string(text))
            var unscanned: [UInt8] = []
            JSONText.appendQuoted(AnySequence(text.utf8), to: &unscanned)
            #expect(unscanned == token)
            let decoded = try JSONSerialization.jsonObject(with: Data(token), options: .fragmentsAllowed)
            #expect((decoded as? String).map { Array($0.utf8) } == Array(text.utf8))
            // With every scalar escaped by number it is the same text.
            let escaped = text.utf16.map { unit in "\\u" + String(0x10000 + Int(unit), radix: 16).dropFirst()
            }
            var plain: [UInt8] = []
            JSONText.decodeString(Array(("\"" + escaped.joined() + "\"").utf8)[...], into: &plain)
            #expect(plain == Array(text.utf8))
        }
    }
}
