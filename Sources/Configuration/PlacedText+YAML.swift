import YAML

extension SettingOrigin {
    /// Where a value of a file stands.
    init(of node: YAMLNode) { self = .file(node.file, line: node.line, column: node.column) }
}

extension PlacedText {
    /// The text of a value with its place; nil where the file has no such value.
    init?(_ node: YAMLNode?) throws(YAMLError) {
        guard let node else { return nil }
        self.init(try node.string(), at: SettingOrigin(of: node))
    }
}
