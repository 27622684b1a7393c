import Core

/// A request's headers as lines for libcurl, and what they mean for the transfer.
struct RequestHeaders {
    private(set) var lines: [String] = []
    /// The `Accept-Encoding` of a request that wants its body decoded while it comes; nil where a whole gzip body is
    /// inflated after the transfer.
    private(set) var streamedCodings: String?

    /// The headers of a request; only where libcurl `mayDecode` the body is it told of other codings than gzip.
    ///
    /// Throws for a name or value that HTTP cannot carry.
    init(
        _ request: HTTPRequest,
        to address: HTTPAddress,
        userAgent: String,
        mayDecode: Bool
    ) throws(HTTPError) {
        var names: Set<String> = []
        for (name, value) in request.headers {
            guard name.isHTTPToken, value.isHTTPHeaderValue else {
                throw HTTPError(
                    .badAddress,
                    "\(address.logged): a request header has a name or value that HTTP cannot carry (a line break?)"
                )
            }
            let key = name.lowercased()
            names.insert(key)
            if key == "accept-encoding", mayDecode, value.namesStreamedCoding {
                streamedCodings = value
            } else {
                // libcurl's way of writing a header without a value.
                lines.append(value.allSatisfy { $0 == " " || $0 == "\t" } ? "\(name);" : "\(name): \(value)")
            }
        }
        if !names.contains("accept-encoding") { lines.append("Accept-Encoding: gzip") }
        if !names.contains("user-agent"), userAgent.isHTTPHeaderValue {
            lines.append("User-Agent: \(userAgent)")
        }
        // What libcurl would add by itself: a wait for "100 Continue", and a form's type for every body.
        if !names.contains("expect") { lines.append("Expect:") }
        if !names.contains("content-type") { lines.append("Content-Type:") }
    }
}

extension String {
    /// Whether the text may stand as a method or a header's name (RFC 9110 §5.6.2).
    var isHTTPToken: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    fileprivate var isHTTPHeaderValue: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 } }

    /// Whether an `Accept-Encoding` asks for more than what is decoded as a whole.
    fileprivate var namesStreamedCoding: Bool {
        lowercased().split(separator: ",").contains { item in
            ["br", "zstd", "deflate"].contains(item.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" })
        }
    }
}
