/// How the account describes its own data: properties and the schema of its custom object.
struct HubSpotDefinitions {
    /// The properties of a type that a list shows: those of one sensitivity, and none that is archived.
    static func properties(_ type: HubSpotType, _ sensitivity: String?, isArchived: Bool) -> [HubSpotProperty]
    {
        guard !isArchived else { return [] }
        return type.properties.filter { $0.sensitivity.rawValue == sensitivity ?? "non_sensitive" }
    }

    /// Appends a property's definition.
    static func write(_ property: HubSpotProperty, _ type: HubSpotType, to writer: inout ObjectWriter) {
        writer.object { writer in
            writer.text("updatedAt", HubSpotTime.text(HubSpotWorld.begin + 86_400_000))
            writer.text("createdAt", HubSpotTime.text(HubSpotWorld.begin))
            writer.text("name", property.name)
            writer.text("label", property.label)
            writer.text("type", property.vendorType)
            writer.text("fieldType", property.fieldType)
            writer.text(
                "description",
                property.isStandard ? "\(property.label) of the \(type.singular)." : ""
            )
            writer.text("groupName", property.isStandard ? "\(type.singular)information" : "custom")
            writer.array("options") { writer in
                for (place, value) in property.options.enumerated() {
                    writer.object { writer in
                        writer.text("label", value.prefix(1).uppercased() + value.dropFirst())
                        writer.text("value", value)
                        writer.number("displayOrder", place)
                        writer.bool("hidden", false)
                    }
                }
            }
            if property.form == .owner { writer.text("referencedObjectType", "OWNER") }
            writer.number("displayOrder", -1)
            writer.bool("calculated", property.isCalculated)
            writer.bool("externalOptions", [.owner, .pipeline, .stage].contains(property.form))
            writer.bool("archived", false)
            writer.bool("hasUniqueValue", property.form == .id)
            writer.bool("hidden", false)
            writer.bool("hubspotDefined", property.isStandard)
            writer.object("modificationMetadata") { writer in
                writer.bool("archivable", !property.isStandard)
                writer.bool("readOnlyDefinition", property.isStandard)
                writer.bool("readOnlyValue", property.isComputed)
            }
            writer.bool("formField", !property.isComputed)
            writer.text("dataSensitivity", property.sensitivity.rawValue)
        }
    }

    /// Appends the schema of a type.
    static func writeSchema(_ type: HubSpotType, to writer: inout ObjectWriter) {
        let isCustom = type == .vehicles
        writer.object { writer in
            writer.object("labels") { writer in
                writer.text("singular", isCustom ? "Vehicle" : type.singular.capitalized)
                writer.text("plural", type.rawValue.capitalized)
            }
            writer.texts("requiredProperties", isCustom ? ["vin"] : [])
            writer.texts("searchableProperties", isCustom ? ["vin", "model"] : [])
            writer.text("primaryDisplayProperty", isCustom ? "vin" : type.properties[3].name)
            writer.texts("secondaryDisplayProperties", isCustom ? ["model"] : [])
            writer.text("description", isCustom ? "A vehicle that a contact drives." : "")
            writer.bool("allowsSensitiveProperties", true)
            writer.bool("archived", false)
            writer.text("id", isCustom ? "4242001" : String(type.number.dropFirst(2)))
            writer.text("fullyQualifiedName", isCustom ? type.singular : type.singular.uppercased())
            writer.text("createdAt", HubSpotTime.text(HubSpotWorld.begin))
            writer.text("updatedAt", HubSpotTime.text(HubSpotWorld.begin + 86_400_000))
            writer.text("objectTypeId", type.number)
            writer.array("properties") { writer in
                for property in properties(type, nil, isArchived: false) {
                    write(property, type, to: &writer)
                }
            }
            writer.array("associations") { writer in
                for relation in HubSpotRelation.all {
                    if relation.child == type { write(relation, isUp: true, to: &writer) }
                    if relation.parent == type { write(relation, isUp: false, to: &writer) }
                }
            }
            writer.text("name", isCustom ? "vehicle" : type.singular.uppercased())
        }
    }

    private static func write(_ relation: HubSpotRelation, isUp: Bool, to writer: inout ObjectWriter) {
        let (from, to) = isUp ? (relation.child, relation.parent) : (relation.parent, relation.child)
        for name in relation.names(ofChild: 1, isUp: isUp) {
            writer.object { writer in
                writer.text("fromObjectTypeId", from.number)
                writer.text("toObjectTypeId", to.number)
                writer.text("name", name.text.uppercased())
                writer.text("id", String(name.number))
            }
        }
    }
}

extension String {
    fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
