/// Tax rates.
extension StripeWorld {
    func isInclusive(taxRate index: Int) -> Bool { index % 2 == 0 }

    func writeTaxRate(_ index: Int, to writer: inout ObjectWriter) {
        let country = ["DE", "FR", "IT", "ES"][number(.taxRates, index, 62, below: 4)]
        writer.bool("active", isActive(.taxRates, index))
        writer.text("country", country)
        writer.number("created", created(.taxRates, index))
        writer.text("description", "VAT \(country)")
        writer.text("display_name", "VAT")
        writer.nulls("effective_percentage", "flat_amount")
        writer.bool("inclusive", isInclusive(taxRate: index))
        writer.text("jurisdiction", country)
        writer.text("jurisdiction_level", "country")
        writer.bool("livemode", isLive)
        writeMetadata(.taxRates, index, to: &writer)
        writer.raw("percentage", "\(5 + index % 20).5")
        writer.text("rate_type", "percentage")
        writer.nulls("state")
        writer.text("tax_type", "vat")
    }
}
