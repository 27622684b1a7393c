import Testing

@testable import Extraction

@Suite("What is told of a body that is no page")
struct BodyOutlineTests {
    @Test(
        "names and no values of JSON, the first line of anything else",
        arguments: [
            (
                #"{"data":[{"id":"cus_1","mail": "a@b.c","n":-1.5e3,"ok":true},"#,
                #"{"data":[{"id":"…","mail": "…","n":…,"ok":true},"#
            ),
            (#" [{"a\"b" : "x\"y"#, #" [{"a\"b" : "…""#),
            (#"{"error":"no \\"}"#, #"{"error":"…"}"#),
            (#"["Ann","Lee",491"#, #"["…","…",…"#),
            ("id,name\n1,Ann\n", "id,name"),
            ("<html>\n<body>", "<html>"),
            ("Bad gateway", "Bad gateway"),
            ("", ""),
            (#"{"half":"a\"#, #"{"half":"…""#),
        ]
    )
    func outline(_ head: String, _ expected: String) {
        #expect(BodyOutline.text(of: Array(head.utf8)) == expected)
    }
}
