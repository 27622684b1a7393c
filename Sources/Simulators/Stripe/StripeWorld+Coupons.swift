/// Coupons: so many percent off, or so much.
extension StripeWorld {
    /// How often a coupon, or the code of one, was redeemed at first.
    func redemptions(of collection: StripeCollection, _ index: Int) -> Int {
        number(collection, index, collection == .coupons ? 52 : 53, below: 30)
    }

    func writeCoupon(_ index: Int, to writer: inout ObjectWriter) {
        let isPercent = index % 3 > 0
        let duration = ["once", "repeating", "forever"][number(.coupons, index, 51, below: 3)]
        writer.number("amount_off", isPercent ? nil : 500 + index % 20 * 100)
        writer.number("created", created(.coupons, index))
        writer.text("currency", isPercent ? nil : "usd")
        writer.text("duration", duration)
        writer.number("duration_in_months", duration == "repeating" ? 3 : nil)
        writer.bool("livemode", isLive)
        writer.nulls("max_redemptions")
        writeMetadata(.coupons, index, to: &writer)
        writer.text("name", "Offer \(index)")
        writer.raw("percent_off", isPercent ? "\(5 + index % 40).5" : "null")
        writer.nulls("redeem_by")
        writer.number("times_redeemed", redemptions(of: .coupons, index))
        writer.bool("valid", true)
    }
}
