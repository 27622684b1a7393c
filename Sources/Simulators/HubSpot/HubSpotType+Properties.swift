extension HubSpotType {
    /// The properties of its objects, those that HubSpot keeps for every object first.
    var properties: [HubSpotProperty] { Self.tables[ordinal].properties }

    /// The property of that name.
    func property(_ name: String) -> HubSpotProperty? { place(ofProperty: name).map { properties[$0] } }

    /// The place of the property of that name among the properties.
    func place(ofProperty name: String) -> Int? { Self.tables[ordinal].places[name] }

    private struct Table {
        let properties: [HubSpotProperty]
        let places: [String: Int]
    }

    private static let tables: [Table] = allCases.map { type in
        var properties: [HubSpotProperty] = [
            .fixed("hs_object_id", "Record ID", .id),
            .fixed(type.createdProperty, "Create Date", .created),
            .fixed(type.modifiedProperty, "Last Modified Date", .modified),
        ]
        // Contacts have both names; only one of them can be searched by.
        if type == .contacts {
            properties.append(HubSpotProperty("hs_lastmodifieddate", "Object last modified date", .modified))
        }
        properties += type.ownProperties
        if type.canMerge {
            properties.append(HubSpotProperty("hs_merged_object_ids", "Merged Record IDs", .mergedIDs))
        }
        properties.append(.custom("batch_tag", "Batch tag", .empty))
        let places = properties.enumerated().map { ($1.name, $0) }
        return Table(properties: properties, places: Dictionary(uniqueKeysWithValues: places))
    }

    private var ownProperties: [HubSpotProperty] {
        switch self {
        case .contacts: Self.ofContacts
        case .companies: Self.ofCompanies
        case .deals: Self.ofDeals
        case .tickets: Self.ofTickets
        case .products: Self.ofProducts
        case .lineItems: Self.ofLineItems
        case .orders: Self.ofOrders
        case .carts: Self.ofCarts
        case .invoices: Self.ofInvoices
        case .payments: Self.ofPayments
        case .subscriptions: Self.ofSubscriptions
        case .calls: Self.ofCalls
        case .emails: Self.ofEmails
        case .meetings: Self.ofMeetings
        case .notes: Self.ofNotes
        case .tasks: Self.ofTasks
        case .quotes: Self.ofQuotes
        case .leads: Self.ofLeads
        case .communications: Self.ofCommunications
        case .postalMail: Self.ofPostalMail
        case .feedback: Self.ofFeedback
        case .goals: Self.ofGoals
        case .splits: Self.ofSplits
        case .discounts, .fees, .taxes: Self.ofCharges
        case .vehicles: Self.ofVehicles
        }
    }

    private static let firstNames = [
        "Ada", "Björn", "Chloé", "Dmitri", "Emeka", "Fatima", "Grace", "Hiroshi",
    ]
    private static let lastNames = [
        "Lovelace", "Borg", "Dupont", "Иванов", "Okafor", "O'Neil", "Hopper", "田中",
    ]
    private static let countries = ["Switzerland", "Germany", "United States", "Japan", "Brazil"]
    private static let currencies = ["USD", "EUR", "CHF", "JPY"]
    private static let lifecycle = [
        "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer",
    ]

    private static let ofContacts: [HubSpotProperty] = [
        .usual("email", "Email", .email),
        .usual("firstname", "First Name", .word(firstNames)),
        .usual("lastname", "Last Name", .word(lastNames)),
        HubSpotProperty("phone", "Phone Number", .phone),
        HubSpotProperty("lifecyclestage", "Lifecycle Stage", .choice(lifecycle)),
        HubSpotProperty("hubspot_owner_id", "Contact owner", .owner),
        HubSpotProperty("jobtitle", "Job Title", .text("Engineer")),
        HubSpotProperty("country", "Country/Region", .word(countries)),
        HubSpotProperty("hs_additional_emails", "Additional email addresses", .empty),
        HubSpotProperty("hs_email_optout", "Unsubscribed from all email", .flag),
        HubSpotProperty("date_of_birth", "Date of birth", .day),
        HubSpotProperty("notes_last_updated", "Last Activity Date", .time),
        HubSpotProperty("hubspotscore", "HubSpot Score", .score),
        HubSpotProperty("num_associated_deals", "Number of Associated Deals", .number(.deals)),
        .custom("favourite_colours", "Favourite colours", .choices(["red", "green", "blue", "off-white"])),
        .custom("annual_income", "Annual income", .money(250_000)),
        .secret("passport_number", "Passport number", .sensitive),
        .secret("allergies", "Allergies", .high),
    ]
    private static let ofCompanies: [HubSpotProperty] = [
        .usual("name", "Company name", .text("Company")),
        .usual("domain", "Company Domain Name", .domain),
        HubSpotProperty("industry", "Industry", .choice(["RETAIL", "COMPUTER_SOFTWARE", "FOOD_BEVERAGES"])),
        HubSpotProperty("annualrevenue", "Annual Revenue", .money(90_000_000)),
        HubSpotProperty("numberofemployees", "Number of Employees", .count(5000)),
        HubSpotProperty("country", "Country/Region", .word(countries)),
        HubSpotProperty("phone", "Phone Number", .phone),
        HubSpotProperty("lifecyclestage", "Lifecycle Stage", .choice(lifecycle)),
        HubSpotProperty("hubspot_owner_id", "Company owner", .owner),
        HubSpotProperty("hs_is_target_account", "Target Account", .flag),
        HubSpotProperty("hs_total_deal_value", "Total open deal value", .score),
        HubSpotProperty("num_associated_contacts", "Number of Associated Contacts", .number(.contacts)),
        HubSpotProperty("num_associated_deals", "Number of Associated Deals", .number(.deals)),
        .secret("tax_number", "Tax number", .sensitive),
    ]
    private static let ofDeals: [HubSpotProperty] = [
        .usual("dealname", "Deal Name", .text("Deal")),
        .usual("amount", "Amount", .money(80_000)),
        .usual("closedate", "Close Date", .time),
        .usual("dealstage", "Deal Stage", .stage),
        .usual("pipeline", "Pipeline", .pipeline),
        HubSpotProperty("deal_currency_code", "Currency", .choice(currencies)),
        HubSpotProperty("amount_in_home_currency", "Amount in company currency", .same("amount")),
        HubSpotProperty("dealtype", "Deal Type", .choice(["newbusiness", "existingbusiness"])),
        HubSpotProperty("description", "Deal Description", .body),
        HubSpotProperty("hubspot_owner_id", "Deal owner", .owner),
        HubSpotProperty("hs_is_closed", "Is Deal Closed?", .isClosed),
        HubSpotProperty("hs_is_closed_won", "Is Closed Won", .isWon),
        HubSpotProperty("hs_deal_score", "Deal Score", .score),
        HubSpotProperty("num_associated_contacts", "Number of Associated Contacts", .number(.contacts)),
    ]
    private static let ofTickets: [HubSpotProperty] = [
        .usual("subject", "Ticket name", .text("Help with order")),
        .usual("content", "Ticket description", .body),
        .usual("hs_pipeline", "Pipeline", .pipeline),
        .usual("hs_pipeline_stage", "Ticket status", .stage),
        .usual("hs_ticket_priority", "Priority", .choice(["LOW", "MEDIUM", "HIGH", "URGENT"])),
        .usual(
            "hs_ticket_category",
            "Category",
            .choices(["PRODUCT_ISSUE", "BILLING_ISSUE", "GENERAL_INQUIRY"])
        ),
        HubSpotProperty("closed_date", "Close date", .time),
        HubSpotProperty("source_type", "Source", .choice(["CHAT", "EMAIL", "FORM", "PHONE"])),
        HubSpotProperty("hubspot_owner_id", "Ticket owner", .owner),
        HubSpotProperty("hs_is_closed", "Is closed", .isClosed),
    ]
    private static let ofProducts: [HubSpotProperty] = [
        .usual("name", "Name", .text("Product")),
        .usual("description", "Product description", .body),
        .usual("price", "Unit price", .money(900)),
        HubSpotProperty("hs_sku", "SKU", .sku),
        HubSpotProperty("hs_cost_of_goods_sold", "Unit cost", .money(400)),
        HubSpotProperty("recurringbillingfrequency", "Billing frequency", .choice(["monthly", "annually"])),
    ]
    private static let ofLineItems: [HubSpotProperty] = [
        .usual("hs_product_id", "Product ID", .reference(.products)),
        .fixed("quantity", "Quantity", .count(12)),
        .fixed("price", "Unit price", .money(900)),
        .usual("amount", "Net price", .product),
        HubSpotProperty("name", "Name", .text("Line")),
        HubSpotProperty("hs_sku", "SKU", .sku),
        HubSpotProperty("discount", "Unit discount", .money(20)),
        HubSpotProperty("hs_line_item_currency_code", "Currency", .choice(currencies)),
    ]
    private static let ofOrders: [HubSpotProperty] = [
        HubSpotProperty("hs_order_name", "Order name", .text("Order")),
        HubSpotProperty("hs_external_order_id", "Shopping cart order ID", .text("EXT")),
        HubSpotProperty(
            "hs_external_order_status",
            "Order status",
            .choice(["paid", "shipped", "returned"])
        ),
        HubSpotProperty("hs_total_price", "Total", .money(4000)),
        HubSpotProperty("hs_currency_code", "Currency", .choice(currencies)),
        HubSpotProperty("hs_pipeline", "Pipeline", .pipeline),
        HubSpotProperty("hs_pipeline_stage", "Pipeline stage", .stage),
        HubSpotProperty("hs_source_store", "Source store", .text("Store")),
        HubSpotProperty("hs_external_created_date", "External created date", .time),
        HubSpotProperty("hubspot_owner_id", "Owner", .owner),
    ]
    private static let ofCarts: [HubSpotProperty] = [
        HubSpotProperty("hs_cart_name", "Cart name", .text("Cart")),
        HubSpotProperty("hs_external_cart_id", "External cart ID", .text("CART")),
        HubSpotProperty("hs_external_status", "External status", .choice(["pending", "completed"])),
        HubSpotProperty("hs_total_price", "Total", .money(4000)),
        HubSpotProperty("hs_currency_code", "Currency", .choice(currencies)),
    ]
    private static let ofInvoices: [HubSpotProperty] = [
        HubSpotProperty("hs_number", "Invoice number", .text("INV")),
        HubSpotProperty("hs_invoice_status", "Status", .choice(["draft", "open", "paid", "voided"])),
        HubSpotProperty("hs_amount_billed", "Amount billed", .money(9000)),
        HubSpotProperty("hs_balance_due", "Balance due", .money(9000)),
        HubSpotProperty("hs_currency", "Currency", .choice(currencies)),
        HubSpotProperty("hs_invoice_date", "Invoice date", .day),
        HubSpotProperty("hs_due_date", "Due date", .day),
    ]
    private static let ofPayments: [HubSpotProperty] = [
        HubSpotProperty("hs_initial_amount", "Gross amount", .money(9000)),
        HubSpotProperty("hs_currency_code", "Currency", .choice(currencies)),
        HubSpotProperty(
            "hs_latest_status",
            "Status",
            .choice(["processing", "succeeded", "refunded", "failed"])
        ),
        HubSpotProperty("hs_refunds_amount", "Refund amount", .money(300)),
        HubSpotProperty("hs_initiated_date", "Payment date", .time),
        HubSpotProperty("hs_customer_email", "Customer email", .email),
    ]
    private static let ofSubscriptions: [HubSpotProperty] = [
        HubSpotProperty("hs_name", "Name", .text("Subscription")),
        HubSpotProperty("hs_status", "Status", .choice(["active", "past_due", "canceled", "paused"])),
        HubSpotProperty("hs_recurring_amount", "Recurring amount", .money(500)),
        HubSpotProperty("hs_currency_code", "Currency", .choice(currencies)),
        HubSpotProperty("hs_recurring_billing_start_date", "Billing start date", .day),
        HubSpotProperty("hs_next_payment_due_date", "Next payment due date", .day),
    ]
    private static let ofCalls: [HubSpotProperty] = [
        HubSpotProperty("hs_timestamp", "Activity date", .time),
        HubSpotProperty("hs_call_title", "Call title", .text("Call")),
        HubSpotProperty("hs_call_body", "Call notes", .body),
        HubSpotProperty("hs_call_duration", "Call duration", .count(3_600_000)),
        HubSpotProperty("hs_call_status", "Call status", .choice(["COMPLETED", "BUSY", "NO_ANSWER"])),
        HubSpotProperty("hs_call_direction", "Call direction", .choice(["INBOUND", "OUTBOUND"])),
        HubSpotProperty("hubspot_owner_id", "Activity assigned to", .owner),
    ]
    private static let ofEmails: [HubSpotProperty] = [
        HubSpotProperty("hs_timestamp", "Activity date", .time),
        HubSpotProperty("hs_email_subject", "Email subject", .text("Re: offer")),
        HubSpotProperty("hs_email_html", "Email body", .body),
        HubSpotProperty("hs_email_direction", "Email direction", .choice(["EMAIL", "INCOMING_EMAIL"])),
        HubSpotProperty("hs_email_status", "Email send status", .choice(["SENT", "BOUNCED", "SCHEDULED"])),
        HubSpotProperty("hubspot_owner_id", "Activity assigned to", .owner),
    ]
    private static let ofMeetings: [HubSpotProperty] = [
        HubSpotProperty("hs_timestamp", "Activity date", .time),
        HubSpotProperty("hs_meeting_title", "Meeting name", .text("Meeting")),
        HubSpotProperty("hs_meeting_body", "Meeting description", .body),
        HubSpotProperty("hs_meeting_start_time", "Meeting start time", .time),
        HubSpotProperty("hs_meeting_end_time", "Meeting end time", .time),
        HubSpotProperty(
            "hs_meeting_outcome",
            "Meeting outcome",
            .choice(["SCHEDULED", "COMPLETED", "NO_SHOW"])
        ),
        HubSpotProperty("hubspot_owner_id", "Activity assigned to", .owner),
    ]
    private static let ofNotes: [HubSpotProperty] = [
        HubSpotProperty("hs_timestamp", "Activity date", .time),
        HubSpotProperty("hs_note_body", "Note body", .body),
        HubSpotProperty("hs_attachment_ids", "Attached content IDs", .choices(["8001", "8002", "8003"])),
        HubSpotProperty("hubspot_owner_id", "Activity assigned to", .owner),
    ]
    private static let ofTasks: [HubSpotProperty] = [
        HubSpotProperty("hs_timestamp", "Due date", .time),
        HubSpotProperty("hs_task_subject", "Task title", .text("Follow up")),
        HubSpotProperty("hs_task_body", "Task notes", .body),
        HubSpotProperty(
            "hs_task_status",
            "Task status",
            .choice(["NOT_STARTED", "IN_PROGRESS", "COMPLETED"])
        ),
        HubSpotProperty("hs_task_priority", "Priority", .choice(["LOW", "MEDIUM", "HIGH"])),
        HubSpotProperty("hs_task_type", "Task type", .choice(["TODO", "CALL", "EMAIL"])),
        HubSpotProperty("hubspot_owner_id", "Activity assigned to", .owner),
    ]
    private static let ofQuotes: [HubSpotProperty] = [
        HubSpotProperty("hs_title", "Name", .text("Quote")),
        HubSpotProperty("hs_quote_amount", "Total", .money(20_000)),
        HubSpotProperty("hs_currency", "Currency", .choice(currencies)),
        HubSpotProperty("hs_expiration_date", "Expiration date", .day),
        HubSpotProperty("hs_status", "Status", .choice(["DRAFT", "APPROVAL_NOT_NEEDED", "REJECTED"])),
    ]
    private static let ofLeads: [HubSpotProperty] = [
        HubSpotProperty("hs_lead_name", "Lead name", .text("Lead")),
        HubSpotProperty("hs_lead_type", "Lead type", .choice(["NEW_BUSINESS", "RE_ATTEMPTING", "UPSELL"])),
        HubSpotProperty("hs_lead_label", "Lead label", .choice(["HOT", "WARM", "COLD"])),
        HubSpotProperty("hubspot_owner_id", "Lead owner", .owner),
    ]
    private static let ofCommunications: [HubSpotProperty] = [
        HubSpotProperty("hs_timestamp", "Activity date", .time),
        HubSpotProperty(
            "hs_communication_channel_type",
            "Channel",
            .choice(["SMS", "WHATS_APP", "LINKEDIN_MESSAGE"])
        ),
        HubSpotProperty("hs_communication_body", "Communication body", .body),
        HubSpotProperty("hubspot_owner_id", "Activity assigned to", .owner),
    ]
    private static let ofPostalMail: [HubSpotProperty] = [
        HubSpotProperty("hs_timestamp", "Activity date", .time),
        HubSpotProperty("hs_postal_mail_body", "Postal mail body", .body),
        HubSpotProperty("hubspot_owner_id", "Activity assigned to", .owner),
    ]
    private static let ofFeedback: [HubSpotProperty] = [
        HubSpotProperty("hs_survey_type", "Survey type", .choice(["CES", "CSAT", "NPS"])),
        HubSpotProperty("hs_value", "Rating", .count(10)),
        HubSpotProperty("hs_content", "Response", .body),
        HubSpotProperty("hs_submission_timestamp", "Submission date", .time),
    ]
    private static let ofGoals: [HubSpotProperty] = [
        HubSpotProperty("hs_goal_name", "Goal name", .text("Goal")),
        HubSpotProperty("hs_target_amount", "Target amount", .money(90_000)),
        HubSpotProperty("hs_start_datetime", "Start date", .time),
        HubSpotProperty("hs_end_datetime", "End date", .time),
    ]
    private static let ofSplits: [HubSpotProperty] = [
        HubSpotProperty("hs_deal_split_percentage", "Split percentage", .money(100)),
        HubSpotProperty("hs_deal_split_amount", "Split amount", .money(80_000)),
        HubSpotProperty("hubspot_owner_id", "Split owner", .owner),
    ]
    /// Of what is added to a price, or taken off it.
    private static let ofCharges: [HubSpotProperty] = [
        HubSpotProperty("hs_label", "Label", .text("Charge")),
        HubSpotProperty("hs_type", "Type", .choice(["FIXED", "PERCENT"])),
        HubSpotProperty("hs_value", "Value", .money(30)),
    ]
    private static let ofVehicles: [HubSpotProperty] = [
        .custom("vin", "Vehicle identification number", .text("VIN")),
        .custom("model", "Model", .choice(["Kombi", "Käfer", "Bulli"])),
        .custom("mileage", "Mileage", .count(300_000)),
        .custom("price", "Price", .money(60_000)),
        .custom("is_electric", "Electric", .flag),
        .custom("extras", "Extras", .choices(["towbar", "sunroof", "heated_seats"])),
        .custom("delivered_on", "Delivered on", .day),
        HubSpotProperty("hubspot_owner_id", "Vehicle owner", .owner),
    ]
}
