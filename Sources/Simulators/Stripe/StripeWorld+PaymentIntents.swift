/// Payment intents: of the beginning one for each charge; later ones have their charge once they succeed.
extension StripeWorld {
    /// The payment intent of a charge; nil where the charge was made without one.
    func intent(ofCharge index: Int) -> Int? { index < records ? index : birth(.charges, index)?.parent }

    func amount(ofIntent index: Int) -> Int {
        index < records ? amount(ofCharge: index) : 100 + number(.paymentIntents, index, 40, below: 50_000)
    }

    func currency(ofIntent index: Int) -> String { currency(ofCharge: index) }

    func status(ofIntent index: Int) -> String {
        guard index < records else { return "requires_payment_method" }
        return switch status(ofCharge: index) {
        case "succeeded": "succeeded"
        case "pending": "processing"
        default: "requires_payment_method"
        }
    }

    /// What a declined card leaves.
    static let declined =
        #"{"code":"card_declined","decline_code":"generic_decline","#
        + #""doc_url":"https://stripe.com/docs/error-codes/card-declined","#
        + #""message":"Your card was declined.","type":"card_error"}"#

    func writePaymentIntent(_ index: Int, to writer: inout ObjectWriter) {
        let amount = amount(ofIntent: index)
        let status = status(ofIntent: index)
        let hasCharge = index < records
        let customer = customer(.paymentIntents, index)
        let id = id(.paymentIntents, index)
        writer.number("amount", amount)
        writer.number("amount_capturable", 0)
        writer.raw("amount_details", #"{"tip":{}}"#)
        writer.number("amount_received", status == "succeeded" ? amount : 0)
        writer.nulls("application", "application_fee_amount")
        writer.raw("automatic_payment_methods", #"{"allow_redirects":"always","enabled":true}"#)
        writer.nulls("canceled_at", "cancellation_reason")
        writer.text("capture_method", "automatic")
        writer.text("client_secret", "\(id)_secret_simulated")
        writer.text("confirmation_method", "automatic")
        writer.number("created", created(.paymentIntents, index))
        writer.text("currency", currency(ofIntent: index))
        writer.text("customer", self.id(.customers, customer))
        writer.nulls("customer_account")
        writer.text("description", index % 3 == 0 ? nil : "Order \(index)")
        writer.nulls("excluded_payment_method_types")
        writer.raw(
            "last_payment_error",
            hasCharge && status == "requires_payment_method" ? Self.declined : "null"
        )
        writer.text("latest_charge", hasCharge ? self.id(.charges, index) : nil)
        writer.bool("livemode", isLive)
        writer.raw("managed_payments", #"{"enabled":false}"#)
        writeMetadata(.paymentIntents, index, to: &writer)
        writer.nulls("next_action", "on_behalf_of")
        writer.text("payment_method", hasCharge ? self.id(prefix: "pm_", .charges, index) : nil)
        writer.nulls("payment_method_configuration_details")
        writer.raw(
            "payment_method_options",
            #"{"card":{"installments":null,"mandate_options":null,"network":null,"request_three_d_secure":"automatic"}}"#
        )
        writer.raw("payment_method_types", #"["card"]"#)
        writer.nulls("processing")
        writer.text("receipt_email", email(ofCustomer: customer))
        writer.nulls("review", "setup_future_usage", "shipping", "source", "statement_descriptor")
        writer.nulls("statement_descriptor_suffix")
        writer.text("status", status)
        writer.nulls("transfer_data", "transfer_group")
    }
}
