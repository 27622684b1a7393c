import Core
import Events
import Extraction
import ExtractorKit
import Foundation
import JSON
import Runs
import Testing

/// The marks of the shipped extractors against their schemas.
@Suite("Personal fields of the shipped extractors are marked")
struct PersonalMarkTests {
    /// What names of fields of persons have in them, as whole words of the name.
    private static let words: Set<String> = [
        "email", "mail", "phone", "mobile", "mobilephone", "fax", "birth", "birthday", "dob", "ip", "address",
        "street",
        "postal", "zip", "line1", "line2", "city", "firstname", "lastname", "fullname", "name", "alias",
        "nickname",
        "passport", "iban", "ssn", "latitude", "longitude", "comment", "body", "notes", "details",
        "signature", "subject",
        "photo", "avatar", "location", "tax",
    ]

    /// Fields whose names say so, and which say nothing of a person: by their paths, in any stream where none is named.
    private static let reasons: [String: String] = [
        // Stripe
        "account_name": "the name of the business that bills",
        "branding_settings.display_name": "the shop's own",
        "post_payment_credit_notes_amount": "an amount", "pre_payment_credit_notes_amount": "an amount",
        "automatic_tax": "how tax is worked out",
        "account_tax_ids": "ids of Stripe's objects, of the business's own numbers",
        "invoice_settings.account_tax_ids": "ids of Stripe's objects, of the business's own numbers",
        "invoice_settings.custom_fields.name": "a label that the shop chose",
        "custom_fields.name": "a label that the shop chose",
        "invoice_settings.rendering_options.amount_tax_display": "how it is printed",
        "rendering.amount_tax_display": "how it is printed",
        "custom_text": "the shop's own words",
        "billing_address_collection": "what is asked for, not the answer",
        "shipping_address_collection": "what is asked for, not the answer",
        "phone_number_collection": "what is asked for, not the answer",
        "tax_id_collection": "what is asked for, not the answer",
        "name_collection": "what is asked for, not the answer",
        "permissions.update_shipping_details": "what is allowed",
        "amount_tax": "an amount", "tax_exempt": "a word of three", "customer_tax_exempt": "a word of three",
        "tax_rates": "rates", "default_tax_rates": "rates", "tax_behavior": "included or not",
        "tax_code": "of goods",
        "tax_type": "of a rate", "display_name": "of a rate", "total_excluding_tax": "an amount",
        "subtotal_excluding_tax": "an amount", "level3.line_items.tax_amount": "an amount",
        "level3.shipping_from_zip": "where the shop sends from",
        "total_taxes.tax_behavior": "included or not", "total_taxes.tax_rate_details": "a rate",
        "taxes.tax_behavior": "included or not", "taxes.tax_rate_details": "a rate",
        "tax.automatic_tax": "whether it can be worked out", "tax.provider": "who works it out",
        "tax_ids": "a list of objects, whose value and check are marked",
        "tax.location": "marked", "hooks.inputs.tax": "an id of Stripe's",
        "amount_details": "amounts", "fee_details": "amounts", "total_details": "amounts",
        "evidence_details": "dates and counts", "proration_details": "amounts",
        "payment_details": "marked within",
        "transfer_data.payment_data": "marked", "presentment_details": "amounts",
        "payment_method_configuration_details": "ids of Stripe's", "destination_details": "how a refund goes",
        "payment_method_details": "marked within", "customer_details": "marked within",
        "collected_information.shipping_details": "marked within", "billing_details": "marked within",
        "fraud_details": "a word of Stripe's", "parent.subscription_details": "marked within",
        "parent.quote_details": "ids of Stripe's", "pricing.price_details": "ids of Stripe's",
        "next_action.display_details": "marked within", "shipping_details": "marked within",
        "cancellation_details": "marked within", "marketing_features.name": "of goods",
        "stripe products: name": "of goods", "stripe coupons: name": "of a discount",
        "stripe prices: nickname": "of goods", "stripe plans: nickname": "of goods",
        // Zendesk
        "is_public": "a flag", "shared_phone_number": "a flag", "only_private_comments": "a flag",
        "shared_comments": "a flag", "plain_body": "marked", "domain_names": "of an organization",
        "organization_name": "of an organization", "signature_template": "the desk's own words",
        "suspension_details": "of channels", "creator_app_name": "of a program",
        "custom_field_options.name": "a choice of a form",
        "custom_field_options.raw_name": "a choice of a form",
        "system_field_options.name": "a choice of a form", "raw_name": "of a form",
        "raw_display_name": "of a form",
        "metric_set.latest_comment_added_at": "a time", "email_cc_ids": "ids of users",
        "ticket_forms: display_name": "of a form",
        // HubSpot
        "teams.name": "of a team", "labels": "of a type of object",
        "associations.name": "of a type of object",
        "currencyPropertyName": "of a property", "groupName": "of a property",
        "fullyQualifiedName": "of a type of object",
    ]

