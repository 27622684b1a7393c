import CPage
import Cryptography
import Web

/// The files of the page, as they were when the program was built.
struct PageFiles: Sendable {
    /// One of them.
    struct File: Sendable {
        var bytes: [UInt8]
        /// Changes with the bytes.
        var tag: String
        var type: String

        init(name: String, bytes: [UInt8]) {
            self.bytes = bytes
            var tag: [UInt8] = []
            Digest.appendHex128(ofSHA256: bytes, to: &tag)
            // Weak: compressed it is other bytes with the same meaning.
            self.tag = "W/\"\(String(decoding: tag, as: UTF8.self))\""
            type =
                switch name.split(separator: ".").last {
                case "html": "text/html; charset=utf-8"
                case "css": "text/css; charset=utf-8"
                case "js": "text/javascript; charset=utf-8"
                default: "image/svg+xml"
                }
        }
    }

    /// Nothing of others, nothing inline, no frames: what is shown came from APIs of others, after all.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

    /// By the path that each is asked for under.
    let files: [String: File]

    /// The files that are built in.
    init() {
        var files: [String: File] = [:]
        var index: Int32 = 0
        while let file = unsafe sluice_page_file(index)?.pointee {
            let name = unsafe String(cString: file.name)
            let bytes = unsafe Array(UnsafeBufferPointer(start: file.bytes, count: Int(file.count)))
            files[Self.path(of: name)] = File(name: name, bytes: bytes)
            index += 1
        }
        self.files = files
    }

    /// Files by their names.
    init(_ files: [String: [UInt8]]) {
        self.files = Dictionary(
            uniqueKeysWithValues: files.map { (Self.path(of: $0.key), File(name: $0.key, bytes: $0.value)) }
        )
    }

    /// The answer to a request for one of them; nil where it is none.
    func answer(_ request: WebRequest) -> WebResponse? {
        guard let file = files[request.path] else { return nil }
        var headers: WebHeaders = [
            "ETag": file.tag, "Cache-Control": "no-cache", "Content-Security-Policy": Self.policy,
        ]
        let known = request.headers.all("If-None-Match").flatMap { $0.split(separator: ",") }
            .map { String($0.drop { $0 == " " }) }
        if known.contains(file.tag) || known.contains("*") {
            return WebResponse(status: 304, headers: headers)
        }
        headers.append("Content-Type", file.type)
        return WebResponse(status: 200, headers: headers, body: .bytes(file.bytes))
    }

    private static func path(of name: String) -> String { name == "index.html" ? "/" : "/\(name)" }
}
