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
    /// The declared limits.
    var limits: [String]
    /// What the templates of its request may read.
    var variables: [String: DefinitionDecoder.Variable]
}
