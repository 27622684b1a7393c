import Core
import Foundation
import Scheduling
import Testing

/// All zones of the machine against what its C library says of them.
@Suite struct ZoneOracleTests {
    /// The lines of `zdump -v`: each change of the clocks, the second before and the second itself.
    private struct Line {
        var zone: String
        var second: Int64
        var offset: Int
        var isDaylight: Bool
        var abbreviation: String

        /// A line such as this one.
        ///
        /// `Europe/Berlin  Sun Oct 25 00:59:59 2099 UT = Sun Oct 25 02:59:59 2099 CEST isdst=1 gmtoff=7200`
        init?(_ line: Substring) {
            let words = line.split(separator: " ")
            guard words.count == 16, words[6] == "UT",
                let month = Self.months.firstIndex(of: words[2]), let day = Int(words[3]),
                let year = Int(words[5]),
                let date = CivilDate(year: year, month: month + 1, day: day)
            else { return nil }
            let time = words[4].split(separator: ":").compactMap { Int($0) }
            zone = String(words[0])
            second = LocalTime(date, hour: time[0], minute: time[1], second: time[2]).seconds
            abbreviation = String(words[13])
            isDaylight = words[14] == "isdst=1"
            offset = Int(words[15].dropFirst("gmtoff=".count)) ?? 0
        }

        private static let months: [Substring] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
    }

    private static let zdump = ["/usr/bin/zdump", "/usr/sbin/zdump"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private static func lines(of zones: [String]) throws -> [Line] {
        guard let zdump else { return [] }
        return try withTemporaryFolder { folder in
            // Into a file: what reads a pipe gives up when a signal comes.
            let path = "\(folder)/zdump"
            try Data().write(to: URL(fileURLWithPath: path))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: zdump)
            process.arguments = ["-v", "-c", "1970,2100"] + zones
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try process.run()
            process.waitUntilExit()
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap(Line.init)
        }
    }

    @Test(
        .enabled(if: zdump != nil && !database.names.isEmpty, "zdump and the text of the database are needed")
    )
    func everyChangeFrom1970To2099IsThatOfTheMachine() throws {
        // zdump takes its time: every tenth zone, and all of them in the long form.
        let all = database.names.filter { (try? database.zone($0)) != nil }
        let names = all.enumerated().filter {
            TwinTests.years != nil || $0.offset % 10 == Int(TwinTests.seed % 10)
        }
        .map(\.element)
        var zones: [String: Zone] = [:]
        for name in names { zones[name] = try zone(name) }
        var wrong: [String] = []
        let lines = try Self.lines(of: names)
        for line in lines {
            guard let zone = zones[line.zone] else { continue }
            let offset = zone.offset(at: line.second)
            if offset.seconds != line.offset || offset.isDaylight != line.isDaylight
                || offset.abbreviation != line.abbreviation
            {
                wrong.append("\(line.zone) \(line.second): \(offset), not \(line)")
            }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
        #expect(all.count > 300)
        #expect(lines.count > 50 * names.count)
    }

    /// No change is seen where the machine has none: the spans lead from change to change.
    @Test(
        .enabled(if: zdump != nil, "zdump is needed"),
        arguments: [
            "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "Antarctica/Troll",
            "America/Santiago",
        ]
    )
    func spansLeadFromChangeToChange(name: String) throws {
        let zone = try zone(name)
        // The lines come in pairs: the last second before a change, and the change.
        var known: Set<Int64> = []
        let lines = try Self.lines(of: [name])
        for (before, after) in zip(lines, lines.dropFirst())
        where after.second == before.second + 1
            && (after.offset, after.abbreviation) != (before.offset, before.abbreviation)
        {
            known.insert(after.second)
        }
        var found: Set<Int64> = []
        var second = at("1970-01-02T00:00:00Z").seconds
        while let change = zone.transition(after: second), change.at < at("2099-12-31T00:00:00Z").seconds {
            if (change.before.seconds, change.before.abbreviation) != (
                change.after.seconds, change.after.abbreviation
            ) {
                found.insert(change.at)
            }
            #expect(zone.transition(before: change.at)?.at == change.at)
            second = change.at
        }
        #expect(found == known.filter { $0 > at("1970-01-02T00:00:00Z").seconds })
    }

    /// Local times around every change, against all offsets that the zone ever had.
    @Test(arguments: [
        "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Havana", "America/Sao_Paulo",
        "Asia/Beirut",
        "Asia/Pyongyang", "Asia/Kathmandu", "Africa/Monrovia", "Africa/Casablanca", "Australia/Lord_Howe",
        "Antarctica/Troll", "Antarctica/Casey", "Pacific/Apia", "Pacific/Kwajalein", "UTC",
    ])
    func localTimesAreThoseOfAllOffsets(name: String) throws {
        let zone = try zone(name)
        var changes: [ZoneTransition] = []
        var second: Int64 = 0
        while let change = zone.transition(after: second), change.at < at("2060-01-01T00:00:00Z").seconds {
            changes.append(change)
            second = change.at
        }
        let offsets = Set(changes.flatMap { [$0.before.seconds, $0.after.seconds] })
        for change in changes {
            for base in [change.at + Int64(change.before.seconds), change.at + Int64(change.after.seconds)] {
                for distance: Int64 in [-7200, -1, 0, 1, 1799, 3599, 3600] {
                    let local = LocalTime(seconds: base + distance)
                    let expected = offsets.map { local.seconds - Int64($0) }
                        .filter { zone.local(Instant(seconds: $0)) == local }.sorted()
                    let found = zone.instants(of: local)
                    #expect(found.instants == expected)
                    #expect(found.instants.isEmpty == (found.gap != nil))
                }
            }
        }
    }
}
