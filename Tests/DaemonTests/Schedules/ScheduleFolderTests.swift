import Configuration
import Core
import Extraction
import ProcessSupport
import Scheduling
import Testing

@testable import Daemon

/// Schedules in files, as somebody writes and breaks them.
@Suite
struct ScheduleFolderTests {
    private func load(_ files: [String: String]) async throws -> LoadedFolder {
        let folder = TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        for (name, text) in files { folder.write(name, text) }
        return try await Shop.folder(folder.path).load()
    }

    @Test
    func aFileIsASchedule() async throws {
        let folder = try await load([
            "shop.yaml": Shop.schedule + "\nstreams: [orders]\npool: shops\npriority: 3\n"
        ])
        #expect(folder.faults.isEmpty)
        let entry = try #require(folder.schedules.first?.entry)
        #expect(entry.schedule.id == "shop")
        #expect(entry.account.text == "shop/acme")
        #expect(entry.streams == ["orders"])
        #expect((entry.pool, entry.priority) == ("shops", 3))
    }

    @Test("S18 how fresh the data must be is the file's to say")
    func howFreshItMustBe() async throws {
        let folder = try await load(["shop.yaml": Shop.schedule + "\nsla: {fresh_within: 2h}\n"])
        #expect(folder.schedules.first?.entry.freshWithin == .seconds(7200))
    }

    @Test
    func whatIsNoScheduleIsLeftAlone() async throws {
        let folder = try await load([
            "shop.yaml": Shop.schedule, ".shop.yaml.swp": "{", "shop.yaml~": "{", "notes.txt": "{",
            "acme.yaml": "extractor: shop\naccount: other\nsettings: {token: env:TOKEN}\n",
        ])
        #expect(folder.schedules.map(\.id) == ["shop"])
        #expect(folder.faults.isEmpty)
    }

    @Test
    func oneThatIsWrongKeepsNoOtherFromRunning() async throws {
        let folder = try await load([
            "good.yaml": Shop.schedule,
            "bad.yaml": "extractor: shop\naccount: acme\nwhen: \"61 * * * *\"\nstreams: [order]\n",
        ])
        #expect(folder.schedules.map(\.id) == ["good"])
        #expect(folder.faultyIDs == ["bad"])
        let fault = try #require(folder.faults.first)
        #expect(fault.path.hasSuffix("/bad.yaml"))
        #expect(fault.messages.contains { $0.contains("bad.yaml:3:") })
    }

    @Test
    func anAccountIsDeclaredOnceForAllItsSchedules() async throws {
        let folder = try await load([
            "acme.yaml": "extractor: shop\naccount: acme\nsettings: {token: env:TOKEN}\n",
            "hourly.yaml": "extractor: shop\naccount: acme\nstreams: [orders]\nwhen: \"@hourly\"\n",
            "daily.yaml": "extractor: shop\naccount: acme\nstreams: [customers]\nwhen: \"@daily\"\n",
        ])
        #expect(folder.faults.isEmpty)
        #expect(folder.schedules.map(\.id) == ["daily", "hourly"])
        #expect(folder.schedules.allSatisfy { $0.file.settings.map(\.name) == ["token"] })
    }

    @Test
    func anAccountThatIsDeclaredTwiceAndDifferentlyIsRefused() async throws {
        let folder = try await load([
            "a.yaml": Shop.schedule,
            "b.yaml": "extractor: shop\naccount: acme\nsettings: {token: env:OTHER}\nwhen: \"@daily\"\n",
        ])
        #expect(folder.faults.count == 2)
        #expect(folder.faults.allSatisfy { $0.messages.joined().contains("differently") })
    }

    @Test
    func aFolderAsTheDestinationIsForTheCommand() async throws {
        let folder = try await load(["shop.yaml": Shop.schedule + "\nto: {folder: out}\n"])
        #expect(folder.faults.first?.messages.first?.contains("sluice sync") == true)
    }

    @Test
    func aNameThatStandsTwiceIsRefused() async throws {
        let folder = try await load(["shop.yaml": Shop.schedule, "shop.yml": Shop.schedule])
        #expect(folder.schedules.count == 1)
        #expect(folder.faults.first?.messages.first?.contains("shop.yaml") == true)
    }

    /// More than one thread reads.
    @Test
    func manyFilesAreReadInOrder() async throws {
        var files = Dictionary(
            uniqueKeysWithValues: (1000..<1300).map { number in
                ("s\(number).yaml", Shop.schedule.replacing("account: acme", with: "account: a\(number)"))
            }
        )
        files["s1100.yaml"] = "extractor: shop\nwhen: never\n"
        files["s1250.yaml"] = "{"
        let folder = try await load(files)
        let ids = (1000..<1300).filter { $0 != 1100 && $0 != 1250 }.map { "s\($0)" }
        #expect(folder.schedules.map(\.id) == ids)
        #expect(folder.schedules.map(\.account.text) == ids.map { "shop/a\($0.dropFirst())" })
        #expect(folder.faultyIDs == ["s1100", "s1250"])
    }

    /// Ten thousand files of one broken extractor must not decode it ten thousand times.
    @Test
    func whatIsWrongWithAnExtractorIsFoundOnce() async throws {
        let folder = TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        for number in 10..<30 { folder.write("s\(number).yaml", "# \(number)\n" + Shop.schedule) }
        let times = Counter()
        let loaded = try await ScheduleFolder(
            path: folder.path,
            zones: { ZoneDatabase() },
            definition: { extractor, _ in
                _ = times.next()
                throw PlacedError(ConfigurationError(.badFile, "broken"), at: extractor.origin)
            }
        ).load()
        #expect(loaded.faults.count == 20)
        for fault in loaded.faults {
            #expect(fault.messages.count == 1 && fault.messages[0].hasPrefix("\(fault.path):2:"))
        }
        #expect(times.next() == 2)
    }

    @Test
    func aFolderThatIsNotThereIsSaid() async {
        let error = await #expect(throws: ConfigurationError.self) {
            try await ScheduleFolder(
                path: "/nowhere/schedules",
                zones: { ZoneDatabase() },
                definition: { _, _ in throw ConfigurationError(.badFile, "") }
            ).load()
        }
        #expect(error?.message.contains("--schedules") == true)
    }

    @Test(.timeLimit(.minutes(10)))
    func aChangeOfTheFolderIsTold() async throws {
        let folder = TemporaryFolder()
        let watch = try #require(FolderWatch(folder.path))
        defer { watch.stop() }
        folder.write("shop.yaml", Shop.schedule)
        var changes = watch.changes.makeAsyncIterator()
        #expect(await changes.next() != nil)
    }
}
