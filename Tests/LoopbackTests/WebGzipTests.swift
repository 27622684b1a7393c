import Testing
import Web

@Suite struct WebGzipTests {
    @Test(arguments: [
        ("gzip", true),
        ("deflate, GZIP;q=0.5", true),
        ("*", true),
        ("gzip;q=0", false),
        ("gzip; q=0.0, identity", false),
        ("br", false),
        ("", false),
    ])
    func encodesForWhoAccepts(accepted: String, isEncoded: Bool) {
        let request = WebRequest(method: "GET", target: "/", headers: ["Accept-Encoding": accepted])
        let plain = WebResponse.json([UInt8](repeating: UInt8(ascii: " "), count: 5000))
        let response = GzipEncoder().encode(plain, for: request)
        #expect(response.headers["Content-Encoding"] == (isEncoded ? "gzip" : nil))
        guard case .bytes(let bytes) = response.body else { return #expect(Bool(false)) }
        #expect(bytes.starts(with: [0x1F, 0x8B]) == isEncoded)
        #expect((bytes.count < 200) == isEncoded)
    }

    @Test func leavesSmallBodiesAlone() {
        let request = WebRequest(method: "GET", target: "/", headers: ["Accept-Encoding": "gzip"])
        #expect(GzipEncoder().encode(.text("small"), for: request).headers["Content-Encoding"] == nil)
    }
}
