/// Subscriptions and invoices, with the lists inside them.
extension StripeWorld {
    /// The most elements of a list inside an object; the rest is read from the list's own `url`.
    static let inline = 10

    private static let taxAndLiability = #"{"disabled_reason":null,"enabled":false,"liability":null}"#
    private static let payment =
        #"{"payment_method_options":null,"payment_method_types":null,"save_default_payment_method":"off"}"#
    private static let month = 30 * 86_400

    func writeSubscription(_ index: Int, _ edit: StripeEdit, to writer: inout ObjectWriter) {
        let created = created(.subscriptions, index)
        let status = status(ofSubscription: index)
        let isCanceled = status == "canceled"
        let canceled = isCanceled ? created + 3600 : nil
        writer.nulls("application", "application_fee_percent")
        writer.raw("automatic_tax", Self.taxAndLiability)
        writer.number("billing_cycle_anchor", created)
        writer.nulls("billing_cycle_anchor_config")
        writer.raw("billing_mode", #"{"flexible":null,"type":"classic"}"#)
        writer.raw("billing_schedules", "[]")
        writer.nulls("billing_thresholds", "cancel_at")
        writer.bool("cancel_at_period_end", false)
        writer.number("canceled_at", canceled)
        writer.raw(
            "cancellation_details",
            isCanceled
                ? #"{"comment":null,"feedback":"too_expensive","reason":"cancellation_requested"}"#
                : #"{"comment":null,"feedback":null,"reason":null}"#
        )
        writer.text("collection_method", "charge_automatically")
        writer.number("created", created)
        writer.text("currency", currency(ofPrice: price(ofSubscription: index, item: 0)))
        writer.text("customer", id(.customers, customer(.subscriptions, index)))
        writer.nulls("customer_account", "days_until_due", "default_payment_method", "default_source")
        writer.raw("default_tax_rates", "[]")
        writer.nulls("description")
        writer.raw("discounts", "[]")
        writer.number("ended_at", status == "incomplete_expired" ? created + 82_800 : canceled)
        writer.raw(
            "invoice_settings",
            #"{"account_tax_ids":null,"custom_fields":null,"description":null,"footer":null,"issuer":{"type":"self"}}"#
        )
        let items = items(ofSubscription: index, edit)
        writeInlineList("items", count: items.count, url: itemsURL(index), to: &writer) {
            writeItem(ofSubscription: index, items[$0], to: &$1)
        }
        writer.text("latest_invoice", latestInvoice(ofSubscription: index).map { id(.invoices, $0) })
        writer.bool("livemode", isLive)
        writer.raw("managed_payments", #"{"enabled":false}"#)
        writeMetadata(.subscriptions, index, to: &writer)
        writer.nulls("next_pending_invoice_item_invoice", "on_behalf_of", "pause_collection")
        writer.raw("payment_settings", Self.payment)
        writer.nulls("pending_invoice_item_interval", "pending_setup_intent", "pending_update", "schedule")
        writer.number("start_date", created)
        writer.text("status", status)
        writer.nulls("test_clock", "transfer_data")
        writer.number("trial_end", status == "trialing" ? created + Self.month : nil)
        writer.raw("trial_settings", #"{"end_behavior":{"missing_payment_method":"create_invoice"}}"#)
        writer.number("trial_start", status == "trialing" ? created : nil)
    }

    /// The SDK pages the list inside by its `url`, query and all.
    func itemsURL(_ index: Int) -> String {
        "/v1/subscription_items?subscription=\(id(.subscriptions, index))"
    }

    func itemID(ofSubscription index: Int, item: Int) -> String {
        "\(id(prefix: "si_", .subscriptions, index, isShort: true))\(item)"
    }

    func writeItem(ofSubscription index: Int, _ item: StripeItem, to writer: inout ObjectWriter) {
        let created = created(.subscriptions, index)
        let price = price(ofSubscription: index, item: item.number)
        writer.object { writer in
            writer.text("id", itemID(ofSubscription: index, item: item.number))
            writer.text("object", "subscription_item")
            writer.nulls("billing_thresholds")
            writer.number("created", created)
            writer.number("current_period_end", created + Self.month)
            writer.number("current_period_start", created)
            writer.raw("discounts", "[]")
            writer.raw("metadata", "{}")
            writer.object("plan") { writer in
                writer.text("id", id(.prices, price))
                writer.text("object", "plan")
                writer.bool("active", isActive(.prices, price))
                writer.number("amount", amount(ofPrice: price))
                writer.text("amount_decimal", String(amount(ofPrice: price)))
                writer.text("billing_scheme", "per_unit")
                writer.number("created", self.created(.prices, price))
                writer.text("currency", currency(ofPrice: price))
                writer.text("interval", "month")
                writer.number("interval_count", 1)
                writer.bool("livemode", isLive)
                writer.raw("metadata", "{}")
                writer.nulls("meter", "nickname")
                writer.text("product", id(.products, product(ofPrice: price)))
                writer.nulls("tiers_mode", "transform_usage", "trial_period_days")
                writer.text("usage_type", "licensed")
            }
            writer.object("price") { writer in
                writer.text("id", id(.prices, price))
                writer.text("object", "price")
                writePrice(price, to: &writer)
            }
            writer.number("quantity", item.quantity)
            writer.text("subscription", id(.subscriptions, index))
            writer.raw("tax_rates", "[]")
        }
    }

    func writeInvoice(_ index: Int, _ edit: StripeEdit, to writer: inout ObjectWriter) {
        let lines = edit.lines ?? lines(ofInvoice: index)
        let total = lines.reduce(0) { $0 + $1.amount }
        let status = status(ofInvoice: index)
        let created = created(.invoices, index)
        let customer = customer(.invoices, index)
        let paid = status == "paid" ? total : 0
        let finalized = status == "draft" ? nil : created + 30
        writer.text("account_country", "US")
        writer.text("account_name", "Simulated, Inc.")
        writer.nulls("account_tax_ids")
        writer.number("amount_due", total)
        writer.number("amount_overpaid", 0)
        writer.number("amount_paid", paid)
        writer.number("amount_remaining", total - paid)
        writer.number("amount_shipping", 0)
        writer.nulls("application")
        writer.number("attempt_count", status == "draft" ? 0 : 1)
        writer.bool("attempted", status != "draft")
        writer.bool("auto_advance", status == "open")
        writer.raw(
            "automatic_tax",
            #"{"disabled_reason":null,"enabled":false,"liability":null,"provider":null,"status":null}"#
        )
        writer.nulls("automatically_finalizes_at")
        writer.text("billing_reason", subscription(ofInvoice: index) == nil ? "manual" : "subscription_cycle")
        writer.text("collection_method", "charge_automatically")
        writer.number("created", created)
        writer.text("currency", currency(ofInvoice: index))
        writer.nulls("custom_fields")
        writer.text("customer", id(.customers, customer))
        writer.nulls("customer_account", "customer_address")
        writer.text("customer_email", email(ofCustomer: customer))
        writer.text("customer_name", name(ofCustomer: customer))
        writer.nulls("customer_phone", "customer_shipping")
        writer.text("customer_tax_exempt", "none")
        writer.raw("customer_tax_ids", "[]")
        writer.nulls("default_payment_method", "default_source")
        writer.raw("default_tax_rates", "[]")
        writer.nulls("description")
        writer.raw("discounts", "[]")
        writer.nulls("due_date")
        writer.number("effective_at", finalized)
        writer.number("ending_balance", finalized == nil ? nil : 0)
        writer.nulls("footer", "from_invoice")
        writer.text(
            "hosted_invoice_url",
            finalized.map { _ in "https://invoice.stripe.com/i/\(id(.invoices, index))" }
        )
        writer.text(
            "invoice_pdf",
            finalized.map { _ in "https://pay.stripe.com/invoice/\(id(.invoices, index))/pdf" }
        )
        writer.raw("issuer", #"{"type":"self"}"#)
        writer.nulls("last_finalization_error", "latest_revision")
        writeInlineList("lines", count: lines.count, url: linesURL(index), to: &writer) {
            writeLine(ofInvoice: index, lines[$0], to: &$1)
        }
        writer.bool("livemode", isLive)
        writeMetadata(.invoices, index, to: &writer)
        writer.nulls("next_payment_attempt")
        writer.text(
            "number",
            finalized.map { _ in "\(id(.customers, customer).suffix(8).uppercased())-\(index + 1)" }
        )
        writer.nulls("on_behalf_of")
        writeParent(ofInvoice: index, to: &writer)
        writer.raw(
            "payment_settings",
            #"{"default_mandate":null,"payment_method_options":null,"payment_method_types":null}"#
        )
        writer.number("period_end", created)
        writer.number("period_start", created - Self.month)
        writer.number("post_payment_credit_notes_amount", 0)
        writer.number("pre_payment_credit_notes_amount", 0)
        writer.nulls("receipt_number", "rendering", "shipping_cost", "shipping_details")
        writer.number("starting_balance", 0)
        writer.nulls("statement_descriptor")
        writer.text("status", status)
        writer.object("status_transitions") { writer in
            writer.number("finalized_at", finalized)
            writer.number("marked_uncollectible_at", status == "uncollectible" ? created + 60 : nil)
            writer.number("paid_at", status == "paid" ? created + 60 : nil)
            writer.number("voided_at", status == "void" ? created + 60 : nil)
        }
        writer.number("subtotal", total)
        writer.number("subtotal_excluding_tax", total)
        writer.nulls("test_clock")
        writer.number("total", total)
        writer.raw("total_discount_amounts", "[]")
        writer.number("total_excluding_tax", total)
        writer.raw("total_pretax_credit_amounts", "[]")
        writer.raw("total_taxes", "[]")
        writer.number("webhooks_delivered_at", created)
    }

    private func writeParent(ofInvoice index: Int, to writer: inout ObjectWriter) {
        guard let subscription = subscription(ofInvoice: index) else { return writer.nulls("parent") }
        writer.object("parent") { writer in
            writer.nulls("quote_details")
            writer.object("subscription_details") { writer in
                writer.raw("metadata", "{}")
                writer.text("subscription", id(.subscriptions, subscription))
            }
            writer.text("type", "subscription_details")
        }
    }

    func linesURL(_ index: Int) -> String { "/v1/invoices/\(id(.invoices, index))/lines" }

    func lineID(ofInvoice index: Int, _ line: StripeLine) -> String {
        "\(id(prefix: "il_", .invoices, index))\(line.number)"
    }

    func writeLine(ofInvoice index: Int, _ line: StripeLine, to writer: inout ObjectWriter) {
        let created = created(.invoices, index)
        let subscription = subscription(ofInvoice: index)
        writer.object { writer in
            writer.text("id", lineID(ofInvoice: index, line))
            writer.text("object", "line_item")
            writer.number("amount", line.amount)
            writer.text("currency", currency(ofInvoice: index))
            writer.text("description", "\(line.quantity) × position \(line.number + 1)")
            writer.raw("discount_amounts", "[]")
            writer.bool("discountable", true)
            writer.raw("discounts", "[]")
            writer.text("invoice", id(.invoices, index))
            writer.bool("livemode", isLive)
            writer.raw("metadata", "{}")
            writer.object("parent") { writer in
                if let subscription {
                    let item = line.number % items(ofSubscription: subscription)
                    writer.nulls("invoice_item_details")
                    writer.object("subscription_item_details") { writer in
                        writer.nulls("invoice_item")
                        writer.bool("proration", false)
                        writer.nulls("proration_details")
                        writer.text("subscription", id(.subscriptions, subscription))
                        writer.text("subscription_item", itemID(ofSubscription: subscription, item: item))
                    }
                    writer.text("type", "subscription_item_details")
                } else {
                    writer.object("invoice_item_details") { writer in
                        writer.text("invoice_item", "\(id(prefix: "ii_", .invoices, index))\(line.number)")
                        writer.bool("proration", false)
                        writer.nulls("proration_details", "subscription")
                    }
                    writer.nulls("subscription_item_details")
                    writer.text("type", "invoice_item_details")
                }
            }
            writer.object("period") { writer in
                writer.number("end", created)
                writer.number("start", created - Self.month)
            }
            writer.raw("pretax_credit_amounts", "[]")
            writer.nulls("pricing")
            writer.number("quantity", line.quantity)
            writer.text("quantity_decimal", String(line.quantity))
            writer.text("subscription", subscription.map { id(.subscriptions, $0) })
            writer.number("subtotal", line.amount)
            writer.raw("taxes", "[]")
        }
    }

    /// A list inside of an object: its first elements.
    func writeInlineList(
        _ name: String,
        count: Int,
        url: String,
        to writer: inout ObjectWriter,
        element: (Int, inout ObjectWriter) -> Void
    ) {
        writer.object(name) { writer in
            writer.text("object", "list")
            writer.array("data") { writer in
                for place in 0..<min(count, Self.inline) { element(place, &writer) }
            }
            writer.bool("has_more", count > Self.inline)
            writer.text("url", url)
        }
    }
}
