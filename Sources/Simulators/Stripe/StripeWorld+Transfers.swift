/// Transfers to connected accounts.
extension StripeWorld {
    func amount(ofTransfer index: Int) -> Int { 100 + number(.transfers, index, 61, below: 100_000) }

    func writeTransfer(_ index: Int, to writer: inout ObjectWriter) {
        let id = id(.transfers, index)
        writer.number("amount", amount(ofTransfer: index))
        writer.number("amount_reversed", 0)
        writer.nulls("balance_transaction")
        writer.number("created", created(.transfers, index))
        writer.text("currency", "usd")
        writer.nulls("description")
        writer.text("destination", "acct_connected\(index % 5)")
        writer.text("destination_payment", self.id(prefix: "py_", .transfers, index))
        writer.bool("livemode", isLive)
        writeMetadata(.transfers, index, to: &writer)
        writer.raw("reversals", list([], url: "/v1/transfers/\(id)/reversals"))
        writer.bool("reversed", false)
        writer.nulls("source_transaction")
        writer.text("source_type", "card")
        writer.text("transfer_group", index % 3 == 0 ? "ORDER\(index)" : nil)
    }

    /// The transfer's one reversal, of so much at that second.
    func reversal(ofTransfer index: Int, amount: Int, at second: Int) -> String {
        #"{"id":"\#(id(prefix: "trr_", .transfers, index))","object":"transfer_reversal","amount":\#(amount),"#
            + #""balance_transaction":null,"created":\#(second),"currency":"usd","#
            + #""destination_payment_refund":null,"metadata":{},"source_refund":null,"#
            + #""transfer":"\#(id(.transfers, index))"}"#
    }

    /// A list inside of an object, as JSON.
    func list(_ elements: [String], url: String) -> String {
        #"{"object":"list","data":[\#(elements.joined(separator: ","))],"has_more":false,"url":"\#(url)"}"#
    }
}
