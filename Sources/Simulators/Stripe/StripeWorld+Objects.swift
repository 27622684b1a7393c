/// The objects as version 2026-06-24.dahlia shows them.
extension StripeWorld {
    /// The version whose shapes these are.
    static let version = "2026-06-24.dahlia"

    /// Appends an object's JSON.
    func write(
        _ collection: StripeCollection,
        _ index: Int,
        _ edit: StripeEdit,
        to writer: inout ObjectWriter
    ) {
        writer.object { writer in
            writer.text("id", id(collection, index))
            writer.text("object", collection.object)
            writer.replacing(edit.members) { writer in
                switch collection {
                case .customers: writeCustomer(index, to: &writer)
                case .products: writeProduct(index, to: &writer)
                case .prices: writePrice(index, to: &writer)
                case .charges: writeCharge(index, to: &writer)
                case .refunds: writeRefund(index, to: &writer)
                case .subscriptions: writeSubscription(index, edit, to: &writer)
                case .invoices: writeInvoice(index, edit, to: &writer)
                case .paymentIntents: writePaymentIntent(index, to: &writer)
                case .disputes: writeDispute(index, to: &writer)
                case .balanceTransactions: writeBalanceTransaction(index, to: &writer)
                case .payouts: writePayout(index, to: &writer)
                case .invoiceItems: writeInvoiceItem(index, to: &writer)
                case .invoicePayments: writeInvoicePayment(index, to: &writer)
                case .plans: writePlan(index, to: &writer)
                case .coupons: writeCoupon(index, to: &writer)
                case .promotionCodes: writePromotionCode(index, to: &writer)
                case .creditNotes: writeCreditNote(index, to: &writer)
                case .checkoutSessions: writeCheckoutSession(index, edit, to: &writer)
                case .setupIntents: writeSetupIntent(index, to: &writer)
                case .transfers: writeTransfer(index, to: &writer)
                case .taxRates: writeTaxRate(index, to: &writer)
                case .applicationFees: writeApplicationFee(index, to: &writer)
                }
            }
        }
    }

    /// An object's JSON on its own.
    func object(_ collection: StripeCollection, _ index: Int, _ edit: StripeEdit) -> [UInt8] {
        var writer = ObjectWriter(capacity: 4096)
        write(collection, index, edit, to: &writer)
        return writer.bytes
    }

    func writeMetadata(_ collection: StripeCollection, _ index: Int, to writer: inout ObjectWriter) {
        writer.object("metadata") { writer in
            guard number(collection, index, 20, below: 3) > 0 else { return }
            writer.text("order_id", String(number(collection, index, 21, below: 1_000_000)))
            guard number(collection, index, 22, below: 4) == 0 else { return }
            writer.text("note", "line one\nline \"two\" – naïve ☃ \u{1F680}")
        }
    }

    func writeAddress(_ name: String, ofCustomer index: Int, to writer: inout ObjectWriter) {
        writer.object(name) { writer in
            guard number(.customers, index, 23, below: 5) > 0 else {
                writer.nulls("city", "country", "line1", "line2", "postal_code", "state")
                return
            }
            let place = number(.customers, index, 24, below: 4)
            writer.text("city", ["Zürich", "Portland", "東京", "São Paulo"][place])
            writer.text("country", ["CH", "US", "JP", "BR"][place])
            writer.text("line1", "\(1 + number(.customers, index, 25, below: 300)) Main Street")
            writer.nulls("line2")
            writer.text("postal_code", String(10_000 + number(.customers, index, 26, below: 89_999)))
            writer.text("state", [nil, "OR", nil, "SP"][place])
        }
    }

    private func writeCustomer(_ index: Int, to writer: inout ObjectWriter) {
        writeAddress("address", ofCustomer: index, to: &writer)
        writer.number("balance", number(.customers, index, 27, below: 10) == 0 ? -500 : 0)
        writer.number("created", created(.customers, index))
        writer.text("currency", number(.customers, index, 28, below: 4) == 0 ? nil : "usd")
        writer.nulls("customer_account", "default_source")
        writer.bool("delinquent", number(.customers, index, 29, below: 12) == 0)
        writer.nulls("description", "discount")
        writer.text("email", email(ofCustomer: index))
        writer.text("invoice_prefix", String(id(.customers, index).suffix(8)).uppercased())
        writer.raw(
            "invoice_settings",
            #"{"custom_fields":null,"default_payment_method":null,"footer":null,"rendering_options":null}"#
        )
        writer.bool("livemode", isLive)
        writeMetadata(.customers, index, to: &writer)
        writer.text("name", name(ofCustomer: index))
        writer.number("next_invoice_sequence", 1 + number(.customers, index, 30, below: 40))
        writer.text("phone", number(.customers, index, 31, below: 2) == 0 ? nil : "+1555\(1_000_000 + index)")
        writer.raw("preferred_locales", "[]")
        writer.nulls("shipping")
        writer.text("tax_exempt", "none")
        writer.nulls("test_clock")
    }

