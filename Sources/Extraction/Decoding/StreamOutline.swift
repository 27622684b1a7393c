import YAML

/// What of a stream's declaration the decoding of its parts looks at.
struct StreamOutline {
    /// The declaration.
    var node: YAMLNode
    /// Its own fields, and those over the defaults.
    var own: [String: YAMLNode]
    var fields: [String: YAMLNode]
    var records: [String]?
    var key: [[String]]?
    var version: StreamDefinition.Version?
    var parent: StreamDefinition.Parent?
    /// Whether the definition says where an error's body has its message and its code.
    var hasMessage: Bool
    var hasCode: Bool
    /// What the templates of its request may read.
    var variables: [String: DefinitionDecoder.Variable]

    /// Whether it is a family.
    var isFamily: Bool { own["one_per"] != nil }

    /// Of a family, the object.
    var objectVariables: [String: DefinitionDecoder.Variable] {
        variables.filter { $0.key == StreamDefinition.objectVariable }
    }

    /// What the templates of requests beside its own may read.
    var besideVariables: [String: DefinitionDecoder.Variable] {
        variables.filter { ["discovered", StreamDefinition.objectVariable].contains($0.key) }
    }
}
