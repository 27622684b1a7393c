/// Promotion codes: what a customer types in for a coupon.
extension StripeWorld {
    func coupon(ofCode index: Int) -> Int { birth(.promotionCodes, index)?.parent ?? index }

    func code(_ index: Int) -> String { "SAVE\(index)" }

    /// Some are for one customer alone.
    func isPersonal(code index: Int) -> Bool { index % 4 == 0 && index < records }

    func writePromotionCode(_ index: Int, to writer: inout ObjectWriter) {
        writer.bool("active", isActive(.promotionCodes, index))
        writer.text("code", code(index))
        writer.number("created", created(.promotionCodes, index))
        writer.text(
            "customer",
            isPersonal(code: index) ? id(.customers, customer(.promotionCodes, index)) : nil
        )
        writer.nulls("customer_account", "expires_at")
        writer.bool("livemode", isLive)
        writer.nulls("max_redemptions")
        writeMetadata(.promotionCodes, index, to: &writer)
        writer.object("promotion") { writer in
            writer.text("coupon", id(.coupons, coupon(ofCode: index)))
            writer.text("type", "coupon")
        }
        writer.raw(
            "restrictions",
            #"{"first_time_transaction":false,"minimum_amount":null,"minimum_amount_currency":null}"#
        )
        writer.number("times_redeemed", redemptions(of: .promotionCodes, index))
    }
}
