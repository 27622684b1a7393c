import Testing

@Suite struct ArrowTests {
    private let sources: [SourceTree.File]
    private let declared: [String: Set<String>]

    init() throws {
        sources = try SourceTree.sources.get()
        declared = try Arrows.declared()
    }

    private func imports(of module: String) -> Set<String> {
        let own = Set(Arrows.allowed.keys).union(Arrows.allowed.values.joined())
        return sources.filter { $0.module == module }.reduce(into: Set()) { $0.formUnion($1.imports) }
            .intersection(own).subtracting([module])
    }

    @Test func everyModuleIsInTheDesign() {
        #expect(Set(declared.keys) == Set(Arrows.allowed.keys))
    }

    @Test(arguments: Arrows.allowed.keys.sorted())
    func declaresOnlyArrowsOfTheDesign(module: String) {
        let upwards = (declared[module] ?? []).subtracting(Arrows.reachable(from: module))
        #expect(upwards.isEmpty, "\(module) must not import \(upwards.sorted())")
    }

    @Test(arguments: Arrows.allowed.keys.sorted())
    func importsExactlyWhatItDeclares(module: String) {
        let used = imports(of: module)
        let declared = declared[module] ?? []
        let undeclared = used.subtracting(declared).sorted()
        let unused = declared.subtracting(used).sorted()
        #expect(undeclared.isEmpty, "\(module) imports \(undeclared): add them to its row in Package.swift")
        #expect(
            unused.isEmpty,
            "\(module) declares \(unused) and imports none: take them out of Package.swift"
        )
    }

    /// More than two types around a library, and why.
    private static let wider: [String: Int] = [
        // One file each for digests, HMAC, the comparison, encryption and signatures: the module is nothing but the wrap.
        "CCrypto": 5,
        // The multi handle, the easy handle, and the versions that `sluice version` prints.
        "CCurl": 3,
        // One reads (HTTP) and one writes (Web); the third prints the version.
        "CDeflate": 3,
    ]

    @Test(arguments: ["CCurl", "CRDKafka", "CYAML", "CMicroHTTPD", "CCrypto", "CDeflate", "CZlib", "CLMDB"])
    func cStaysBehindTwoTypes(library: String) {
        let files = sources.filter { $0.imports.contains(library) }.map(\.path)
        // `Type+Aspect.swift` is the same type.
        let types = Set(files.map { $0.dropLast(".swift".count).prefix { $0 != "+" } })
        #expect(types.count <= Self.wider[library] ?? 2, "\(library) is imported by \(files)")
    }
}
