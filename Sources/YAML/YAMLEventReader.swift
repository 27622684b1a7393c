import CYAML

/// What libyaml saw, copied out of its memory.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd, sequenceEnd, mappingEnd
        case alias(String)
        case scalar(text: String, isPlain: Bool)
        case sequenceStart
        case mappingStart(isFlow: Bool)
    }

    var kind: Kind
    var line: Int
    var column: Int
    var anchor: String?
    var tag: String?
}

/// The events of a text, one after the other.
///
/// Owns the parser and the input: libyaml keeps pointers into both, so both have a fixed address. Used by one
/// task, and not Sendable.
@safe final class YAMLEventReader {
    private let file: String
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let length: Int

    init(_ bytes: [UInt8], file: String) {
        self.file = file
        // libyaml counts a byte order mark as a character of line 1 and then rejects line 2.
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        unsafe input = .allocate(capacity: max(1, text.count))
        _ = unsafe input.initialize(fromContentsOf: text)
        unsafe parser = .allocate(capacity: 1)
        precondition(unsafe yaml_parser_initialize(parser) == 1, "out of memory")
        // Without this a byte order mark inside would switch to UTF-16.
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, text.count)
        length = text.count
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    func next() throws(YAMLError) -> YAMLEvent {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { unsafe yaml_event_delete(&event) }
        let mark = unsafe event.start_mark
        var result = YAMLEvent(kind: .streamEnd, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: result.kind = .streamStart
        case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: result.kind = .documentEnd
        case YAML_SEQUENCE_END_EVENT: result.kind = .sequenceEnd
        case YAML_MAPPING_END_EVENT: result.kind = .mappingEnd
        case YAML_ALIAS_EVENT:
            result.kind = .alias(unsafe Self.text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            // By length, not as a C string: a quoted "\0" is a character like any other.
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            result.kind = .scalar(
                text: unsafe String(decoding: bytes, as: UTF8.self),
                isPlain: unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
            )
            result.anchor = unsafe Self.text(scalar.anchor)
            result.tag = unsafe Self.text(scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            result.kind = .sequenceStart
            result.anchor = unsafe Self.text(event.data.sequence_start.anchor)
            result.tag = unsafe Self.text(event.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            let mapping = unsafe event.data.mapping_start
            result.kind = .mappingStart(isFlow: unsafe mapping.style == YAML_FLOW_MAPPING_STYLE)
            result.anchor = unsafe Self.text(mapping.anchor)
            result.tag = unsafe Self.text(mapping.tag)
        default: break
        }
        return result
    }

    private static func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe String(cString: pointer)
    }

    /// libyaml's own words with the place; for what it "did not find" its mark is after the culprit, so the
    /// place where the surrounding thing began is said too.
    private func failure() -> YAMLError {
        let problem =
            unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "the text is no YAML"
        if unsafe parser.pointee.error == YAML_READER_ERROR {
            let place = place(ofByte: unsafe parser.pointee.problem_offset)
            let remedy =
                problem.contains("control") ? "remove it or write it as an escape" : "save the file as UTF-8"
            return YAMLError(
                file: file,
                line: place.line,
                column: place.column,
                problem: "\(problem); \(remedy)"
            )
        }
        let mark = unsafe parser.pointee.problem_mark
        var message = problem
        var lines = [Int(mark.line)]
        if let context = unsafe parser.pointee.context {
            let start = unsafe parser.pointee.context_mark
            let words = unsafe String(cString: context)
            message += " \(words) (from \(start.line + 1):\(start.column + 1))"
            lines.append(Int(start.line))
        }
        if lines.contains(where: { line($0).contains("{{") }) {
            message += "; a text with {{ inside brackets or braces needs quotes"
        } else if line(Int(mark.line)).dropFirst(Int(mark.column)).first == "\t"
            || problem.contains("tab character")
        {
            message += "; indent with spaces"
        } else if problem.contains("cannot start any token") {
            message += "; put the text into quotes"
        }
        return YAMLError(file: file, line: Int(mark.line) + 1, column: Int(mark.column) + 1, problem: message)
    }

    private func place(ofByte offset: Int) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for index in 0..<min(offset, length) {
            let byte = unsafe input[index]
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return (line, column)
    }

    private func line(_ number: Int) -> String {
        let text = unsafe [UInt8](input[..<length])
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return number < lines.count ? String(decoding: lines[number], as: UTF8.self) : ""
    }
}

/// The library that this module runs with.
package enum YAMLLibrary {
    /// As `libyaml/0.2.5`.
    package static var version: String { unsafe "libyaml/\(String(cString: yaml_get_version_string()))" }
}
