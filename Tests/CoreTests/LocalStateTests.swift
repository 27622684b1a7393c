import ProcessSupport
import Testing

@testable import Core

@Suite struct LocalStateTests {
    private static func state() throws -> LocalState {
        let account = try AccountName("stripe/acme")
        var state = LocalState(account: account, id: "0123456789abcdef0123456789abcdef", run: "r1")
        state.transaction = 7
        state.files = [
            .init(
                stream: try StreamName("customers"),
                length: 1234,
                modified: 1_767_323_045_123_456_789,
                tail: "cbf29ce484222325"
            )
        ]
        state.log = .init(generation: 2, length: 500, base: 300)
        let key = StateKey.bookmark(account, try StreamName("customers")).bytes
        state.records = [key: Array(#"{"format":1}"#.utf8)]
        state.updated = 1_767_323_045_123
        return state
    }

    @Test func isReadAndWrittenAsItWas() throws {
        let bytes = try Golden.bytes("local-1.json")
        let state = try LocalState(bytes, path: "state.json")
        #expect(try state == Self.state())
        #expect(state.bytes == bytes + [UInt8(ascii: "\n")])
    }

    @Test(arguments: [
        (#""format":1,"#, #""format":2,"#, "upgrade sluice"),
        (#""running""#, #""sleeping""#, "its status is"),
        (#""stripe/acme","id""#, #""stripe","id""#, "names no account"),
        (#""base":300"#, #""base":300,"more":1"#, "\"more\""), (#""length":500"#, #""length":-1"#, "length"),
        (#"["bookmark","stripe/acme","customers"]"#, "7", "no array"), ("}", "", "cannot be read"),
    ])
    func othersAreRefused(old: String, new: String, message: String) throws {
        let text = String(decoding: try Golden.bytes("local-1.json"), as: UTF8.self)
        let at = try #require(text.firstRange(of: old))
        let other = text.replacingCharacters(at, new)
        let error = #expect(throws: StateError.self) {
            try LocalState(Array(other.utf8), path: "d/state.json")
        }
        #expect(error?.message.contains(message) == true)
        #expect(error?.message.contains("d/state.json") == true)
    }
}

extension String {
    fileprivate func replacingCharacters(_ range: Range<Index>, _ text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
