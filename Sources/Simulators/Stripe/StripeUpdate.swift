/// One change to an object that stays.
struct StripeUpdate {
    let world: StripeWorld
    let object: StripeObject
    /// What the object is, and becomes.
    var edit: StripeEdit
    let time: Int
    /// A number that no other change has: what it writes is new.
    let change: UInt64
    /// Whether it may be a change of which no event tells.
    let mayBeSilent: Bool
    /// The types where they are not the usual one.
    private var settled: [String]?

    init(
        world: StripeWorld,
        object: StripeObject,
        edit: StripeEdit,
        time: Int,
        change: UInt64,
        mayBeSilent: Bool
    ) {
        self.world = world
        self.object = object
        self.edit = edit
        self.time = time
        self.change = change
        self.mayBeSilent = mayBeSilent
    }

    /// Whether there is anything that such an object can become.
    static func isPossible(_ account: StripeAccount, _ object: StripeObject, mayBeSilent: Bool) -> Bool {
        let edit = account.edit(object)
        func status() -> String { account.world.status(object.collection, object.index, edit) }
        return switch object.collection {
        // What happened stays as it is; when it can be paid out is a matter of time.
        case .balanceTransactions: false
        case .paymentIntents: mayBeSilent || status() == "requires_payment_method"
        case .setupIntents: mayBeSilent || ["requires_payment_method", "requires_action"].contains(status())
        case .checkoutSessions:
            mayBeSilent || status() == "open"
                || status() == "complete" && account.world.isUnpaid(session: object.index, edit)
        // An item on an invoice can no longer be changed, and no event tells that one was.
        case .invoiceItems: mayBeSilent && !account.world.isAttached(invoiceItem: object.index)
        case .invoicePayments: status() == "open"
        case .applicationFees: edit.members["refunded"] != "true" || mayBeSilent && hasPlainRefund(edit)
        case .creditNotes, .customers, .products, .prices, .charges, .refunds, .subscriptions, .invoices,
            .disputes, .payouts, .plans, .coupons, .promotionCodes, .transfers, .taxRates:
            true
        }
    }

    /// Changes `edit`; the types of the events that tell of it.
    mutating func make(_ dice: inout SeededDice) -> [String] {
        switch object.collection {
        case .customers: customer(&dice)
        case .products: product(&dice)
        case .prices: price(&dice)
        case .charges: charge(&dice)
        case .refunds:
            setMetadata()
            return ["refund.updated", "charge.refund.updated"]
        case .subscriptions: subscription(&dice)
        case .invoices: return invoice(&dice)
        case .paymentIntents: return paymentIntent(&dice)
        case .disputes: return dispute(&dice)
        case .balanceTransactions: return []
        case .payouts: return payout(&dice)
        case .invoiceItems: return invoiceItem(&dice)
        case .invoicePayments: return invoicePayment(&dice)
        case .plans: price(&dice, hasLookupKey: false)
        case .coupons, .promotionCodes:
            // No type of event is said to tell of it.
            if mayBeSilent, dice(3) == 0 {
                redeem()
                return []
            }
            if object.collection == .coupons { coupon(&dice) } else { code(&dice) }
        case .taxRates: code(&dice)
        case .creditNotes: return creditNote(&dice)
        case .checkoutSessions: return checkoutSession(&dice)
        case .setupIntents: return setupIntent(&dice)
        case .transfers: return transfer(&dice)
        case .applicationFees: return applicationFee(&dice)
        }
        return settled ?? ["\(object.collection.eventPrefix).updated"]
    }

    private mutating func customer(_ dice: inout SeededDice) {
        switch dice(6) {
        case 0: set("name", "Renamed \(change) – Ünï")
        case 1: set("phone", "+1666\(1_000_000 + change)")
        case 2: edit.members["balance"] = "-\(change)"
        // Whom others know keep the address.
        case 3 where world.people == nil: set("email", "customer\(object.index).\(change)@example.com")
        case 4: set("description", "Note \(change)")
        default: setMetadata()
        }
    }

    private mutating func product(_ dice: inout SeededDice) {
        switch dice(4) {
        case 0: set("name", "Plan \(object.index), edition \(change)")
        case 1: set("description", "Changed by \(change)")
        case 2: toggleActive()
        default: setMetadata()
        }
        edit.members["updated"] = String(time)
    }

    private mutating func price(_ dice: inout SeededDice, hasLookupKey: Bool = true) {
        switch dice(4) {
        case 0: set("nickname", "Price \(change)")
        case 1 where hasLookupKey: set("lookup_key", "key_\(change)")
        case 2: toggleActive()
        default: setMetadata()
        }
    }

    private mutating func charge(_ dice: inout SeededDice) {
        guard world.status(.charges, object.index, edit) == "pending" else {
            return dice(2) == 0 ? set("description", "Order \(change)") : setMetadata()
        }
        settle()
        settled = ["charge.succeeded", "charge.updated"]
    }

