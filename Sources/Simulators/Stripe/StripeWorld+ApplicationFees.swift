/// The fees of a platform, of charges on connected accounts.
extension StripeWorld {
    func amount(ofFee index: Int) -> Int { 10 + number(.applicationFees, index, 63, below: 5_000) }

    func charge(ofFee index: Int) -> Int { birth(.applicationFees, index)?.parent ?? index & ~1 }

    func writeApplicationFee(_ index: Int, to writer: inout ObjectWriter) {
        let charge = charge(ofFee: index)
        let id = id(.applicationFees, index)
        writer.text("account", "acct_connected\(index % 5)")
        writer.number("amount", amount(ofFee: index))
        writer.number("amount_refunded", 0)
        writer.text("application", "ca_simulated")
        writer.nulls("balance_transaction")
        writer.text("charge", self.id(.charges, charge))
        writer.number("created", created(.applicationFees, index))
        writer.text("currency", currency(ofCharge: charge))
        writer.raw("fee_source", #"{"charge":"\#(self.id(.charges, charge))","type":"charge"}"#)
        writer.bool("livemode", isLive)
        writer.nulls("originating_transaction")
        writer.bool("refunded", false)
        writer.raw("refunds", list([], url: "/v1/application_fees/\(id)/refunds"))
    }

    /// A refund of so much of a fee at that second; `number` tells several apart.
    func refund(ofFee index: Int, number: Int, amount: Int, at second: Int) -> String {
        #"{"id":"\#(id(prefix: "fr_", .applicationFees, index))\#(number)","object":"fee_refund","#
            + #""amount":\#(amount),"balance_transaction":null,"created":\#(second),"#
            + #""currency":"\#(currency(ofCharge: charge(ofFee: index)))","#
            + #""fee":"\#(id(.applicationFees, index))",\#(Self.noMetadata)}"#
    }

    static let noMetadata = #""metadata":{}"#
}
