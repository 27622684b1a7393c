/// Invoice items: those of even index are on an invoice, the others wait for the next one.
extension StripeWorld {
    func isAttached(invoiceItem index: Int) -> Bool { index % 2 == 0 && index < records }

    /// The invoice that something belongs to, one that is no draft.
    func invoice(_ collection: StripeCollection, _ index: Int) -> Int {
        if let parent = birth(collection, index)?.parent { return parent }
        var invoice = index
        while invoice > 0, status(ofInvoice: invoice) == "draft" { invoice -= 1 }
        return invoice
    }

    func currency(ofInvoiceItem index: Int) -> String {
        isAttached(invoiceItem: index) ? currency(ofInvoice: invoice(.invoiceItems, index)) : "usd"
    }

    func amount(ofInvoiceItem index: Int) -> Int { 100 + number(.invoiceItems, index, 47, below: 20_000) }

    /// It has a `date`, and no `created`.
    func writeInvoiceItem(_ index: Int, to writer: inout ObjectWriter) {
        let date = created(.invoiceItems, index)
        let amount = amount(ofInvoiceItem: index)
        let invoice = isAttached(invoiceItem: index) ? invoice(.invoiceItems, index) : nil
        writer.number("amount", amount)
        writer.text("currency", currency(ofInvoiceItem: index))
        writer.text("customer", id(.customers, customer(.invoiceItems, index)))
        writer.nulls("customer_account")
        writer.number("date", date)
        writer.text("description", "Extra work \(index)")
        writer.bool("discountable", true)
        writer.raw("discounts", "[]")
        writer.text("invoice", invoice.map { id(.invoices, $0) })
        writer.bool("livemode", isLive)
        writeMetadata(.invoiceItems, index, to: &writer)
        writer.number("net_amount", amount)
        writer.nulls("parent")
        writer.raw("period", #"{"end":\#(date),"start":\#(date)}"#)
        writer.nulls("pricing")
        writer.bool("proration", false)
        writer.number("quantity", 1)
        writer.text("quantity_decimal", "1")
        writer.raw("tax_rates", "[]")
        writer.nulls("test_clock")
    }
}
