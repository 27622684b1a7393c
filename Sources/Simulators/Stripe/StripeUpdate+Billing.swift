/// What becomes of coupons, and of what belongs to invoices and checkouts.
extension StripeUpdate {
    mutating func coupon(_ dice: inout SeededDice) {
        if dice(2) == 0 { set("name", "Offer \(object.index), edition \(change)") } else { setMetadata() }
    }

    mutating func code(_ dice: inout SeededDice) {
        if dice(2) == 0 { toggleActive() } else { setMetadata() }
    }

    /// A customer redeems a coupon, or the code of one.
    mutating func redeem() {
        let before = edit.members["times_redeemed"].flatMap { Int($0) }
        let count = before ?? world.redemptions(of: object.collection, object.index)
        edit.members["times_redeemed"] = String(count + 1)
    }

    /// No event tells of it: there is no `invoiceitem.updated`.
    mutating func invoiceItem(_ dice: inout SeededDice) -> [String] {
        switch dice(3) {
        case 0:
            let amount = String(100 + dice(20_000))
            edit.members["amount"] = amount
            edit.members["net_amount"] = amount
            set("description", "Extra work, counted again \(change)")
        case 1: set("description", "Extra work \(change)")
        default: setMetadata()
        }
        return []
    }

    /// Of all that happens to a payment an event tells only that it was made.
    mutating func invoicePayment(_ dice: inout SeededDice) -> [String] {
        if mayBeSilent, dice(3) == 0 {
            set("status", "canceled")
            edit.members["status_transitions"] = #"{"canceled_at":\#(time),"paid_at":null}"#
            return []
        }
        set("status", "paid")
        edit.members["amount_paid"] = String(world.amount(ofInvoicePayment: object.index))
        edit.members["status_transitions"] = #"{"canceled_at":null,"paid_at":\#(time)}"#
        return ["invoice_payment.paid"]
    }

    mutating func creditNote(_ dice: inout SeededDice) -> [String] {
        guard world.status(.creditNotes, object.index, edit) == "issued", dice(3) == 0 else {
            if dice(2) == 0 { set("memo", "Sorry, \(change) times") } else { setMetadata() }
            return ["credit_note.updated"]
        }
        set("status", "void")
        edit.members["voided_at"] = String(time)
        return ["credit_note.voided"]
    }

    /// The shop changes what is in an open checkout.
    private mutating func changeSessionLines(_ dice: inout SeededDice) {
        var lines = edit.lines ?? world.lines(ofSession: object.index)
        let place = dice(lines.count)
        switch dice(3) {
        case 0 where lines.count > 1: lines.remove(at: place)
        // No line ever gets the id of another that was removed.
        case 1 where lines.count < 40:
            let number = 1000 + Int(change)
            lines.append(StripeLine(number: number, amount: 100 + dice(10_000), quantity: 1 + dice(4)))
        default:
            lines[place].amount += 1 + dice(500)
            lines[place].quantity += 1
        }
        edit.lines = lines
    }

    /// Its day is over, and nobody has paid.
    mutating func expire() -> [String] {
        edit.members["url"] = "null"
        set("status", "expired")
        return ["checkout.session.expired"]
    }

    /// Of metadata or lines no event tells: there is no `checkout.session.updated`.
    mutating func checkoutSession(_ dice: inout SeededDice) -> [String] {
        let status = world.status(.checkoutSessions, object.index, edit)
        let isUnpaid = world.isUnpaid(session: object.index, edit)
        guard status == "open" || status == "complete" && isUnpaid, !(mayBeSilent && dice(2) == 0) else {
            if status == "open", dice(3) > 0 { changeSessionLines(&dice) } else { setMetadata() }
            return []
        }
        if status == "complete" {
            guard dice(3) > 0 else {
                // It stays unpaid; what the customer may try next is another matter.
                setMetadata()
                return ["checkout.session.async_payment_failed"]
            }
            set("payment_status", "paid")
            return ["checkout.session.async_payment_succeeded"]
        }
        guard dice(4) > 0 else { return expire() }
        edit.members["url"] = "null"
        set("status", "complete")
        set("payment_status", dice(4) == 0 ? "unpaid" : "paid")
        return ["checkout.session.completed"]
    }
}
