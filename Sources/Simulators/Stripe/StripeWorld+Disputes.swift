/// Disputes: of the charges of even index, two of each, as the refunds are.
extension StripeWorld {
    func charge(ofDispute index: Int) -> Int { birth(.disputes, index)?.parent ?? index & ~1 }

    func isDisputed(charge index: Int) -> Bool { index % 2 == 0 && index < records }

    func status(ofDispute index: Int) -> String {
        if index >= records { return "needs_response" }
        return switch number(.disputes, index, 41, below: 10) {
        case 0...2: "needs_response"
        case 3, 4: "under_review"
        case 5, 6: "won"
        default: "lost"
        }
    }

    /// What the list of the evidence's texts has, all of them empty.
    private static let evidence = [
        "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
        "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
        "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation",
        "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt",
        "refund_policy", "refund_policy_disclosure", "refund_refusal_explanation", "service_date",
        "service_documentation", "shipping_address", "shipping_carrier", "shipping_date",
        "shipping_documentation", "shipping_tracking_number", "uncategorized_file",
    ]

    /// The evidence with a text in it.
    static func evidence(_ text: String?) -> String {
        let names = evidence.map { "\"\($0)\":null" }.joined(separator: ",")
        let said = text.map { "\"\($0)\"" } ?? "null"
        return "{\"enhanced_evidence\":{},\(names),\"uncategorized_text\":\(said)}"
    }

    /// The details of the evidence after so many submissions.
    func evidenceDetails(ofDispute index: Int, submissions: Int) -> String {
        let due = (created(.disputes, index) / 86_400 + 10) * 86_400 - 1
        return
            #"{"due_by":\#(due),"enhanced_eligibility":{},"has_evidence":\#(submissions > 0),"past_due":false,"#
            + #""submission_count":\#(submissions)}"#
    }

    func writeDispute(_ index: Int, to writer: inout ObjectWriter) {
        let charge = charge(ofDispute: index)
        let status = status(ofDispute: index)
        writer.number("amount", amount(ofCharge: charge))
        writer.raw("balance_transactions", "[]")
        writer.text("charge", id(.charges, charge))
        writer.number("created", created(.disputes, index))
        writer.text("currency", currency(ofCharge: charge))
        writer.raw("enhanced_eligibility_types", "[]")
        writer.raw("evidence", Self.evidence(nil))
        writer.raw(
            "evidence_details",
            evidenceDetails(ofDispute: index, submissions: status == "needs_response" ? 0 : 1)
        )
        writer.bool("is_charge_refundable", false)
        writer.bool("livemode", isLive)
        writeMetadata(.disputes, index, to: &writer)
        writer.text("payment_intent", intent(ofCharge: charge).map { id(.paymentIntents, $0) })
        writer.raw(
            "payment_method_details",
            #"{"card":{"brand":"visa","case_type":"chargeback","network_reason_code":"10.4"},"type":"card"}"#
        )
        let reasons = ["fraudulent", "product_not_received", "duplicate", "general"]
        writer.text("reason", reasons[number(.disputes, index, 42, below: reasons.count)])
        writer.text("status", status)
    }
}
