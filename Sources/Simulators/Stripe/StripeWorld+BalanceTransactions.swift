/// The movements of the balance: of the beginning those of the charge, the refund and the payout of each index.
extension StripeWorld {
    /// How many there are of each index of the other collections.
    static let transactionKinds = 3

    /// What a movement came with; nil for a fee of Stripe's own.
    func source(ofTransaction index: Int) -> StripeObject? {
        if let birth = birth(.balanceTransactions, index) { return birth.source }
        let place = index / Self.transactionKinds
        switch index % Self.transactionKinds {
        case 0:
            guard status(ofCharge: place) == "succeeded" else { return nil }
            return StripeObject(collection: .charges, index: place)
        case 1: return StripeObject(collection: .refunds, index: place)
        default: return StripeObject(collection: .payouts, index: place)
        }
    }

    /// The id of the movement that came with an object; nil where there was none when it was created.
    func transactionID(_ collection: StripeCollection, _ index: Int) -> String? {
        if index >= records {
            return birth(collection, index)?.transaction.map { id(.balanceTransactions, $0) }
        }
        if collection == .charges, status(ofCharge: index) != "succeeded" { return nil }
        let kind = collection == .charges ? 0 : collection == .refunds ? 1 : 2
        return id(.balanceTransactions, index * Self.transactionKinds + kind)
    }

    /// The second from which its amount can be paid out: a midnight some days later.
    func availableOn(_ index: Int) -> Int {
        (created(.balanceTransactions, index) / 86_400 + 2
            + number(.balanceTransactions, index, 43, below: 7)) * 86_400
    }

    func type(ofTransaction index: Int) -> String {
        switch source(ofTransaction: index)?.collection {
        case .charges: "charge"
        case .refunds: "refund"
        case .payouts: "payout"
        default: "stripe_fee"
        }
    }

    func currency(ofTransaction index: Int) -> String {
        guard let source = source(ofTransaction: index) else { return "usd" }
        return switch source.collection {
        case .charges: currency(ofCharge: source.index)
        case .refunds: currency(ofCharge: charge(ofRefund: source.index))
        default: "usd"
        }
    }

    private func amount(ofTransaction index: Int) -> Int {
        guard let source = source(ofTransaction: index) else {
            return -1 - number(.balanceTransactions, index, 44, below: 500)
        }
        return switch source.collection {
        case .charges: amount(ofCharge: source.index)
        case .refunds: -amount(ofRefund: source.index)
        default: -amount(ofPayout: source.index)
        }
    }

    /// Without an edit it is pending: what it has become depends on the time alone.
    func writeBalanceTransaction(_ index: Int, to writer: inout ObjectWriter) {
        let amount = amount(ofTransaction: index)
        let type = type(ofTransaction: index)
        let currency = currency(ofTransaction: index)
        let fee = type == "charge" ? 30 + amount * 29 / 1000 : 0
        writer.number("amount", amount)
        writer.number("available_on", availableOn(index))
        writer.text("balance_type", "payments")
        writer.number("created", created(.balanceTransactions, index))
        writer.text("currency", currency)
        writer.text("description", type == "charge" ? "Order \(index)" : nil)
        writer.nulls("exchange_rate")
        writer.number("fee", fee)
        writer.raw(
            "fee_details",
            fee == 0
                ? "[]"
                : #"[{"amount":\#(fee),"application":null,"currency":"\#(currency)","#
                    + #""description":"Stripe processing fees","type":"stripe_fee"}]"#
        )
        writer.number("net", amount - fee)
        writer.text("reporting_category", type == "stripe_fee" ? "fee" : type)
        writer.text("source", source(ofTransaction: index).map { id($0.collection, $0.index) })
        writer.text("status", "pending")
        writer.text("type", type)
    }
}
