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
        }
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
