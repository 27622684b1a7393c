import JSON

/// An object as version 2023-08-16 of the API has it: what has come since is left out, what went is there yet.
enum StripeOldShape {
    static func of(_ object: JSONValue, _ collection: StripeCollection) -> JSONValue {
        switch collection {
        case .customers: object.without(["customer_account"])
        case .products:
            object.with("features", object["marketing_features"]).without(["marketing_features", "type"])
        case .prices: price(object)
        case .charges: charge(object)
        case .refunds: object.without(["destination_details"])
        case .subscriptions: subscription(object)
        case .invoices: invoice(object)
        case .invoiceItems: invoiceItem(object)
        case .promotionCodes:
            object.without(["customer_account", "promotion"]).with("coupon", coupon(object))
        case .creditNotes: creditNote(object)
        case .checkoutSessions: checkoutSession(object)
        case .paymentIntents:
            object.without([
                "customer_account", "excluded_payment_method_types", "managed_payments",
                "payment_method_configuration_details", "source",
            ])
            .with("invoice", .null)
            .changing("automatic_payment_methods") { $0.only(["enabled"]) }
        case .setupIntents:
            object.without([
                "customer_account", "excluded_payment_method_types", "managed_payments",
                "payment_method_configuration_details",
            ])
            .changing("automatic_payment_methods") { $0.only(["enabled"]) }
        case .disputes:
            object.without(["enhanced_eligibility_types"])
                .changing("evidence") { $0.without(["enhanced_evidence"]) }
                .changing("evidence_details") { $0.without(["enhanced_eligibility"]) }
                .changing("payment_method_details") { details in
                    details.changing("card") { $0.without(["case_type"]) }
                }
        case .payouts:
            object.without(["application_fee", "application_fee_amount", "payout_method", "trace_id"])
        case .plans: object.without(["meter"]).with("aggregate_usage", .null)
        case .taxRates: object.without(["flat_amount", "jurisdiction_level", "rate_type"])
        case .applicationFees: object.without(["fee_source"])
        case .balanceTransactions: object.without(["balance_type"])
        // Younger than that version, it is shown as it is.
        case .invoicePayments: object
        case .coupons, .transfers: object
        }
    }

    private static func invoiceItem(_ item: JSONValue) -> JSONValue {
        item.without(["customer_account", "net_amount", "parent", "pricing", "quantity_decimal"])
            .with("price", .null)
            .with("subscription", .null)
            .with("unit_amount", item["amount"])
            .with("unit_amount_decimal", item["amount"].map { .string($0.compactText) })
    }

    /// It had its coupon whole; the rest of that is left out.
    private static func coupon(_ code: JSONValue) -> JSONValue {
        .object([
            .init(name: "id", value: code["promotion"]?["coupon"] ?? .null),
            .init(name: "object", value: "coupon"),
            .init(name: "created", value: code["created"] ?? .null),
            .init(name: "duration", value: "once"),
            .init(name: "livemode", value: false),
            .init(name: "times_redeemed", value: .number("0")),
            .init(name: "valid", value: true),
        ])
    }

    private static func creditNote(_ note: JSONValue) -> JSONValue {
        note.without([
            "customer_account", "post_payment_amount", "pre_payment_amount", "pretax_credit_amounts",
            "refunds", "total_taxes",
        ])
        .with("refund", .null)
        .with("tax_amounts", [])
        .changing("lines") { lines in
            lines.eachElement { line in
                line.without(["metadata", "pretax_credit_amounts", "taxes"]).with("tax_amounts", [])
            }
        }
    }

    private static func checkoutSession(_ session: JSONValue) -> JSONValue {
        session.without([
            "adaptive_pricing", "client_secret", "collected_information", "customer_account", "discounts",
            "integration_identifier", "managed_payments", "origin_context",
            "payment_method_configuration_details", "permissions", "saved_payment_method_options", "ui_mode",
            "wallet_options",
        ])
        .with("shipping_details", .null)
        .changing("automatic_tax") { $0.only(["enabled", "status"]) }
        .changing("custom_text") { $0.only(["shipping_address", "submit"]) }
    }

