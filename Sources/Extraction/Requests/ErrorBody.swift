import Core
import JSON

/// What an answer without a page says in its body, in whichever form.
package struct ErrorBody: Sendable {
    /// What a body is, by its first byte and by whether it can be read.
    package enum Form: String, CaseIterable, Sendable {
        case json, text, html, empty
    }

    /// A larger one is no error of an API.
    private static let maximumBytes = 1 << 16
    private static let maximumText = 300

    var form: Form
    /// The API's own code and message, where the table says that they stand.
    var code: String?
    var message: String?
    /// What a text or a page says that is none of the API's own forms.
    private var foreign: String?

    /// What there is to read for a person, and for a rule that names a part of it.
    var text: String? { message ?? foreign }

    init(_ response: HTTPResponse, messagePaths: [[String]], codePaths: [[String]]) {
        let body = response.body
        let first = body.first { !" \t\r\n".utf8.contains($0) }
        if first == nil {
            form = .empty
        } else if let value = body.count <= Self.maximumBytes ? try? JSONValue.parse(body) : nil {
            form = .json
            code = value.firstText(at: codePaths)
            message = value.firstText(at: messagePaths)
        } else if first == UInt8(ascii: "<") {
            form = .html
            foreign = Self.title(of: body).map { "a page of HTML, \"\($0)\"" } ?? "a page of HTML or XML"
        } else {
            form = .text
            foreign = String(decoding: body.prefix(Self.maximumText), as: UTF8.self)
        }
    }

    /// What stands between `<title>` and `</title>`.
    private static func title(of page: [UInt8]) -> String? {
        let page = page.prefix(4096)
        let lower = page.map { (65...90).contains($0) ? $0 + 32 : $0 }
        guard let start = lower.firstRange(of: Array("<title>".utf8))?.upperBound,
            let end = lower[start...].firstRange(of: Array("</title>".utf8))?.lowerBound
        else { return nil }
        let title = String(decoding: page[start..<end].prefix(100), as: UTF8.self)
        return title.allSatisfy(\.isWhitespace) ? nil : title
    }
}

extension JSONValue {
    /// The first text or number at one of several paths.
    func firstText(at paths: [[String]]) -> String? {
        for path in paths {
            if let text = text(at: path) { return text }
        }
        return nil
    }

    /// The text or the number at a path; a number in the path leads into an array.
    func text(at path: [String]) -> String? {
        let value = path.reduce(Optional(self)) { value, name in
            guard let elements = value?.elements else { return value?[name] }
            guard let index = Int(name), elements.indices.contains(index) else { return nil }
            return elements[index]
        }
        switch value {
        case .string(let text): return text
        case .number(let lexeme): return lexeme
        default: return nil
        }
    }
}
