import Core
import Foundation
import ScheduleSupport
import Scheduling
import Testing

@Suite struct ZoneDatabaseTests {
    @Test(arguments: [
        "", "/etc/passwd", "../etc/passwd", "Europe/../../etc/passwd", "Europe//Berlin", "Europe/Berlin/",
        "./UTC",
        "Europe/.", "Europe/Ber lin", "Europe/Berl\u{0}in", "-x", String(repeating: "a", count: 200),
        "a/b/c/d/e", "Mün",
    ])
    func namesThatLeadElsewhereAreRefused(name: String) {
        let error = #expect(throws: ScheduleError.self) { try database.zone(name) }
        #expect(error?.code == .unknownZone)
        #expect(error?.message.contains("is no name of a time zone") == true)
    }

    @Test(arguments: [
        ("europe/berlin", "Europe/Berlin"), ("Europe/Belrin", "Europe/Berlin"), ("Berlin", "Europe/Berlin"),
        ("America/New-York", "America/New_York"), ("Europe/Berlinn", "Europe/Berlin"), ("utc", "UTC"),
    ])
    func namesThatAreNearlyRightAreSuggested(name: String, meant: String) throws {
        try #require(!database.names.isEmpty)
        let error = #expect(throws: ScheduleError.self) { try database.zone(name) }
        #expect(error?.message.hasSuffix("; did you mean \(meant)?") == true, "\(String(describing: error))")
    }

    @Test func filesThatAreNoZonesAreRefused() {
        #expect(throws: ScheduleError.self) { try database.zone("zone1970.tab") }
        #expect(throws: ScheduleError.self) { try database.zone("Europe") }
    }

    @Test func theFolderIsThatOfTheEnvironment() throws {
        #expect(ZoneDatabase(environment: [:]).folder == "/usr/share/zoneinfo")
        #expect(ZoneDatabase(environment: ["TZDIR": ""]).folder == "/usr/share/zoneinfo")
        try withTemporaryFolder { folder in
            let own = ZoneDatabase(environment: ["TZDIR": folder])
            try Data(TZifBuilder(footer: "<+05>-5").bytes).write(to: URL(fileURLWithPath: "\(folder)/Here"))
            #expect(try own.zone("Here").offset(at: 0).seconds == 18_000)
            // UTC needs no file; anything else does, and the remedy is named.
            #expect(try own.zone("UTC").offset(at: 0).seconds == 0)
            let error = #expect(throws: ScheduleError.self) { try own.zone("There") }
            #expect(error?.message.contains("install the package tzdata, or set TZDIR") == true)
            #expect(own.version == nil)
            try Data("2031z\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/+VERSION"))
            #expect(own.version == "2031z")
            try Data("# version 2032a\nR x\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/tzdata.zi"))
            #expect(own.version == "2032a")
        }
    }

    @Test func s12AChangedFileIsReadAgain() throws {
        try withTemporaryFolder { folder in
            let own = ZoneDatabase(folder: folder)
            let path = URL(fileURLWithPath: "\(folder)/Here")
            try Data(TZifBuilder(footer: "<+05>-5").bytes).write(to: path)
            let before = try own.zone("Here")
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/Link", withDestinationPath: "Here")
            #expect(try own.zone("Link").offset(at: 0).seconds == 18_000)
            #expect(try own.zone("Link").name == "Link")
            try Data(TZifBuilder(footer: "<+0530>-5:30").bytes).write(to: path)
            #expect(try own.zone("Here").offset(at: 0).seconds == 19_800)
            #expect(try own.zone("Link").offset(at: 0).seconds == 19_800)
            // What was read stays as it was.
            #expect(before.offset(at: 0).seconds == 18_000)
        }
    }
}
