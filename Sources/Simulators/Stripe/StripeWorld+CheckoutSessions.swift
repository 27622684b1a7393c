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

    func writeCheckoutSession(_ index: Int, to writer: inout ObjectWriter) {
        let created = created(.checkoutSessions, index)
        let status = status(ofSession: index)
        let customer = customer(.checkoutSessions, index)
        let amount = 100 + number(.checkoutSessions, index, 59, below: 90_000)
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
        writer.bool("livemode", false)
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