    private static func price(_ price: JSONValue) -> JSONValue {
        price.changing("recurring") { recurring in
            recurring.only(["interval", "interval_count", "usage_type"]).with("aggregate_usage", .null)
        }
    }

    private static func charge(_ charge: JSONValue) -> JSONValue {
        charge.without(["source"]).with("invoice", .null)
            .changing("billing_details") { $0.without(["tax_id"]) }
            .changing("outcome") { outcome in
                outcome.only([
                    "network_status", "reason", "risk_level", "risk_score", "seller_message", "type",
                ])
            }
            .changing("payment_method_details") { details in
                details.changing("card") { card in
                    card.only([
                        "brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding",
                        "installments", "last4", "mandate", "network", "three_d_secure", "wallet",
                    ])
                }
            }
    }

    private static func subscription(_ subscription: JSONValue) -> JSONValue {
        let first = subscription["items"]?["data"]?[0]
        return
            subscription.without([
                "billing_cycle_anchor_config", "billing_mode", "billing_schedules", "customer_account",
                "discounts", "invoice_settings", "managed_payments",
            ])
            .with("current_period_end", first?["current_period_end"])
            .with("current_period_start", first?["current_period_start"])
            .with("discount", .null)
            .changing("automatic_tax") { $0.only(["enabled"]) }
            .changing("items") { items in
                items.eachElement { item in
                    item.without(["current_period_end", "current_period_start", "discounts", "plan"])
                        .changing("price", price)
                }
            }
    }

    private static func invoice(_ invoice: JSONValue) -> JSONValue {
        let details = invoice["parent"]?["subscription_details"]
        return
            invoice.without([
                "amount_overpaid", "automatically_finalizes_at", "customer_account", "issuer", "parent",
                "rendering", "total_pretax_credit_amounts", "total_taxes",
            ])
            .with("charge", .null)
            .with("discount", .null)
            .with("paid", .bool(invoice["status"]?.text == "paid"))
            .with("paid_out_of_band", false)
            .with("payment_intent", .null)
            .with("subscription", details?["subscription"] ?? .null)
            .with("tax", .null)
            .with("total_tax_amounts", [])
            .changing("automatic_tax") { $0.only(["enabled", "status"]) }
            .changing("lines") { $0.eachElement(line) }
    }

    private static func line(_ line: JSONValue) -> JSONValue {
        let item = line["parent"]?["subscription_item_details"]?["subscription_item"]
        return
            line.without([
                "invoice", "parent", "pretax_credit_amounts", "pricing", "quantity_decimal", "subtotal",
                "taxes",
            ])
            .with("invoice_item", line["parent"]?["invoice_item_details"]?["invoice_item"])
            .with("price", .null)
            .with("proration", false)
            .with("subscription_item", item)
            .with("tax_amounts", [])
            .with("tax_rates", [])
            .with("type", item == nil ? "invoiceitem" : "subscription")
    }
}

extension JSONValue {
    fileprivate func without(_ names: Set<String>) -> JSONValue {
        members.map { .object($0.filter { !names.contains($0.name) }) } ?? self
    }

    fileprivate func only(_ names: Set<String>) -> JSONValue {
        members.map { .object($0.filter { names.contains($0.name) }) } ?? self
    }

    /// With a further member; nil adds none.
    fileprivate func with(_ name: String, _ value: JSONValue?) -> JSONValue {
        guard case .object(let members) = self, let value else { return self }
        return .object(members + [Member(name: name, value: value)])
    }

    fileprivate func changing(_ name: String, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(
            members.map { $0.name == name ? Member(name: name, value: change($0.value)) : $0 }
        )
    }

    /// Of a list: its elements changed.
    fileprivate func eachElement(_ change: (JSONValue) -> JSONValue) -> JSONValue {
        changing("data") { .array(($0.elements ?? []).map(change)) }
    }
}
