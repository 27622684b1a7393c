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
    private func load(_ files: [String: String]) throws -> LoadedFolder {
        let folder = TemporaryFolder()
        for (name, text) in files { folder.write(name, text) }
        return try Shop.folder(folder.path).load()
    }

    @Test
    func aFileIsASchedule() throws {
        let folder = try load([
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
    func howFreshItMustBe() throws {
        let folder = try load(["shop.yaml": Shop.schedule + "\nsla: {fresh_within: 2h}\n"])
        #expect(folder.schedules.first?.entry.freshWithin == .seconds(7200))
    }

    @Test
    func whatIsNoScheduleIsLeftAlone() throws {
        let folder = try load([
            "shop.yaml": Shop.schedule, ".shop.yaml.swp": "{", "shop.yaml~": "{", "notes.txt": "{",
            "acme.yaml": "extractor: shop\naccount: other\nsettings: {token: env:TOKEN}\n",
        ])
        #expect(folder.schedules.map(\.id) == ["shop"])
        #expect(folder.faults.isEmpty)
    }

    @Test
    func oneThatIsWrongKeepsNoOtherFromRunning() throws {
        let folder = try load([
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
    func anAccountIsDeclaredOnceForAllItsSchedules() throws {
        let folder = try load([
            "acme.yaml": "extractor: shop\naccount: acme\nsettings: {token: env:TOKEN}\n",
            "hourly.yaml": "extractor: shop\naccount: acme\nstreams: [orders]\nwhen: \"@hourly\"\n",
            "daily.yaml": "extractor: shop\naccount: acme\nstreams: [customers]\nwhen: \"@daily\"\n",
        ])
        #expect(folder.faults.isEmpty)
        #expect(folder.schedules.map(\.id) == ["daily", "hourly"])
        #expect(folder.schedules.allSatisfy { $0.file.settings.map(\.name) == ["token"] })
    }

    @Test
    func anAccountThatIsDeclaredTwiceAndDifferentlyIsRefused() throws {
        let folder = try load([
            "a.yaml": Shop.schedule,
            "b.yaml": "extractor: shop\naccount: acme\nsettings: {token: env:OTHER}\nwhen: \"@daily\"\n",
        ])
        #expect(folder.faults.count == 2)
        #expect(folder.faults.allSatisfy { $0.messages.joined().contains("differently") })
    }

    @Test
    func aFolderAsTheDestinationIsForTheCommand() throws {
        let folder = try load(["shop.yaml": Shop.schedule + "\nto: {folder: out}\n"])
        #expect(folder.faults.first?.messages.first?.contains("sluice sync") == true)
    }

    @Test
    func aNameThatStandsTwiceIsRefused() throws {
        let folder = try load(["shop.yaml": Shop.schedule, "shop.yml": Shop.schedule])
        #expect(folder.schedules.count == 1)
        #expect(folder.faults.first?.messages.first?.contains("shop.yaml") == true)
    }

    @Test
    func aFolderThatIsNotThereIsSaid() {
        let error = #expect(throws: ConfigurationError.self) {
            try ScheduleFolder(
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
