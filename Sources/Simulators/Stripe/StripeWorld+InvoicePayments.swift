/// What pays an invoice: a payment intent.
extension StripeWorld {
    func status(ofInvoicePayment index: Int) -> String {
        if index >= records { return "open" }
        return switch status(ofInvoice: invoice(.invoicePayments, index)) {
        case "paid": "paid"
        case "void": "canceled"
        default: "open"
        }
    }

    func amount(ofInvoicePayment index: Int) -> Int {
        lines(ofInvoice: invoice(.invoicePayments, index)).reduce(0) { $0 + $1.amount }
    }

    /// The payment intent of the same index, or what came later the youngest of the beginning.
    private func intent(ofInvoicePayment index: Int) -> Int { max(0, min(index, records - 1)) }

    func writeInvoicePayment(_ index: Int, to writer: inout ObjectWriter) {
        let created = created(.invoicePayments, index)
        let invoice = invoice(.invoicePayments, index)
        let status = status(ofInvoicePayment: index)
        let amount = amount(ofInvoicePayment: index)
        writer.number("amount_paid", status == "paid" ? amount : nil)
        writer.number("amount_requested", amount)
        writer.number("created", created)
        writer.text("currency", currency(ofInvoice: invoice))
        writer.text("invoice", id(.invoices, invoice))
        writer.bool("is_default", index < records)
        writer.bool("livemode", isLive)
        writer.object("payment") { writer in
            writer.text("payment_intent", id(.paymentIntents, intent(ofInvoicePayment: index)))
            writer.text("type", "payment_intent")
        }
        writer.text("status", status)
        writer.object("status_transitions") { writer in
            writer.number("canceled_at", status == "canceled" ? created + 60 : nil)
            writer.number("paid_at", status == "paid" ? created + 60 : nil)
        }
    }
}
