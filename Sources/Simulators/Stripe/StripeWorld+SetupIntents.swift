/// Setup intents: a payment method is kept for later.
extension StripeWorld {
    func status(ofSetup index: Int) -> String {
        if index >= records { return "requires_payment_method" }
        return switch number(.setupIntents, index, 60, below: 10) {
        case 0...5: "succeeded"
        case 6: "canceled"
        default: "requires_payment_method"
        }
    }

    func writeSetupIntent(_ index: Int, to writer: inout ObjectWriter) {
        let status = status(ofSetup: index)
        let id = id(.setupIntents, index)
        writer.nulls("application")
        writer.raw("automatic_payment_methods", #"{"allow_redirects":"always","enabled":true}"#)
        writer.text("cancellation_reason", status == "canceled" ? "abandoned" : nil)
        writer.text("client_secret", "\(id)_secret_simulated")
        writer.number("created", created(.setupIntents, index))
        writer.text("customer", self.id(.customers, customer(.setupIntents, index)))
        writer.nulls("customer_account", "description", "excluded_payment_method_types", "flow_directions")
        writer.nulls("last_setup_error", "latest_attempt")
        writer.bool("livemode", isLive)
        writer.raw("managed_payments", #"{"enabled":false}"#)
        writer.nulls("mandate")
        writeMetadata(.setupIntents, index, to: &writer)
        writer.nulls("next_action", "on_behalf_of")
        writer.text(
            "payment_method",
            status == "succeeded" ? self.id(prefix: "pm_", .setupIntents, index) : nil
        )
        writer.nulls("payment_method_configuration_details")
        writer.raw("payment_method_options", "{}")
        writer.raw("payment_method_types", #"["card"]"#)
        writer.nulls("single_use_mandate")
        writer.text("status", status)
        writer.text("usage", "off_session")
    }
}
