/// What becomes of payments, payouts and what is kept for later payments.
extension StripeUpdate {
    /// Of a description or of metadata no event tells: there is no `payment_intent.updated`.
    mutating func paymentIntent(_ dice: inout SeededDice) -> [String] {
        guard world.status(.paymentIntents, object.index, edit) == "requires_payment_method",
            !(mayBeSilent && dice(4) == 0)
        else {
            if dice(2) == 0 { set("description", "Order \(change)") } else { setMetadata() }
            return []
        }
        switch dice(4) {
        case 0:
            set("status", "canceled")
            set("cancellation_reason", "requested_by_customer")
            edit.members["canceled_at"] = String(time)
            return ["payment_intent.canceled"]
        case 1:
            edit.members["last_payment_error"] = StripeWorld.declined
            set("payment_method", world.id(prefix: "pm_", .paymentIntents, Int(change)))
            return ["payment_intent.payment_failed"]
        default:
            succeed(charge: world.count(.charges))
            return ["payment_intent.succeeded"]
        }
    }

    /// It has its money, by that charge.
    mutating func succeed(charge: Int) {
        set("status", "succeeded")
        set("latest_charge", world.id(.charges, charge))
        edit.members["amount_received"] = String(world.amount(ofIntent: object.index))
        edit.members["last_payment_error"] = "null"
    }

    mutating func dispute(_ dice: inout SeededDice) -> [String] {
        switch (world.status(.disputes, object.index, edit), dice(3)) {
        case ("needs_response", 0...1):
            set("status", "under_review")
            edit.members["evidence"] = StripeWorld.evidence("Evidence \(change)")
            edit.members["evidence_details"] = world.evidenceDetails(ofDispute: object.index, submissions: 1)
            return ["charge.dispute.updated"]
        case ("under_review", 0):
            set("status", "won")
            return ["charge.dispute.closed", "charge.dispute.funds_reinstated"]
        case ("under_review", 1):
            set("status", "lost")
            return ["charge.dispute.closed"]
        default:
            setMetadata()
            return ["charge.dispute.updated"]
        }
    }

    mutating func payout(_ dice: inout SeededDice) -> [String] {
        switch (world.status(.payouts, object.index, edit), dice(4)) {
        case ("pending", 0):
            set("status", "canceled")
            return ["payout.canceled"]
        case ("pending", 1...2):
            set("status", "in_transit")
            return ["payout.updated"]
        case ("in_transit", 0):
            set("status", "failed")
            set("failure_code", "account_closed")
            set("failure_message", "The bank account has been closed.")
            return ["payout.failed", "payout.updated"]
        case ("in_transit", 1...2):
            set("status", "paid")
            set("reconciliation_status", "completed")
            return ["payout.paid", "payout.reconciliation_completed"]
        default:
            setMetadata()
            return ["payout.updated"]
        }
    }

    /// Of metadata no event tells: there is no `setup_intent.updated`.
    mutating func setupIntent(_ dice: inout SeededDice) -> [String] {
        let status = world.status(.setupIntents, object.index, edit)
        guard ["requires_payment_method", "requires_action"].contains(status),
            !(mayBeSilent && dice(4) == 0)
        else {
            setMetadata()
            return []
        }
        switch dice(4) {
        case 0:
            set("status", "canceled")
            set("cancellation_reason", "requested_by_customer")
            return ["setup_intent.canceled"]
        case 1 where status == "requires_payment_method":
            set("status", "requires_action")
            return ["setup_intent.requires_action"]
        case 2:
            edit.members["last_setup_error"] = StripeWorld.declined
            set("latest_attempt", world.id(prefix: "setatt_", .setupIntents, Int(change)))
            set("status", "requires_payment_method")
            return ["setup_intent.setup_failed"]
        default:
            set("status", "succeeded")
            set("payment_method", world.id(prefix: "pm_", .setupIntents, object.index))
            return ["setup_intent.succeeded"]
        }
    }

    mutating func transfer(_ dice: inout SeededDice) -> [String] {
        guard dice(3) == 0, edit.members["reversals"] == nil else {
            if dice(2) == 0 { set("description", "Share \(change)") } else { setMetadata() }
            return ["transfer.updated"]
        }
        let amount = world.amount(ofTransfer: object.index)
        let part = dice(2) == 0 ? amount : amount / 2
        edit.members["amount_reversed"] = String(part)
        edit.members["reversed"] = part == amount ? "true" : "false"
        edit.members["reversals"] = world.list(
            [world.reversal(ofTransfer: object.index, amount: part, at: time)],
            url: "/v1/transfers/\(world.id(.transfers, object.index))/reversals"
        )
        return ["transfer.reversed", "transfer.updated"]
    }

    /// Whether a fee has been given back in parts of which one has no metadata.
    static func hasPlainRefund(_ edit: StripeEdit) -> Bool {
        edit.members["refunds"]?.contains(StripeWorld.noMetadata) ?? false
    }

    /// Half of it is given back, or all that is left.
    ///
    /// Of a refund's metadata an event tells that is about the refund, and none that is about the fee which holds it.
    mutating func applicationFee(_ dice: inout SeededDice) -> [String] {
        if mayBeSilent, Self.hasPlainRefund(edit), edit.members["refunded"] == "true" || dice(2) == 0 {
            edit.members["refunds"] = edit.members["refunds"]?.replacing(
                StripeWorld.noMetadata,
                with: #""metadata":{"note":"\#(change)"}"#
            )
            return []
        }
        let index = object.index
        let amount = world.amount(ofFee: index)
        let before = edit.members["amount_refunded"].flatMap { Int($0) } ?? 0
        let isRest = before > 0 || dice(2) == 0
        let part = isRest ? amount - before : amount / 2
        var refunds = [world.refund(ofFee: index, number: isRest ? 1 : 0, amount: part, at: time)]
        if before > 0 {
            refunds.append(world.refund(ofFee: index, number: 0, amount: before, at: time))
        }
        edit.members["amount_refunded"] = String(before + part)
        edit.members["refunded"] = isRest ? "true" : "false"
        edit.members["refunds"] = world.list(
            refunds,
            url: "/v1/application_fees/\(world.id(.applicationFees, index))/refunds"
        )
        return ["application_fee.refunded"]
    }
}
