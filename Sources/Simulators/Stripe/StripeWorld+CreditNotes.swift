/// Credit notes, each with one line.
extension StripeWorld {
    private func amount(ofCreditNote index: Int) -> Int { 50 + number(.creditNotes, index, 54, below: 50) }

    func status(ofCreditNote index: Int) -> String {
        index < records && number(.creditNotes, index, 55, below: 10) == 0 ? "void" : "issued"
    }

    func writeCreditNote(_ index: Int, to writer: inout ObjectWriter) {
        let amount = amount(ofCreditNote: index)
        let created = created(.creditNotes, index)
        let invoice = invoice(.creditNotes, index)
        let status = status(ofCreditNote: index)
        let id = id(.creditNotes, index)
        writer.number("amount", amount)
        writer.number("amount_shipping", 0)
        writer.number("created", created)
        writer.text("currency", currency(ofInvoice: invoice))
        writer.text("customer", self.id(.customers, customer(.creditNotes, index)))
        writer.nulls("customer_account", "customer_balance_transaction")
        writer.number("discount_amount", 0)
        writer.raw("discount_amounts", "[]")
        writer.number("effective_at", created)
        writer.text("invoice", self.id(.invoices, invoice))
        writeInlineList("lines", count: 1, url: "/v1/credit_notes/\(id)/lines", to: &writer) {
            writeLine(ofCreditNote: index, amount: amount, to: &$1)
        }
        writer.bool("livemode", isLive)
        writer.nulls("memo")
        writeMetadata(.creditNotes, index, to: &writer)
        writer.text("number", "CN-\(index + 1)")
        writer.nulls("out_of_band_amount")
        writer.text("pdf", "https://pay.stripe.com/credit_notes/\(id)/pdf")
        writer.number("post_payment_amount", amount)
        writer.number("pre_payment_amount", 0)
        writer.raw("pretax_credit_amounts", "[]")
        let reasons = [nil, "duplicate", "order_change", "product_unsatisfactory"]
        writer.text("reason", reasons[number(.creditNotes, index, 56, below: reasons.count)])
        writer.raw("refunds", "[]")
        writer.nulls("shipping_cost")
        writer.text("status", status)
        writer.number("subtotal", amount)
        writer.number("subtotal_excluding_tax", amount)
        writer.number("total", amount)
        writer.number("total_excluding_tax", amount)
        writer.raw("total_taxes", "[]")
        writer.text("type", "post_payment")
        writer.number("voided_at", status == "void" ? created + 60 : nil)
    }

    private func writeLine(ofCreditNote index: Int, amount: Int, to writer: inout ObjectWriter) {
        writer.object { writer in
            writer.text("id", id(prefix: "cnli_", .creditNotes, index))
            writer.text("object", "credit_note_line_item")
            writer.number("amount", amount)
            writer.text("description", "For trouble \(index)")
            writer.number("discount_amount", 0)
            writer.raw("discount_amounts", "[]")
            writer.bool("livemode", isLive)
            writer.nulls("metadata")
            writer.raw("pretax_credit_amounts", "[]")
            writer.number("quantity", 1)
            writer.raw("tax_rates", "[]")
            writer.raw("taxes", "[]")
            writer.text("type", "custom_line_item")
            writer.number("unit_amount", amount)
            writer.text("unit_amount_decimal", String(amount))
        }
    }
}
