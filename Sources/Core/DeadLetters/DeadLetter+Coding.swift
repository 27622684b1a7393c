import JSON

extension DeadLetter {
    /// No letter is larger: a record of `wholeBytes`, and texts.
    private static let maximumBytes = 4 << 20

    /// The letter in a record of its topic; an older format is read, a newer one refused.
    package init(_ bytes: [UInt8], id: String) throws(StateError) {
        let noun = "the dead letter \(id)"
        var document = try StateDocument(
            bytes,
            noun: noun,
            newestFormat: Self.format,
            limit: Self.maximumBytes
        )
        self.id = try document.text("id")
        account = try document.account("account")
        do {
            stream = try StreamName(document.text("stream"))
        } catch let error as NameError {
            throw StateDocument.unreadable(noun, error.message)
        } catch let error as StateError {
            throw error
        } catch {
            preconditionFailure("a name has no other problems")
        }
        topic = try document.text("topic")
        key = Array(try document.text("key").utf8)
        parent = try document.optionalText("parent").map { Array($0.utf8) }
        let reason = try document.value("reason")
        guard let code = reason["code"]?.text, let text = reason["text"]?.text else {
            throw StateDocument.unreadable(noun, "it has no reason")
        }
        self.reason = Reason(code: code, text: text)
        run = try document.text("run")
        at = try document.time("at")
        seen = try document.time("seen")
        read = try document.optionalInt("read")
        let bookmark = try document.value("bookmark")
        self.bookmark = bookmark == .null ? nil : bookmark.bytes()
        size = try document.int("size")
        sha256 = try document.text("sha256")
        let head = try document.optionalText("head")
        _ = try document.value("record")
        if let head {
            guard let first = Base64.decode(head) else {
                throw StateDocument.unreadable(noun, "its head is no Base64")
            }
            content = .head(first)
        } else {
            content = .whole(try Self.record(in: bytes, noun))
        }
        try document.finish()
    }

    /// The record's own bytes: a parsed value would not have its escapes and digits.
    private static func record(in bytes: [UInt8], _ noun: String) throws(StateError) -> [UInt8] {
        do {
            let page = try scanner.scan([UInt8(ascii: "[")] + bytes + [UInt8(ascii: "]")])
            return Array(page.bytes[page.field(0, ofRecord: 0).range])
        } catch {
            throw StateDocument.unreadable(noun, "\(error)")
        }
    }

    private static let scanner = PageScanner(
        plan: ScanPlan(records: [], recordFields: [["record"]], pageFields: [])
    )

    /// The value of the record in its topic: compact JSON, the record last and as it came.
    package var bytes: [UInt8] {
        var json: [UInt8] = []
        func open(_ name: String) { json.append(contentsOf: ",\"\(name)\":".utf8) }
        func append(_ name: String, _ text: (some Collection<UInt8>)?) {
            open(name)
            guard let text else { return json.append(contentsOf: "null".utf8) }
            JSONText.appendQuoted(text, to: &json)
        }
        json.append(contentsOf: "{\"format\":\(Self.format)".utf8)
        for (name, text) in [
            ("id", id), ("account", account.text), ("stream", stream.text), ("topic", topic),
        ] {
            append(name, text.utf8)
        }
        append("key", key)
        append("parent", parent)
        open("reason")
        JSONValue.object([
            .init(name: "code", value: .string(reason.code)),
            .init(name: "text", value: .string(reason.text)),
        ]).append(to: &json)
        append("run", run.utf8)
        append("at", at.recordText.utf8)
        append("seen", seen.recordText.utf8)
        open("read")
        JSONValue.optional(read).append(to: &json)
        open("bookmark")
        json.append(contentsOf: bookmark ?? Array("null".utf8))
        open("size")
        json.append(contentsOf: String(size).utf8)
        append("sha256", sha256.utf8)
        switch content {
        case .whole(let record):
            append("head", String.UTF8View?.none)
            open("record")
            json.append(contentsOf: record)
        case .head(let first):
            append("head", Base64.encode(first).utf8)
            open("record")
            json.append(contentsOf: "null".utf8)
        }
        json.append(UInt8(ascii: "}"))
        return json
    }
}
