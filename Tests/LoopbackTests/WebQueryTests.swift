import Testing
import Web

@Suite struct WebQueryTests {
    @Test(arguments: [
        ("types=a&types=b", ["a", "b"]),
        ("types[]=a&types[]=b", ["a", "b"]),
        ("types[0]=a&types%5B1%5D=b", ["a", "b"]),
        ("types[x]=a&typesx=b&types[0", []),
        ("", []),
    ])
    func readsListsHoweverWritten(text: String, values: [String]) {
        #expect(WebQuery(parsing: Array(text.utf8)).list("types") == values)
    }

    @Test(
        arguments: [
            ("created[gte]", "created", ["gte"]),
            ("a[b][c]", "a", ["b", "c"]),
            ("a", "a", []),
            ("a[]", "a", [""]),
            ("a[b", "a", nil),
            ("a[b]c", "a", nil),
        ] as [(String, String, [String]?)]
    )
    func takesBracketsApart(name: String, root: String, keys: [String]?) throws {
        let item = try #require(WebQuery(parsing: Array("\(name)=1".utf8)).items.first)
        #expect(item.root == root)
        #expect(item.keys?.map(String.init) == keys)
    }
}
