// swift-tools-version: 6.2
import PackageDescription

/// The modules and the arrows between them: what a module may import stands here and nowhere else.
///
/// `LayoutTests` compares it with the `import` lines of every file.
let modules: [(name: String, imports: [Target.Dependency])] = [
    ("JSON", []),
    ("Core", ["JSON"]),
    ("YAML", ["CYAML"]),
    ("Cryptography", ["CCrypto"]),
    ("Expressions", ["Core", "JSON"]),
    ("HTTP", ["CCurl", "CDeflate", "CZlib", "Core"]),
    ("Cache", ["CLMDB", "Core", "JSON"]),
    ("Kafka", ["CRDKafka", "Cache", "Core", "JSON"]),
    ("Files", ["Cache", "Core", "JSON"]),
    ("Scheduling", ["Core"]),
    ("Configuration", ["Scheduling", "YAML", "Core", "JSON"]),
    ("Web", ["CMicroHTTPD", "CDeflate"]),
    ("CommandLine", []),
    ("Telemetry", ["Core", "JSON"]),
    ("Extraction", ["Expressions", "YAML", "Cryptography", "Core", "JSON"]),
    ("Events", ["Cryptography", "Core", "JSON"]),
    ("Runs", ["Extraction", "Events", "Core", "JSON"]),
    (
        "Daemon",
        [
            "Runs", "Extraction", "Events", "Scheduling", "Configuration", "Kafka", "Web", "Telemetry",
            "YAML", "Cryptography", "CPage", "Core", "JSON",
        ]
    ),
    ("Simulators", ["Web", "Core", "JSON"]),
    ("ExtractorKit", ["Runs", "Events", "Extraction", "Expressions", "YAML", "Telemetry", "Core", "JSON"]),
]

let systemLibraries = ["CCurl", "CRDKafka", "CYAML", "CMicroHTTPD", "CCrypto", "CDeflate", "CZlib", "CLMDB"]

/// Test targets beside the one of each module; the name carries the class (`swift test --filter BrokerTests`).
let suites: [(name: String, imports: [Target.Dependency])] = [
    ("JSONTests", ["ProcessSupport", "JSON"]),
    ("CoreTests", ["ProcessSupport", "Core", "JSON"]),
    ("YAMLTests", ["YAML"]),
    ("CryptographyTests", ["Cryptography"]),
    ("ExpressionsTests", ["Expressions", "Core", "JSON"]),
    ("SchedulingTests", ["ScheduleSupport", "ProcessSupport", "Scheduling", "Core"]),
    ("ConfigurationTests", ["ProcessSupport", "Configuration", "Scheduling", "YAML", "Core", "JSON"]),
    ("CommandLineTests", ["CommandLine"]),
    ("TelemetryTests", ["Telemetry", "Core", "JSON"]),
    (
        "ExtractionTests",
        ["ProcessSupport", "Extraction", "Expressions", "YAML", "Cryptography", "Core", "JSON"]
    ),
    ("EventsTests", ["ProcessSupport", "Events", "Core", "JSON"]),
    ("RunsTests", ["ProcessSupport", "Runs", "Extraction", "Events", "Telemetry", "Core", "JSON"]),
    (
        "DaemonTests",
        [
            "ScheduleSupport", "ProcessSupport", "Daemon", "Kafka", "Runs", "Extraction", "Events",
            "Scheduling",
            "Configuration", "Web",
            "Telemetry", "Cryptography", "YAML", "Core", "JSON",
        ]
    ),
    (
        "AdminTests",
        ["ProcessSupport", "Daemon", "Runs", "Scheduling", "Configuration", "Web", "Core", "JSON"]
    ),
    ("SimulatorsTests", ["ProcessSupport", "Simulators", "Web", "Core", "JSON"]),
    (
        "SimulationTests",
        [
            "ProcessSupport", "Simulators", "Runs", "Extraction", "Events", "Cache", "Telemetry", "Core",
            "JSON",
        ]
    ),
    ("LoopbackTests", ["ProcessSupport", "HTTP", "Kafka", "Web", "CRDKafka", "Core", "JSON"]),
    ("CacheTests", ["ProcessSupport", "Cache", "Core", "JSON"]),
    ("FilesTests", ["ProcessSupport", "Files", "Core", "JSON"]),
    (
        "BrokerTests",
        [
            "ProcessSupport", "Daemon", "Scheduling", "HTTP", "Kafka", "CRDKafka", "Cache", "Events", "Web",
            "Core", "JSON",
        ]
    ),
    (
        "ExtractorKitTests",
        [
            "ProcessSupport", "ExtractorKit", "Runs", "Simulators", "Events", "Expressions", "Extraction",
            "YAML", "Telemetry", "Core", "JSON",
        ]
    ),
    ("CommandTests", ["ProcessSupport", "Simulators", "JSON"]),
    ("LayoutTests", []),
]

