/// Payouts to the bank.
extension StripeWorld {
    func amount(ofPayout index: Int) -> Int { 1_000 + number(.payouts, index, 45, below: 1_000_000) }

    func status(ofPayout index: Int) -> String {
        if index >= records { return "pending" }
        return switch number(.payouts, index, 46, below: 50) {
        case 0..<42: "paid"
        case 42, 43: "failed"
        case 44: "canceled"
        case 45...47: "in_transit"
        default: "pending"
        }
    }

    func writePayout(_ index: Int, to writer: inout ObjectWriter) {
        let created = created(.payouts, index)
        let status = status(ofPayout: index)
        let hasFailed = status == "failed"
        writer.number("amount", amount(ofPayout: index))
        writer.nulls("application_fee", "application_fee_amount")
        writer.number("arrival_date", (created / 86_400 + 2) * 86_400)
        writer.bool("automatic", index % 4 > 0)
        writer.text("balance_transaction", transactionID(.payouts, index))
        writer.number("created", created)
        writer.text("currency", "usd")
        writer.text("description", "STRIPE PAYOUT")
        writer.text("destination", id(prefix: "ba_", .payouts, 0))
        writer.nulls("failure_balance_transaction")
        writer.text("failure_code", hasFailed ? "account_closed" : nil)
        writer.text("failure_message", hasFailed ? "The bank account has been closed." : nil)
        writer.bool("livemode", isLive)
        writeMetadata(.payouts, index, to: &writer)
        writer.text("method", "standard")
        writer.nulls("original_payout", "payout_method")
        writer.text(
            "reconciliation_status",
            index % 4 == 0 ? "not_applicable" : status == "paid" ? "completed" : "in_progress"
        )
        writer.nulls("reversed_by")
        writer.text("source_type", "card")
        writer.nulls("statement_descriptor")
        writer.text("status", status)
        writer.raw("trace_id", status == "paid" ? #"{"status":"supported","value":"T\#(index)"}"# : "null")
        writer.text("type", "bank_account")
    }
}