    private func writeProduct(_ index: Int, to writer: inout ObjectWriter) {
        writer.bool("active", isActive(.products, index))
        writer.number("created", created(.products, index))
        writer.text("default_price", hasPrices(product: index) ? id(.prices, index) : nil)
        writer.text("description", index % 2 == 0 ? "The plan for teams of \(index % 90 + 2)" : nil)
        writer.raw("images", "[]")
        writer.bool("livemode", isLive)
        writer.raw("marketing_features", index % 5 == 0 ? #"[{"name":"Unlimited boards"}]"# : "[]")
        writeMetadata(.products, index, to: &writer)
        writer.text("name", "Plan \(index)")
        writer.nulls("package_dimensions", "shippable", "statement_descriptor", "tax_code")
        writer.text("type", "service")
        writer.nulls("unit_label")
        let quiet = index >= records || number(.products, index, 32, below: 2) == 0
        writer.number(
            "updated",
            created(.products, index) + (quiet ? 0 : 1 + number(.products, index, 33, below: 60))
        )
        writer.nulls("url")
    }

    func writePrice(_ index: Int, to writer: inout ObjectWriter) {
        let amount = amount(ofPrice: index)
        writer.bool("active", isActive(.prices, index))
        writer.text("billing_scheme", "per_unit")
        writer.number("created", created(.prices, index))
        writer.text("currency", currency(ofPrice: index))
        writer.nulls("custom_unit_amount")
        writer.bool("livemode", isLive)
        writer.nulls("lookup_key")
        writeMetadata(.prices, index, to: &writer)
        writer.nulls("nickname")
        writer.text("product", id(.products, product(ofPrice: index)))
        writer.raw(
            "recurring",
            isRecurring(price: index)
                ? #"{"interval":"month","interval_count":1,"meter":null,"#
                    + #""trial_period_days":null,"usage_type":"licensed"}"#
                : "null"
        )
        writer.text("tax_behavior", "unspecified")
        writer.nulls("tiers_mode", "transform_quantity")
        writer.text("type", isRecurring(price: index) ? "recurring" : "one_time")
        // Parts of a cent have no integer form.
        let isFractional = number(.prices, index, 34, below: 10) == 0
        writer.number("unit_amount", isFractional ? nil : amount)
        writer.text("unit_amount_decimal", isFractional ? "\(amount).5" : "\(amount)")
    }

    private func writeCharge(_ index: Int, to writer: inout ObjectWriter) {
        let amount = amount(ofCharge: index)
        let status = status(ofCharge: index)
        let refunded = amountRefunded(ofCharge: index)
        let customer = customer(.charges, index)
        let isPaid = status == "succeeded"
        writer.number("amount", amount)
        writer.number("amount_captured", isPaid ? amount : 0)
        writer.number("amount_refunded", refunded)
        writer.nulls("application", "application_fee", "application_fee_amount")
        writer.text("balance_transaction", transactionID(.charges, index))
        writer.object("billing_details") { writer in
            writeAddress("address", ofCustomer: customer, to: &writer)
            writer.text("email", email(ofCustomer: customer))
            writer.text("name", name(ofCustomer: customer))
            writer.nulls("phone", "tax_id")
        }
        writer.text("calculated_statement_descriptor", "SIMULATED")
        writer.bool("captured", isPaid)
        writer.number("created", created(.charges, index))
        writer.text("currency", currency(ofCharge: index))
        writer.text("customer", id(.customers, customer))
        writer.text("description", index % 3 == 0 ? nil : "Order \(index)")
        writer.bool("disputed", isDisputed(charge: index))
        writer.nulls("failure_balance_transaction")
        writer.text("failure_code", status == "failed" ? "card_declined" : nil)
        writer.text("failure_message", status == "failed" ? "Your card was declined." : nil)
        writer.raw("fraud_details", "{}")
        writer.bool("livemode", isLive)
        writeMetadata(.charges, index, to: &writer)
        writer.nulls("on_behalf_of")
        writer.raw("outcome", Self.outcome(status))
        writer.bool("paid", isPaid)
        writer.text("payment_intent", intent(ofCharge: index).map { id(.paymentIntents, $0) })
        writer.text("payment_method", id(prefix: "pm_", .charges, index))
        writeCard(index, to: &writer)
        writer.raw("radar_options", "{}")
        writer.text("receipt_email", email(ofCustomer: customer))
        writer.nulls("receipt_number")
        writer.text("receipt_url", isPaid ? "https://pay.stripe.com/receipts/\(id(.charges, index))" : nil)
        writer.bool("refunded", refunded == amount)
        writer.nulls("review", "shipping", "source", "source_transfer", "statement_descriptor")
        writer.nulls("statement_descriptor_suffix")
        writer.text("status", status)
        writer.nulls("transfer_data", "transfer_group")
    }

    static func outcome(_ status: String) -> String {
        switch status {
        case "failed":
            #"{"advice_code":"try_again_later","network_advice_code":null,"network_decline_code":"05","#
                + #""network_status":"declined_by_network","reason":"generic_decline","risk_level":"normal","#
                + #""risk_score":41,"seller_message":"The bank did not return any further details with this decline.","#
                + #""type":"issuer_declined"}"#
        case "pending": "null"
        default:
            #"{"advice_code":null,"network_advice_code":null,"network_decline_code":null,"#
                + #""network_status":"approved_by_network","reason":null,"risk_level":"normal","risk_score":12,"#
                + #""seller_message":"Payment complete.","type":"authorized"}"#
        }
    }

    private func writeCard(_ index: Int, to writer: inout ObjectWriter) {
        let brand = number(.charges, index, 35, below: 3)
        writer.object("payment_method_details") { writer in
            writer.object("card") { writer in
                writer.number("amount_authorized", amount(ofCharge: index))
                writer.nulls("authorization_code")
                writer.text("brand", ["visa", "mastercard", "amex"][brand])
                writer.raw(
                    "checks",
                    #"{"address_line1_check":null,"address_postal_code_check":null,"cvc_check":"pass"}"#
                )
                writer.text("country", "US")
                writer.number("exp_month", 1 + number(.charges, index, 36, below: 12))
                writer.number("exp_year", 2027 + number(.charges, index, 37, below: 5))
                writer.raw("extended_authorization", #"{"status":"disabled"}"#)
                writer.text("fingerprint", String(id(prefix: "", .charges, index).suffix(16)))
                writer.text("funding", "credit")
                writer.raw("incremental_authorization", #"{"status":"unavailable"}"#)
                writer.nulls("installments")
                writer.text("last4", ["4242", "4444", "8431"][brand])
                writer.nulls("mandate")
                writer.raw("multicapture", #"{"status":"unavailable"}"#)
                writer.text("network", ["visa", "mastercard", "amex"][brand])
                writer.raw("network_token", #"{"used":false}"#)
                writer.nulls("network_transaction_id")
                writer.raw(
                    "overcapture",
                    #"{"maximum_amount_capturable":\#(amount(ofCharge: index)),"status":"unavailable"}"#
                )
                writer.text("regulated_status", "unregulated")
                writer.nulls("three_d_secure", "wallet")
            }
            writer.text("type", "card")
        }
    }

    private func writeRefund(_ index: Int, to writer: inout ObjectWriter) {
        let charge = charge(ofRefund: index)
        writer.number("amount", amount(ofRefund: index))
        writer.text("balance_transaction", transactionID(.refunds, index))
        writer.text("charge", id(.charges, charge))
        writer.number("created", created(.refunds, index))
        writer.text("currency", currency(ofCharge: charge))
        writer.raw(
            "destination_details",
            #"{"card":{"reference_status":"pending","reference_type":"acquirer_reference_number","type":"refund"},"#
                + #""type":"card"}"#
        )
        writeMetadata(.refunds, index, to: &writer)
        writer.text("payment_intent", intent(ofCharge: charge).map { id(.paymentIntents, $0) })
        let reasons = [nil, "requested_by_customer", "duplicate", "fraudulent"]
        writer.text("reason", reasons[number(.refunds, index, 38, below: 4)])
        writer.nulls("receipt_number", "source_transfer_reversal")
        writer.text("status", "succeeded")
        writer.nulls("transfer_reversal")
    }
}