/// Files that tests read where they lie.
let dataFolders = [
    "CoreTests": ["Golden"], "DaemonTests": ["Golden"], "EventsTests": ["Golden"],
    "ExtractorKitTests": ["Broken"],
]

/// The files of the page, which CPage.c embeds.
let pageFiles = [
    "app.css", "app.js", "backfills.js", "client.js", "daemon.js", "dom.js", "format.js", "icon.svg",
    "index.html", "runs.js", "schedules.js", "timeline.js", "topics.js",
]

/// Folders of a module that are no Swift: the page, which is a target of its own.
let otherLanguages = ["Daemon": ["Page"]]

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

var targets: [Target] = systemLibraries.map { .systemLibrary(name: $0) }
targets += modules.map {
    .target(
        name: $0.name,
        dependencies: $0.imports,
        exclude: otherLanguages[$0.name] ?? [],
        swiftSettings: swiftSettings
    )
}
// The files of the page as bytes.
targets.append(
    .target(
        name: "CPage",
        path: "Sources/Daemon/Page",
        exclude: pageFiles
    )
)
targets.append(
    .executableTarget(
        name: "sluice",
        dependencies: modules.map { .init(stringLiteral: $0.name) },
        swiftSettings: swiftSettings
    )
)
// What several suites need: the built command and what it talks to as processes, seeded numbers, versions in memory.
targets.append(
    .target(
        name: "ProcessSupport",
        dependencies: ["Core", "JSON"],
        path: "Tests/ProcessSupport",
        swiftSettings: swiftSettings
    )
)
// What times of a schedule must be, found in another way.
targets.append(
    .target(
        name: "ScheduleSupport",
        dependencies: ["ProcessSupport", "Scheduling", "Core"],
        path: "Tests/ScheduleSupport",
        swiftSettings: swiftSettings
    )
)
targets += suites.map {
    .testTarget(
        name: $0.name,
        dependencies: $0.imports,
        exclude: dataFolders[$0.name] ?? [],
        swiftSettings: swiftSettings
    )
}

// Measures the way of a record stage by stage; a program of its own, so that the product carries none of it.
targets.append(
    .executableTarget(
        name: "WholeWay",
        dependencies: ["HTTP", "Kafka", "Cache", "Runs", "Extraction", "Events", "Core", "JSON"],
        path: "Tests/Bench/WholeWay",
        swiftSettings: swiftSettings
    )
)

let package = Package(
    name: "sluice",
    products: [.executable(name: "sluice", targets: ["sluice"])],
    targets: targets,
    swiftLanguageModes: [.v6]
)

// Fuzz targets link libFuzzer's main and so cannot stand in an ordinary build: SLUICE_FUZZ=1 adds them.
if Context.environment["SLUICE_FUZZ"] != nil {
    package.targets += [
        .executableTarget(
            name: "PageScannerFuzz",
            dependencies: ["JSON"],
            path: "Tests/Fuzz/PageScannerFuzz",
            swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])]
        )
    ]
}
