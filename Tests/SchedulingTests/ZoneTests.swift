import Core
import ProcessSupport
import ScheduleSupport
import Scheduling
import Testing

@Suite struct ZoneTests {
    private let builder = TZifBuilder(
        times: [1000, 2000],
        kinds: [1, 0],
        offsets: [(3600, false, 0), (7200, true, 4)],
        letters: "CET\0CEST\0",
        footer: "CET-1CEST,M3.5.0,M10.5.0/3"
    )

    @Test func beforeBetweenAndAfterTheTable() throws {
        let zone = try Zone.parse(builder.bytes, name: "X")
        #expect(zone.offset(at: 999).text == "+01:00")
        #expect(zone.offset(at: 1000) == ZoneOffset(seconds: 7200, isDaylight: true, abbreviation: "CEST"))
        #expect(zone.offset(at: 2000).abbreviation == "CET")
        // By the rule: Sunday 29 March 2026, 01:00 UTC.
        #expect(zone.offset(at: at("2026-03-29T00:59:59Z").seconds).abbreviation == "CET")
        #expect(zone.offset(at: at("2026-03-29T01:00:00Z").seconds).abbreviation == "CEST")
        #expect(
            zone.transition(after: at("2198-01-01T00:00:00Z").seconds)?.at
                == at("2198-03-25T01:00:00Z").seconds
        )
        #expect(zone.transition(after: 1500)?.at == 2000)
        #expect(zone.transition(before: 1500)?.shift == 3600)
        #expect(zone.transition(before: 500) == nil)
    }

    @Test func slimAndFatAndOldFilesAreRead() throws {
        var slim = builder
        slim.isSlim = true
        #expect(try Zone.parse(slim.bytes, name: "X").offset(at: 1500).seconds == 7200)
        var old = builder
        old.version = 0
        let zone = try Zone.parse(old.bytes, name: "X")
        #expect(zone.offset(at: 1500).seconds == 7200)
        // Nothing says how it goes on.
        #expect(zone.offset(at: at("2026-07-01T00:00:00Z").seconds).abbreviation == "CET")
        #expect(zone.transition(after: 3000) == nil)
        var silent = builder
        silent.footer = ""
        #expect(try Zone.parse(silent.bytes, name: "X").transition(after: 3000) == nil)
    }

    @Test(arguments: [
        // A day of the year, with and without the leap day; before midnight; the last of a month; all year.
        ("<+03>-3", "2026-07-01T00:00:00Z", 10_800),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -18_000),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -14_400),
        ("AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 3600),
        ("AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0),
        ("AAA0BBB,60/0,300/0", "2028-03-01T00:00:00Z", 3600),
        ("AAA0BBB,60/0,300/0", "2027-03-01T23:59:59Z", 0),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7200),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z", 3600),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-12-01T00:00:00Z", 0),
        ("XXX3EDT4,0/0,J365/23", "2026-01-01T03:00:00Z", -14_400),
        ("XXX3EDT4,0/0,J365/23", "2026-12-31T23:59:59Z", -14_400),
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-04-04T15:00:00Z", 37_800),
    ])
    func rules(footer: String, instant: String, seconds: Int) throws {
        let zone = try Zone.parse(TZifBuilder(footer: footer).bytes, name: "X")
        #expect(zone.offset(at: at(instant).seconds).seconds == seconds)
    }

    @Test func allYearDaylightSavingTimeHasNoChange() throws {
        let zone = try Zone.parse(TZifBuilder(footer: "XXX3EDT4,0/0,J365/23").bytes, name: "X")
        #expect(zone.transition(after: at("2026-06-01T00:00:00Z").seconds) == nil)
    }

    @Test(arguments: [
        (TZifBuilder(leapSeconds: 1), "it counts leap seconds; use the zone without right/ in its name"),
        (TZifBuilder(times: [5, 5], kinds: [0, 0]), "its changes are out of order"),
        (TZifBuilder(times: [5], kinds: [3]), "it names an offset that it does not have"),
        (TZifBuilder(offsets: [(200_000, false, 0)]), "it has an offset of 200000 seconds"),
        (TZifBuilder(offsets: [(0, false, 9)]), "an offset's name lies outside it"),
        (TZifBuilder(offsets: []), "it has no offset"),
        (TZifBuilder(footer: "nonsense"), "its rule \"nonsense\" is none that is known"),
        (
            TZifBuilder(footer: "AAA0BBB,M13.1.0,M1.1.0"),
            "its rule \"AAA0BBB,M13.1.0,M1.1.0\" is none that is known"
        ),
        (TZifBuilder(footer: nil), "it ends in the middle of its table"),
    ])
    func unsoundFilesAreRefused(builder: TZifBuilder, reason: String) {
        let error = #expect(throws: ScheduleError.self) { try Zone.parse(builder.bytes, name: "X") }
        #expect(error?.message == "the file of the time zone X cannot be used: \(reason)")
        #expect(error?.codeText == "schedule.bad_zone")
    }

    @Test func noPrefixAndNoFlippedByteTraps() throws {
        let sound = builder.bytes
        for count in 0..<sound.count {
            #expect(throws: ScheduleError.self) { try Zone.parse(Array(sound.prefix(count)), name: "X") }
        }
        var random = SeededGenerator(seed: 1)
        for _ in 0..<3000 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...255,
                    using: &random
                )
            }
            guard let zone = try? Zone.parse(bytes, name: "X") else { continue }
            let second = Int64.random(in: -4_000_000_000...8_000_000_000, using: &random)
            #expect(abs(zone.offset(at: second).seconds) < 100_000)
            _ = zone.instants(of: LocalTime(seconds: second))
        }
    }

    @Test func gapsAndOverlaps() throws {
        let berlin = try zone("Europe/Berlin")
        func local(_ text: String) -> LocalTime { LocalTime(seconds: at(text + ":00Z").seconds) }
        let gap = berlin.instants(of: local("2026-03-29T02:30"))
        #expect(gap.instants.isEmpty)
        #expect(gap.gap?.at == at("2026-03-29T01:00:00Z").seconds)
        #expect(berlin.instants(of: local("2026-03-29T02:00")).instants.isEmpty)
        #expect(
            berlin.instants(of: local("2026-03-29T03:00")).instants == [at("2026-03-29T01:00:00Z").seconds]
        )
        #expect(
            berlin.instants(of: local("2026-10-25T02:30")).instants
                == [at("2026-10-25T00:30:00Z").seconds, at("2026-10-25T01:30:00Z").seconds]
        )
        #expect(berlin.instants(of: local("2026-10-25T03:00")).instants.count == 1)
        // Samoa left out 30 December 2011.
        let apia = try zone("Pacific/Apia").instants(of: local("2011-12-30T12:00"))
        #expect(apia.instants.isEmpty)
        #expect(apia.gap?.shift == 86_400)
    }
}
