/// Who belongs to whom, and the amounts and states that must agree on both sides.
extension StripeWorld {
    // MARK: Customers

    /// The customer of a charge or subscription.
    func customer(_ collection: StripeCollection, _ index: Int) -> Int {
        if let birth = birth(collection, index), collection != .refunds { return birth.customer }
        switch collection {
        case .invoices:
            if let subscription = subscription(ofInvoice: index) {
                return customer(.subscriptions, subscription)
            }
        case .refunds:
            return customer(.charges, charge(ofRefund: index))
        case .paymentIntents, .checkoutSessions:
            return customer(.charges, index)
        case .invoiceItems where isAttached(invoiceItem: index), .creditNotes:
            return customer(.invoices, invoice(collection, index))
        default:
            break
        }
        return number(collection, index, 0, below: index + 1)
    }

    func name(ofCustomer index: Int) -> String {
        if let person = people?[index] { return "\(person.first) \(person.last)" }
        let first = [
            "Ada", "Bjørn", "Chloé", "Dmitri", "Emre", "Fatima", "Grace", "Håkon", "Inés", "Jürgen", "李娜",
            "Zoë",
        ]
        let last = [
            "Okafor", "Lindqvist", "O'Neill", "Müller", "Silva", "Nakamura", "van Dijk", "Novák",
            "Smith \"Jr\"",
        ]
        return first[number(.customers, index, 1, below: first.count)] + " "
            + last[number(.customers, index, 2, below: last.count)]
    }

    func email(ofCustomer index: Int) -> String {
        people?[index].email ?? "customer\(index)@example.com"
    }

    // MARK: Products and prices

    /// Every third product has three prices, the others none.
    func product(ofPrice index: Int) -> Int { birth(.prices, index)?.parent ?? index / 3 * 3 }

    /// Whether a product began with prices; the first of them is its default.
    func hasPrices(product index: Int) -> Bool { index < records && index % 3 == 0 }

    func isRecurring(price index: Int) -> Bool { index % 4 != 3 }

    func isActive(_ collection: StripeCollection, _ index: Int) -> Bool {
        number(collection, index, 3, below: 10) > 0
    }

    func currency(ofPrice index: Int) -> String {
        ["usd", "eur", "gbp", "jpy"][number(.prices, product(ofPrice: index), 4, below: 4)]
    }

    func amount(ofPrice index: Int) -> Int { 500 + number(.prices, index, 5, below: 200) * 50 }

    // MARK: Charges and refunds

    /// Charges of even index have been refunded, by the refunds of the same index and of the next.
    func charge(ofRefund index: Int) -> Int { birth(.refunds, index)?.parent ?? index & ~1 }

    /// The charge that an object is, or belongs to.
    func charge(_ collection: StripeCollection, _ index: Int) -> Int {
        switch collection {
        case .refunds: charge(ofRefund: index)
        case .disputes: charge(ofDispute: index)
        case .applicationFees: charge(ofFee: index)
        default: index
        }
    }

    func amount(ofCharge index: Int) -> Int {
        if let birth = birth(.charges, index), birth.parent != nil { return birth.amount }
        return 100 + number(.charges, index, 6, below: 500_000)
    }

    func currency(ofCharge index: Int) -> String {
        ["usd", "eur", "gbp", "jpy"][number(.charges, index, 7, below: 4)]
    }

    /// What was refunded must have succeeded.
    func status(ofCharge index: Int) -> String {
        guard index % 2 == 1 || index >= records else { return "succeeded" }
        // Of a payment intent that has succeeded.
        if birth(.charges, index)?.parent != nil { return "succeeded" }
        return status(ofNewCharge: index)
    }

    /// The one with which a charge begins that nobody has paid for yet.
    func status(ofNewCharge index: Int) -> String {
        switch number(.charges, index, 8, below: 20) {
        case 0, 1: "failed"
        case 2: "pending"
        default: "succeeded"
        }
    }

    func amount(ofRefund index: Int) -> Int {
        if let birth = birth(.refunds, index) { return birth.amount }
        let charge = charge(ofRefund: index)
        let amount = amount(ofCharge: charge)
        let first = max(1, amount / 4)
        guard index != charge else { return first }
        // Half of the refunded charges were refunded in full.
        return number(.charges, charge, 9, below: 2) == 0 ? amount - first : max(1, (amount - first) / 3)
    }

    func amountRefunded(ofCharge index: Int) -> Int {
        guard index % 2 == 0, index < records else { return 0 }
        return amount(ofRefund: index) + (index + 1 < records ? amount(ofRefund: index + 1) : 0)
    }

    // MARK: Subscriptions and invoices

    func status(ofSubscription index: Int) -> String {
        if index >= records { return index % 3 == 0 ? "trialing" : "active" }
        return switch number(.subscriptions, index, 10, below: 100) {
        case 0..<60: "active"
        case 60..<80: "canceled"
        case 80..<88: "trialing"
        case 88..<94: "past_due"
        case 94..<96: "unpaid"
        case 96..<98: "incomplete_expired"
        case 98: "incomplete"
        default: "paused"
        }
    }

    /// The items that a subscription has.
    func items(ofSubscription index: Int, _ edit: StripeEdit) -> [StripeItem] {
        edit.items
            ?? (0..<items(ofSubscription: index)).map { item in
                StripeItem(
                    number: item,
                    quantity: 1 + number(.subscriptions, index, 13 + UInt64(item) * 32, below: 5)
                )
            }
    }

    /// With how many items it began; one in fifty has more than a list shows inline.
    func items(ofSubscription index: Int) -> Int {
        if index >= records { return 1 }
        return switch number(.subscriptions, index, 11, below: 50) {
        case 0: 12
        case 1..<10: 2
        default: 1
        }
    }

    func price(ofSubscription index: Int, item: Int) -> Int {
        if let price = birth(.subscriptions, index)?.parent { return price }
        let price = number(.subscriptions, index, 12 + UInt64(item) * 32, below: index + 1)
        return isRecurring(price: price) ? price : price - 1
    }

    /// Nine in ten invoices come from the subscription of the even index at or below; the others were written by hand.
    func subscription(ofInvoice index: Int) -> Int? {
        if let birth = birth(.invoices, index) { return birth.parent }
        return index % 10 == 9 ? nil : index & ~1
    }

    func latestInvoice(ofSubscription index: Int) -> Int? {
        guard index % 2 == 0, index < records else { return nil }
        return index + 1 < records && subscription(ofInvoice: index + 1) == index ? index + 1 : index
    }

    func status(ofInvoice index: Int) -> String {
        if index >= records { return "draft" }
        return switch number(.invoices, index, 14, below: 50) {
        case 0..<40: "paid"
        case 40..<45: "open"
        case 45, 46: "draft"
        case 47, 48: "void"
        default: "uncollectible"
        }
    }

    /// The lines with which an invoice was made; one in fifty has more of them than a list shows inline.
    func lines(ofInvoice index: Int) -> [StripeLine] {
        let choice = number(.invoices, index, 15, below: 50)
        return (0..<(choice == 0 ? 23 : 1 + choice % 3)).map { line in
            StripeLine(
                number: line,
                amount: 100 + number(.invoices, index, 17 + UInt64(line) * 32, below: 10_000),
                quantity: 1
            )
        }
    }

    func currency(ofInvoice index: Int) -> String { ["usd", "eur"][number(.invoices, index, 18, below: 2)] }
}