    private mutating func settle() {
        let amount = String(world.amount(ofCharge: object.index))
        set("status", "succeeded")
        edit.members["paid"] = "true"
        edit.members["captured"] = "true"
        edit.members["amount_captured"] = amount
        edit.members["outcome"] = StripeWorld.outcome("succeeded")
        set("balance_transaction", world.id(.balanceTransactions, world.count(.balanceTransactions)))
        set("receipt_url", "https://pay.stripe.com/receipts/\(world.id(.charges, object.index))")
    }

    private mutating func subscription(_ dice: inout SeededDice) {
        let status = world.status(.subscriptions, object.index, edit)
        guard !["canceled", "incomplete_expired"].contains(status) else { return setMetadata() }
        switch dice(5) {
        case 0: changeItems(&dice)
        case 1: set("status", status == "active" ? "past_due" : "active")
        case 2:
            let isEnding = edit.members["cancel_at_period_end"] == "true"
            edit.members["cancel_at_period_end"] = isEnding ? "false" : "true"
        default: setMetadata()
        }
    }

    /// One more of an item, another item, or one less; the last one stays.
    private mutating func changeItems(_ dice: inout SeededDice) {
        var items = world.items(ofSubscription: object.index, edit)
        let place = dice(items.count)
        switch dice(3) {
        case 0 where items.count > 1: items.remove(at: place)
        // No item ever gets the id of another that was removed.
        case 1 where items.count < 20:
            items.append(StripeItem(number: 1000 + Int(change), quantity: 1 + dice(5)))
        default: items[place].quantity += 1
        }
        edit.items = items
    }

    // MARK: Invoices

    private mutating func invoice(_ dice: inout SeededDice) -> [String] {
        switch world.status(.invoices, object.index, edit) {
        case "draft":
            switch dice(6) {
            case 0:
                finalize()
                return ["invoice.finalized", "invoice.updated"]
            case 1: setMetadata()
            default: changeLines(&dice)
            }
        case "open":
            switch dice(5) {
            case 0:
                close("void", "voided_at")
                return ["invoice.voided", "invoice.updated"]
            case 1:
                close("uncollectible", "marked_uncollectible_at")
                return ["invoice.marked_uncollectible", "invoice.updated"]
            case 2: setMetadata()
            default:
                close("paid", "paid_at")
                let total = lines.reduce(0) { $0 + $1.amount }
                edit.members["amount_paid"] = String(total)
                edit.members["amount_remaining"] = "0"
                return ["invoice.updated", "invoice.paid", "invoice.payment_succeeded"]
            }
        default: setMetadata()
        }
        return ["invoice.updated"]
    }

    private var lines: [StripeLine] { edit.lines ?? world.lines(ofInvoice: object.index) }

    private mutating func changeLines(_ dice: inout SeededDice) {
        var lines = lines
        switch dice(3) {
        case 0 where lines.count < 40:
            // Now and then so many that they no longer fit into the invoice itself.
            for place in 0..<[1, 2, 12][dice(3)] {
                // No line ever gets the id of another that was removed.
                let number = 1000 + Int(change) * 16 + place
                lines.append(StripeLine(number: number, amount: 100 + dice(10_000), quantity: 1 + dice(4)))
            }
        case 1 where lines.count > 1: lines.remove(at: dice(lines.count))
        default:
            let place = dice(lines.count)
            lines[place].amount += 1 + dice(500)
            lines[place].quantity += 1
        }
        edit.lines = lines
    }

    private mutating func finalize() {
        let id = world.id(.invoices, object.index)
        let customer = world.id(.customers, world.customer(.invoices, object.index))
        set("status", "open")
        edit.members["attempt_count"] = "1"
        edit.members["attempted"] = "true"
        edit.members["auto_advance"] = "true"
        edit.members["effective_at"] = String(time)
        edit.members["ending_balance"] = "0"
        set("hosted_invoice_url", "https://invoice.stripe.com/i/\(id)")
        set("invoice_pdf", "https://pay.stripe.com/invoice/\(id)/pdf")
        set("number", "\(customer.suffix(8).uppercased())-\(object.index + 1)")
        setTransitions("finalized_at", finalized: time)
    }

    private mutating func close(_ status: String, _ transition: String) {
        set("status", status)
        edit.members["auto_advance"] = "false"
        let finalized = edit.members["effective_at"].flatMap { Int($0) }
        setTransitions(transition, finalized: finalized ?? world.created(.invoices, object.index) + 30)
    }

    private mutating func setTransitions(_ last: String, finalized: Int) {
        let transitions = ["finalized_at", "marked_uncollectible_at", "paid_at", "voided_at"].map { name in
            let second = name == last ? String(time) : name == "finalized_at" ? String(finalized) : "null"
            return "\"\(name)\":\(second)"
        }
        edit.members["status_transitions"] = "{\(transitions.joined(separator: ","))}"
    }

    // MARK: Members

    mutating func set(_ name: String, _ text: String) { edit.members[name] = "\"\(text)\"" }

    mutating func setMetadata() {
        edit.members["metadata"] = #"{"order_id":"\#(change)","note":"a \"quoted\" one"}"#
    }

    mutating func toggleActive() {
        let isActive = world.isActive(object.collection, object.index, edit)
        edit.members["active"] = isActive ? "false" : "true"
    }
}
