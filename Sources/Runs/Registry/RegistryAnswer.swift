import Core
import JSON

/// What a registry answered.
struct RegistryAnswer: Sendable {
    /// As much of its words as is told again (I7).
    private static let longest = 500

    var status: Int
    var body: JSONValue

    /// An answer; one whose body is no JSON has its text as words.
    init(_ response: HTTPResponse) {
        status = response.status
        body =
            (try? JSONValue.parse(response.body)) ?? .string(String(decoding: response.body, as: UTF8.self))
    }

    var isSuccess: Bool { (200..<300).contains(status) }

    /// Whether the same might be answered otherwise in a while.
    var isTemporary: Bool { [408, 425, 429].contains(status) || status >= 500 }

    /// Its own code, finer than the status: 40401 has no such subject.
    var code: Int? { body["error_code"]?.int }

    /// Whether there is no such subject, version or schema; a 404 without a code comes from something else.
    var isAbsent: Bool { status == 404 && (40_401...40_403).contains(code ?? 0) }

    /// The id of a schema, which has no more than 31 bits.
    var id: Int32? { body["id"]?.int.flatMap { Int32(exactly: $0) }.flatMap { $0 >= 0 ? $0 : nil } }

    /// What it says, as it says it.
    var words: String {
        var text =
            body["message"]?.text ?? body["messages"]?.elements?.compactMap(\.text).joined(separator: "; ")
        if text == nil, !body.isNull { text = body.text ?? body.compactText }
        let told = (text ?? "").split(whereSeparator: \.isNewline).joined(separator: " ")
        return told.count > Self.longest ? told.prefix(Self.longest) + "…" : told
    }
}