    /// Streams whose records are settings of the account, made by its staff: a name there is that of a setting.
    private static let settings: Set<String> = [
        "zendesk organizations", "zendesk groups", "zendesk brands", "zendesk ticket_forms",
        "zendesk custom_roles",
        "zendesk tags", "zendesk schedules", "hubspot schemas",
    ]

    @Test(
        "a field whose name says so is marked, or says nothing of a person",
        arguments: ["stripe", "zendesk", "hubspot"]
    )
    func marked(_ extractor: String) throws {
        let folder = Repository.root.appending(path: "extractors/\(extractor)").path
        let definition = try ExtractorDefinition.load(folder: folder)
        let contents = FolderContents(folder)
        var looked = 0
        for stream in definition.streams {
            let schema = try #require(contents.schemas.schemas[stream.name], "\(stream.name)")
            for path in Self.paths(schema.document, schema.document["$defs"] ?? .null, [], []) {
                looked += 1
                guard let name = path.last, !Self.words.isDisjoint(with: Self.words(of: name)) else {
                    continue
                }
                if stream.personal.contains(where: { path.starts(with: $0.path) }) { continue }
                // Marked within.
                if stream.personal.contains(where: { $0.path.starts(with: path) }) { continue }
                if stream.reasonToKeep(path) != nil { continue }
                let isSetting =
                    name == "name"
                    && (Self.settings.contains("\(extractor) \(stream.name)")
                        || stream.name.hasSuffix("_properties"))
                let text = FieldPath.text(path)
                let isExplained = Self.reasons.keys.contains { reason in
                    let parts = reason.split(separator: ": ").map(String.init)
                    if parts.count == 2 {
                        return "\(extractor) \(stream.name)".hasSuffix(parts[0]) && text == parts[1]
                    }
                    return text == reason || text.hasPrefix(reason + ".")
                }
                #expect(isSetting || isExplained, "\(extractor) \(stream.name): \(text)")
            }
        }
        #expect(looked > 100)
    }

    @Test(
        "each mark is of a field that its schema has, or may have",
        arguments: ["stripe", "zendesk", "hubspot"]
    )
    func known(_ extractor: String) throws {
        let folder = Repository.root.appending(path: "extractors/\(extractor)").path
        let definition = try ExtractorDefinition.load(folder: folder)
        let contents = FolderContents(folder)
        for stream in definition.streams {
            let schema = try #require(contents.schemas.schemas[stream.name])
            for field in stream.personal {
                if case .unknown = schema.knowledge(of: field.path) {
                    Issue.record("\(extractor) \(stream.name): \(FieldPath.text(field.path))")
                }
            }
        }
        #expect(definition.streams.contains { !$0.personal.isEmpty })
    }

    /// The words of a name, however it is written.
    private static func words(of name: String) -> Set<String> {
        var words: [String] = [""]
        for character in name {
            if character == "_" || character == "-" {
                words.append("")
            } else if character.isUppercase {
                words.append(character.lowercased())
            } else {
                words[words.count - 1].append(character)
            }
        }
        return Set(words + [name.lowercased()])
    }

    /// The paths of all that a schema names.
    private static func paths(
        _ schema: JSONValue,
        _ definitions: JSONValue,
        _ path: [String],
        _ seen: [String]
    )
        -> Set<[String]>
    {
        if let name = schema["$ref"]?.text?.split(separator: "/").last.map(String.init) {
            guard !seen.contains(name), let definition = definitions[name] else { return [] }
            return paths(definition, definitions, path, seen + [name])
        }
        var found: Set<[String]> = path.isEmpty ? [] : [path]
        for choice in schema["anyOf"]?.elements ?? [] {
            found.formUnion(paths(choice, definitions, path, seen))
        }
        if let items = schema["items"] { found.formUnion(paths(items, definitions, path, seen)) }
        for member in schema["properties"]?.members ?? [] {
            found.formUnion(paths(member.value, definitions, path + [member.name], seen))
        }
        return found
    }
}
