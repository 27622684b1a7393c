/// Plans: the older form of a recurring price.
extension StripeWorld {
    func product(ofPlan index: Int) -> Int { birth(.plans, index)?.parent ?? index / 3 * 3 }

    func writePlan(_ index: Int, to writer: inout ObjectWriter) {
        let amount = 500 + number(.plans, index, 48, below: 200) * 50
        writer.bool("active", isActive(.plans, index))
        writer.number("amount", amount)
        writer.text("amount_decimal", String(amount))
        writer.text("billing_scheme", "per_unit")
        writer.number("created", created(.plans, index))
        writer.text("currency", ["usd", "eur", "gbp"][number(.plans, index, 49, below: 3)])
        writer.text("interval", ["month", "year", "week"][number(.plans, index, 50, below: 3)])
        writer.number("interval_count", 1)
        writer.bool("livemode", isLive)
        writeMetadata(.plans, index, to: &writer)
        writer.nulls("meter", "nickname")
        writer.text("product", id(.products, product(ofPlan: index)))
        writer.nulls("tiers_mode", "transform_usage")
        writer.number("trial_period_days", index % 5 == 0 ? 14 : nil)
        writer.text("usage_type", "licensed")
    }
}
