/// Checkout sessions: one is open for a day at most, then it was completed or has expired.
extension StripeWorld {
    /// For so long a session is open.
    static let openSession = 86_400

    func status(ofSession index: Int) -> String {
        if index >= records { return "open" }
        return number(.checkoutSessions, index, 57, below: 5) == 0 ? "expired" : "complete"
    }

    /// What was paid by a bank transfer may still be on its way.
    func paymentStatus(ofSession index: Int) -> String {
        guard status(ofSession: index) == "complete" else { return "unpaid" }
        return number(.checkoutSessions, index, 58, below: 6) == 0 ? "unpaid" : "paid"
    }

    /// What has paid a session that was complete at the beginning.
    func intent(ofSession index: Int) -> Int? {
        index < records && status(ofSession: index) == "complete" ? index : nil
    }

    /// The lines with which a session was opened; one in fifty has more of them than a page has by default.
    func lines(ofSession index: Int) -> [StripeLine] {
        let choice = number(.checkoutSessions, index, 62, below: 50)
        return (0..<(choice == 0 ? 23 : 1 + choice % 3)).map { line in
            let quantity = 1 + number(.checkoutSessions, index, 63 + UInt64(line) * 32, below: 3)
            let total =
                price(ofSession: index, line: line).map { amount(ofPrice: $0) * quantity }
                ?? 100 + number(.checkoutSessions, index, 64 + UInt64(line) * 32, below: 30_000)
            return StripeLine(number: line, amount: total, quantity: quantity)
        }
    }

    /// Whether the API still has the lines of a session: it has lost those of some old ones.
    func hasLines(session index: Int) -> Bool {
        guard index < records, lostLines > 0 else { return true }
        return Double(number(.checkoutSessions, index, 65, below: 1 << 30)) / Double(1 << 30) >= lostLines
    }

    /// What was bought by a line, where it is a price that is paid once: of the account's own, the next one below.
    private func price(ofSession index: Int, line: Int) -> Int? {
        guard records > 0 else { return nil }
        let salt = 66 + UInt64(line) * 32
        let first = number(.checkoutSessions, index, salt, below: min(index, records - 1) + 1)
        return stride(from: first, through: max(0, first - 40), by: -1).first {
            !isRecurring(price: $0) && currency(ofPrice: $0) == "usd"
        }
    }

    func sessionLinesURL(_ index: Int) -> String {
        "\(StripeCollection.checkoutSessions.path)/\(id(.checkoutSessions, index))/line_items"
    }

    func lineID(ofSession index: Int, _ line: StripeLine) -> String {
        "\(id(prefix: "li_", .checkoutSessions, index))\(line.number)"
    }

    func writeLine(ofSession index: Int, _ line: StripeLine, to writer: inout ObjectWriter) {
        writer.object { writer in
            writer.text("id", lineID(ofSession: index, line))
            writer.text("object", "item")
            writer.nulls("adjustable_quantity")
            writer.number("amount_discount", 0)
            writer.number("amount_subtotal", line.amount)
            writer.number("amount_tax", 0)
            writer.number("amount_total", line.amount)
            writer.text("currency", "usd")
            writer.text("description", "Position \(line.number + 1)")
            writer.raw("metadata", "{}")
            if let price = price(ofSession: index, line: line.number) {
                writer.object("price") { writer in
                    writer.text("id", id(.prices, price))
                    writer.text("object", "price")
                    writePrice(price, to: &writer)
                }
            } else {
                writer.nulls("price")
            }
            writer.number("quantity", line.quantity)
        }
    }

    func writeCheckoutSession(_ index: Int, _ edit: StripeEdit, to writer: inout ObjectWriter) {
        let created = created(.checkoutSessions, index)
        let status = status(ofSession: index)
        let customer = customer(.checkoutSessions, index)
        let amount = (edit.lines ?? lines(ofSession: index)).reduce(0) { $0 + $1.amount }
        writer.raw("adaptive_pricing", #"{"enabled":false}"#)
        writer.nulls("after_expiration", "allow_promotion_codes")
        writer.number("amount_subtotal", amount)
        writer.number("amount_total", amount)
        writer.raw("automatic_tax", #"{"enabled":false,"liability":null,"provider":null,"status":null}"#)
        writer.nulls("billing_address_collection")
        writer.text("cancel_url", "https://shop.example.com/cancel")
        writer.text("client_reference_id", index % 2 == 0 ? "cart_\(index)" : nil)
        writer.nulls("client_secret", "collected_information", "consent", "consent_collection")
        writer.number("created", created)
        writer.text("currency", "usd")
        writer.nulls("currency_conversion")
        writer.raw("custom_fields", "[]")
        writer.raw(
            "custom_text",
            #"{"after_submit":null,"shipping_address":null,"submit":null,"terms_of_service_acceptance":null}"#
        )
        writer.text("customer", id(.customers, customer))
        writer.nulls("customer_account", "customer_creation")
        writer.object("customer_details") { writer in
            writeAddress("address", ofCustomer: customer, to: &writer)
            writer.text("email", email(ofCustomer: customer))
            writer.text("name", name(ofCustomer: customer))
            writer.nulls("phone")
            writer.text("tax_exempt", "none")
            writer.raw("tax_ids", "[]")
        }
        writer.nulls("customer_email")
        writer.raw("discounts", "[]")
        writer.number("expires_at", created + Self.openSession)
        writer.nulls("integration_identifier", "invoice", "invoice_creation")
        writer.bool("livemode", isLive)
        writer.text("locale", "auto")
        writer.raw("managed_payments", #"{"enabled":false}"#)
        writeMetadata(.checkoutSessions, index, to: &writer)
        writer.text("mode", "payment")
        writer.nulls("origin_context")
        writer.text(
            "payment_intent",
            intent(ofSession: index).map { id(.paymentIntents, $0) }
        )
        writer.nulls("payment_link")
        writer.text("payment_method_collection", "if_required")
        writer.nulls("payment_method_configuration_details")
        writer.raw("payment_method_options", "{}")
        writer.raw("payment_method_types", #"["card"]"#)
        writer.text("payment_status", paymentStatus(ofSession: index))
        writer.nulls("permissions")
        writer.raw("phone_number_collection", #"{"enabled":false}"#)
        writer.nulls("recovered_from", "saved_payment_method_options", "setup_intent")
        writer.nulls("shipping_address_collection", "shipping_cost")
        writer.raw("shipping_options", "[]")
        writer.text("status", status)
        writer.nulls("submit_type", "subscription")
        writer.text("success_url", "https://shop.example.com/thanks")
        writer.raw("total_details", #"{"amount_discount":0,"amount_shipping":0,"amount_tax":0}"#)
        writer.text("ui_mode", "hosted_page")
        writer.text(
            "url",
            status == "open"
                ? "https://checkout.stripe.com/c/pay/\(id(.checkoutSessions, index))" : nil
        )
        writer.nulls("wallet_options")
    }
}
