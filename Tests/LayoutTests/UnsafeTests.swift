import Testing

/// Unsafe code stays countable: it lives in the files that wrap C, and in those listed here with their count.
@Suite struct UnsafeTests {
    /// What is unsafe elsewhere, and how often.
    ///
    /// A new line, or a greater number, needs a reason in its review.
    private static let allowed: [String: Int] = [
        // The cache's file in its own memory, copied out.
        "Cache/VersionCell.swift": 2,
        // Processes, files, variables and locks of the operating system.
        "Cache/CachePlace.swift": 12,
        "Cache/VersionCache+Unnamed.swift": 5,
        "Configuration/CommandRun.swift": 30,
        "Configuration/FileBytes.swift": 4,
        "Configuration/ProcessEnvironment.swift": 5,
        "Core/CrashPoint.swift": 2,
        // The page's files, copied out of the program.
        "Daemon/Admin/PageFiles.swift": 3,
        "Core/Instant.swift": 1,
        "Core/Locked.swift": 5,
        "Daemon/Operations/NotifySocket.swift": 7,
        "Daemon/Metrics/ProcessFacts.swift": 7,
        "Daemon/Schedules/FolderWatch.swift": 3,
        "Daemon/Schedules/ScheduleFolder.swift": 6,
        "Daemon/Service/DaemonClocks.swift": 1,
        "Extraction/Decoding/ExtractorFiles.swift": 10,
        "ExtractorKit/Fixture+File.swift": 7,
        "Files/DiskFile.swift": 17,
        "Files/LedgerLock.swift": 3,
        "Files/OutputDescriptor.swift": 4,
        "Kafka/HostLock.swift": 7,
        "Kafka/LockFolder.swift": 4,
        "Scheduling/Zones/ZoneFile.swift": 4,
        "Simulators/SimulatorServer.swift": 2,
        "Telemetry/Console.swift": 2,
        "Telemetry/StandardOutput.swift": 2,
        "Telemetry/Terminal.swift": 1,
        "sluice/Demo/TemporaryFolder.swift": 13,
        "sluice/Doctor/HostFacts.swift": 1,
        "sluice/Program.swift": 3,
        "sluice/Signals.swift": 7,
        // Threads, and what they wait on.
        "HTTP/CurlTransport.swift": 1,
        "HTTP/LoopThread.swift": 11,
        "Kafka/Latch.swift": 16,
        "Core/SerialThread.swift": 10,
        "Web/Monitor.swift": 17,
        "Web/WebStream.swift": 1,
        "Web/WebTimer.swift": 4,
        // The bytes of a page, looked at without bounds checks or copies.
        "Events/EventBuilder.swift": 2,
        "JSON/JSONText.swift": 7,
        "JSON/PageBytes.swift": 11,
    ]
    private static let allowedUnchecked: [String: Int] = [
        "Core/Locked.swift": 1,
        "Kafka/Latch.swift": 1,
        "Core/SerialThread.swift": 1,
        "Web/Monitor.swift": 1,
        "sluice/Signals.swift": 1,
    ]
    private static let cLibraries: Set<String> = [
        "CCurl", "CRDKafka", "CYAML", "CMicroHTTPD", "CCrypto", "CDeflate", "CZlib", "CLMDB",
    ]

    private let files: [SourceTree.File]

    init() throws {
        files = try SourceTree.sources.get().filter { $0.imports.isDisjoint(with: Self.cLibraries) }
    }

    @Test func unsafeExpressions() {
        check(/\bunsafe\b/, against: Self.allowed, name: "unsafe")
    }

    @Test func uncheckedPromises() {
        check(/@unchecked\b/, against: Self.allowedUnchecked, name: "@unchecked")
    }

    @Test func everyUncheckedPromiseHasAReason() throws {
        for file in try SourceTree.sources.get() {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in file.lines.enumerated() where line.contains("@unchecked Sendable") {
                let around = lines[max(0, index - 6)...min(index + 3, lines.count - 1)]
                #expect(
                    around.contains { $0.contains("//") },
                    "\(file.path):\(index + 1): say why it is safe"
                )
            }
        }
    }

    private func check(_ pattern: Regex<Substring>, against allowed: [String: Int], name: String) {
        for file in files {
            let count = file.count(of: pattern, word: name)
            let limit = allowed[file.path] ?? 0
            #expect(count <= limit, "\(name): \"\(file.path)\": \(count), where \(limit) are stated")
        }
        let gone = allowed.keys.filter { path in !files.contains { $0.path == path } }
        #expect(gone.isEmpty, "\(name): the list names files that are not there: \(gone.sorted())")
    }
}
