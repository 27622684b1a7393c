import ExtractorKit
import JSON
import Telemetry
import Testing

@Suite struct RecordTableTests {
    private static func records(_ texts: [String]) throws -> [JSONValue] {
        try texts.map { try JSONValue.parse(Array($0.utf8)) }
    }

    private static let orders = [
        #"{"object":"order","id":"o1","note":null,"status":"paid","lines":[1],"total":12.50,"shop":{"id":1},"updated":5}"#,
        #"{"object":"order","id":"o2","note":null,"status":"open","lines":[],"total":1.00,"shop":{"id":2},"updated":6}"#,
        #"{"object":"order","id":"o3","note":"x","status":"open","lines":[],"total":100,"shop":{"id":2},"updated":7}"#,
    ]

    @Test func keyAndVersionComeFirstAndThenWhatTells() throws {
        let table = RecordTable(try Self.records(Self.orders), key: [["id"]], version: ["updated"], width: 80)
        #expect(
            table.table.lines() == [
                "ID  UPDATED  STATUS  TOTAL",
                "o1        5  paid    12.50",
                "o2        6  open     1.00",
                "o3        7  open      100",
            ]
        )
        // The same in all, mostly null, or nested: by name only.
        #expect(table.others == ["object", "note", "lines", "shop"])
    }

    @Test(arguments: [20, 30, 60, 120])
    func itKeepsToTheWidth(width: Int) throws {
        let table = RecordTable(
            try Self.records(Self.orders),
            key: [["id"]],
            version: ["updated"],
            width: width
        )
        for line in table.table.lines(width: width) { #expect(line.count <= width) }
        #expect(table.table.columns.first?.heading == "ID")
    }

    @Test func aCompositeKeyIsSeveralColumnsAndMayLieDeep() throws {
        let records = try Self.records([#"{"shop":{"id":1},"id":"a"}"#, #"{"shop":{"id":2},"id":"b"}"#])
        let table = RecordTable(records, key: [["shop", "id"], ["id"]], version: nil, width: 80)
        #expect(table.table.lines() == ["SHOP.ID  ID", "      1  a", "      2  b"])
    }

    @Test func digitsStayAndControlsDoNot() throws {
        let records = try Self.records([#"{"id":12345678901234567890,"name":"a\u001b[31m"}"#])
        let lines = RecordTable(records, key: [["id"]], version: nil, width: 80).table.lines()
        #expect(lines[1].contains("12345678901234567890"))
        #expect(!lines[1].contains("\u{1B}"))
    }

    @Test func aRecordThatIsNoObjectHasARow() throws {
        let table = RecordTable(try Self.records(["1", "[]"]), key: [["id"]], version: nil, width: 80)
        #expect(table.table.rows.count == 2)
    }
}
