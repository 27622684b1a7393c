import Core
import Extraction
import ExtractorKit
import Telemetry
import Testing

/// Definitions as authors get them wrong: `Broken/NN-name.yaml`, with all that is said of it in `Broken/NN-name.txt`.
@Suite struct BrokenDefinitionTests {
    private static let folder = "Tests/ExtractorKitTests/Broken"
    private static let plain = Terminal(isInteractive: false, hasColors: false)
    static let names = Repository.names(folder).filter { $0.hasSuffix(".yaml") }.map {
        String($0.dropLast(5))
    }

    private static func check(_ name: String) throws -> DefinitionCheck {
        DefinitionCheck(
            try Repository.bytes("\(folder)/\(name).yaml"),
            at: DefinitionPlace(file: "\(name).yaml")
        )
    }

    @Test func thereAreEnough() { #expect(Self.names.count >= 30) }

    @Test(arguments: names)
    func everyProblemIsSaidWithPlaceAndRemedy(_ name: String) throws {
        let said = try Self.check(name).text(on: Self.plain)
        #expect(said == (try? Repository.text("\(Self.folder)/\(name).txt")), "\(said)")
    }

    @Test(arguments: names)
    func noneCanBeUsedAndEachPlaceExists(_ name: String) throws {
        let check = try Self.check(name)
        #expect(check.definition == nil)
        #expect(check.errors > 0)
        #expect(check.warnings == 0)
        for finding in check.findings {
            #expect(check.lines.indices.contains(finding.line - 1), "\(finding)")
            guard check.lines.indices.contains(finding.line - 1) else { continue }
            #expect((1...check.lines[finding.line - 1].count + 1).contains(finding.column), "\(finding)")
        }
    }

    @Test func aFileWithManyMistakesSaysThemAll() throws {
        #expect(try Self.check("30-ten-at-once").errors >= 10)
    }

    @Test func aTerminalShowsTheLineAndACaret() throws {
        let terminal = Terminal(isInteractive: true, hasColors: true, size: { .init(columns: 60, rows: 20) })
        let said = try Self.check("17-unknown-limit").text(on: terminal).split(separator: "\n")
        #expect(said.count == 3)
        #expect(said[0].contains("\u{1B}[1;31merror\u{1B}[0m: unknown limit slow"))
        #expect(said[1] == "   13 |     limit: slow")
        #expect(said[2] == "      |            ^")
    }

    @Test func aLongLineIsCutAroundTheColumn() throws {
        let long = "extractor: shop\ndescription: \(String(repeating: "x", count: 300)) {{ y: [\n"
        let check = DefinitionCheck(
            Array(
                ("hosts: [\"" + String(repeating: "a", count: 200) + "\", \"{{ config.x }}\"]\n" + long).utf8
            ),
            at: DefinitionPlace(file: "e.yaml")
        )
        let terminal = Terminal(isInteractive: true, hasColors: false, size: { .init(columns: 60, rows: 20) })
        for line in check.text(on: terminal).split(separator: "\n") where line.contains(" | ") {
            #expect(line.count <= 60, "\(line)")
        }
    }

    @Test func aFolderBearsTheExtractorsName() throws {
        let yaml = try Repository.bytes("\(Self.folder)/16-path-without-slash.yaml")
        let check = DefinitionCheck(
            yaml,
            at: DefinitionPlace(file: "store/extractor.yaml", folderName: "store")
        )
        #expect(check.errors == 2)
        #expect(check.findings.first?.text.contains("give both one name") == true)
    }
}
